/** Whether Waxwing starts when the person logs in, as this system keeps that. What they want is in the profile. */
import { homedir } from 'node:os';
import { app } from 'electron';
import { imageOf } from './appimage.ts';
import { autostartFile, autostartState, readAutostart, setAutostart } from './autostart.ts';
import type { Log } from './log.ts';

export interface Login {
  /** Makes the system do what the person wants. */
  set(isOn: boolean): void;
  /** Whether the system still does it; a program that was moved is looked for at its new place from now on. */
  keep(): boolean;
}

/** @param profile the folder that was named on the command line, if one was */
export function createLogin(profile: string | undefined, log: Log): Login {
  const args = [...(profile === undefined ? [] : [`--profile=${profile}`]), '--hidden'];
  if (process.platform !== 'linux') {
    return {
      set: (isOn) => app.setLoginItemSettings({ openAtLogin: isOn, args }),
      keep: () => app.getLoginItemSettings({ args }).openAtLogin,
    };
  }
  // Without the same store of passwords it would not find its key.
  const store = app.commandLine.getSwitchValue('password-store');
  const command = [
    imageOf(process.env, process.execPath) ?? process.execPath,
    ...(app.isPackaged ? [] : [app.getAppPath()]),
    ...(!app.isPackaged && app.commandLine.hasSwitch('no-sandbox') ? ['--no-sandbox'] : []),
    ...(store === '' ? [] : [`--password-store=${store}`]),
    ...args,
  ];
  const file = autostartFile(process.env, homedir(), profile);
  const set = (isOn: boolean): void => {
    try {
      setAutostart(file, command, isOn);
    } catch (error) {
      log('shell', 'autostart-not-written', { error });
    }
  };
  return {
    set,
    keep() {
      const state = autostartState(readAutostart(file), command);
      if (state === 'other') set(true);
      return state !== 'off';
    },
  };
}
