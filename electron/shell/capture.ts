/**
 * When the window may use the camera or the microphone: each for a few seconds after the person began to scan a code or to
 * record a message, and never both at once; in a call the microphone for as long as the engine has a call, and the camera
 * from when the person asked for it. Only what a person did with a key or a button begins that, which the main process sees
 * itself: no page can claim it. Once picture or sound run nothing more is asked; they end with what shows them.
 */
import type { Change } from '../../shared/contract.ts';

/** What Chromium calls a kind of capture, by the calls in which the window says that it begins, and that it is done. */
const BEGIN: Readonly<Record<string, string>> = {
  'app.allowCamera': 'video',
  'app.allowMicrophone': 'audio',
};
const END: Readonly<Record<string, string>> = {
  'app.forbidCamera': 'video',
  'app.forbidMicrophone': 'audio',
};
/** No name of Chromium's: for a screen it gives none. */
const SCREEN = 'a screen';
/** Milliseconds that the system's own question to the person may take, or a call until the engine has it. */
const LEASE = 30_000;
/** Milliseconds within which a key or button counts as the reason; one gesture is good for one thing. */
const GESTURE = 5_000;

export interface CaptureOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Runs something after so many milliseconds. */
  readonly later: (work: () => void, milliseconds: number) => void;
  /** A call may run now, or none any more: the window may speak to other computers by itself, or not. */
  readonly onCall: (isOn: boolean) => void;
}

export interface Capture {
  /** The person pressed a key or a button in the window. */
  touch(): void;
  /** Whether that was just now. It is good for one thing, which this is. */
  spend(): boolean;
  /** Hears each call of the window on its way to the engine. */
  hear(call: string, input?: unknown): void;
  /** Hears what the engine announces, for its calls. */
  follow(changes: readonly Change[]): void;
  /** No call is known any more: there is a new engine. */
  forget(): void;
  /** The person has chosen a screen to share: it may be asked for now. */
  allowScreen(): void;
  /** @param media what is asked for, as Chromium names it; nothing stands for a screen */
  mayUse(media: readonly (string | undefined)[]): boolean;
  /** Whether the person is in a call, or about to be. */
  isCalling(): boolean;
}

export function createCapture({ now, later, onCall }: CaptureOptions): Capture {
  let touchedAt = -Infinity;
  /** Until when each kind may be asked for. */
  const leases = new Map<string, number>();
  /** The engine's calls that the person is in. */
  const calls = new Set<number>();
  /** Until when a call that the person wants may still begin; absent when they want none. */
  let wanted: number | undefined;

  const isCalling = (): boolean => wanted !== undefined && (calls.size > 0 || now() < wanted);
  const end = (): void => {
    if (wanted === undefined || isCalling()) return;
    wanted = undefined;
    leases.clear();
    onCall(false);
  };
  const begin = (kind: string): void => {
    if (!isCalling()) leases.clear();
    leases.set(kind, isCalling() ? Infinity : now() + LEASE);
  };
  const spend = (): boolean => {
    const isRecent = now() - touchedAt < GESTURE;
    touchedAt = -Infinity;
    return isRecent;
  };
  const allowCall = (input: unknown): void => {
    leases.clear();
    wanted = now() + LEASE;
    begin('audio');
    if (typeof input === 'object' && input !== null && 'hasVideo' in input && input.hasVideo === true)
      begin('video');
    later(end, LEASE);
    onCall(true);
  };
  const forget = (): void => {
    calls.clear();
    if (wanted !== undefined) wanted = -Infinity;
    end();
  };

  return {
    touch: () => (touchedAt = now()),
    spend,
    hear(call, input) {
      const ended = Object.hasOwn(END, call) ? END[call] : undefined;
      // In a call the microphone stays: another one may be plugged in.
      if (ended !== undefined && !(ended === 'audio' && isCalling())) leases.delete(ended);
      const kind = Object.hasOwn(BEGIN, call) ? BEGIN[call] : undefined;
      if (kind !== undefined && spend()) begin(kind);
      else if (call === 'app.allowCall' && spend()) allowCall(input);
    },
    follow(changes) {
      for (const change of changes) {
        if (change.put === 'no-call') calls.delete(change.call);
        if (change.put !== 'call') continue;
        const { call, state } = change.row;
        if (state === 'ended' || state === 'incoming') {
          if (calls.delete(call) && calls.size === 0) forget();
        } else calls.add(call);
      }
    },
    forget,
    allowScreen: () => leases.set(SCREEN, now() + GESTURE),
    mayUse: (media) =>
      (media.length === 0 ? [SCREEN] : media).every((kind) => {
        const until = kind === undefined ? undefined : leases.get(kind);
        return until !== undefined && now() < until && (until < Infinity || isCalling());
      }),
    isCalling,
  };
}
