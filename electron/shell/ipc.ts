/**
 * The windows' end of the bridge: checks who speaks and how much, then hands calls to the engine and changes to all
 * windows. What the calls mean is the contract's business and the engine's.
 */
import { ipcMain, type WebContents } from 'electron';
import type { Port, Reply } from '../../shared/contract.ts';
import { CALL, CHANGE } from './channels.ts';
import { isRequest, LONGEST_NAME, MOST_CALLS } from './limits.ts';
import type { Log } from './log.ts';
import { isTrustedSender } from './sender.ts';
import { Veil } from './veil.ts';

const refusal = (code: string, message: string): Reply => ({ ok: false, code, message });

/**
 * Connects the windows with the engine for the life of the program.
 * @param ours the web contents of our windows, while they are open
 * @param onLock told when the screen was locked: nothing of what the page shows may be left
 * @param hear told of each call that the window makes, before it is made
 */
export function connectWindow(
  engine: Port,
  ours: () => readonly WebContents[],
  hear: (call: string, input: unknown) => void,
  onLock: () => void,
  log: Log,
): void {
  let running = 0;
  const veil = new Veil();

  ipcMain.handle(CALL, async (event, name: unknown, input: unknown): Promise<Reply> => {
    const window = ours().find((contents) => contents === event.sender);
    if (!isTrustedSender(event.sender, event.senderFrame, window)) {
      log('shell', 'sender-refused', { url: event.senderFrame?.url.slice(0, 200) });
      return refusal('forbidden', 'only the window may ask');
    }
    if (typeof name !== 'string' || name.length > LONGEST_NAME) return refusal('invalid', 'no such call');
    if (!isRequest(input)) return refusal('invalid', 'the request is not a plain object, or too large');
    if (running >= MOST_CALLS) return refusal('busy', 'too many calls at the same time');
    running += 1;
    hear(name, input);
    try {
      return await engine.call(name, input);
    } finally {
      running -= 1;
    }
  });

  engine.onChange((batch) => {
    const isLockedNow = veil.see(batch.changes);
    const told = veil.cover(batch);
    if (isLockedNow) onLock();
    if (told === undefined) return;
    for (const contents of ours()) {
      // Without a living page there is nobody to tell: it takes a snapshot when it is there again.
      if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(CHANGE, told);
    }
  });
}
