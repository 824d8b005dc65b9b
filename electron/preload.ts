/**
 * The bridge: two functions between the window and the engine, and nothing else. Bundled into one CommonJS file,
 * because a sandboxed preload can load no other. The channel names are repeated from `shell/channels.ts`.
 */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { Batch, Port, Reply } from '../shared/contract.ts';

const bridge: Port = {
  async call(name, input): Promise<Reply> {
    try {
      return (await ipcRenderer.invoke('waxwing:call', name, input)) as Reply;
    } catch (error) {
      // Only what cannot be cloned or arrives while the program quits ends here: errors are values, here too.
      return { ok: false, code: 'internal', message: error instanceof Error ? error.message : 'no answer' };
    }
  },
  onChange(listener) {
    // The event object stays behind: it would hand the page a reference to `ipcRenderer`.
    const forward = (_event: IpcRendererEvent, batch: Batch): void => listener(batch);
    ipcRenderer.on('waxwing:change', forward);
    return () => void ipcRenderer.off('waxwing:change', forward);
  },
};

contextBridge.exposeInMainWorld('bridge', bridge);
