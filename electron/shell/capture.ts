/**
 * When the window may use the camera or the microphone: each for a few seconds after the person began to scan a code or to
 * record a message, and never both at once. Only what a person did with a key or a button begins that, which the main
 * process sees itself: no page can claim it. Once picture or sound run nothing more is asked; they end with what shows them.
 */

/** What Chromium calls a kind of capture, by the calls in which the window says that it begins, and that it is done. */
const BEGIN: Readonly<Record<string, string>> = {
  'app.allowCamera': 'video',
  'app.allowMicrophone': 'audio',
};
const END: ReadonlySet<string> = new Set(['app.forbidCamera', 'app.forbidMicrophone']);
/** Milliseconds that the system's own question to the person may take. */
const LEASE = 30_000;
/** Milliseconds within which a key or button counts as the reason; one gesture is good for one kind. */
const GESTURE = 5_000;

export interface Capture {
  /** The person pressed a key or a button in the window. */
  touch(): void;
  /** Hears each call of the window on its way to the engine. */
  hear(call: string): void;
  /** @param media what is asked for, as Chromium names it */
  mayUse(media: readonly (string | undefined)[]): boolean;
}

/** @param now milliseconds on a clock that never goes back */
export function createCapture(now: () => number): Capture {
  let touchedAt = -Infinity;
  let lease: { readonly kind: string; readonly until: number } | undefined;
  return {
    touch: () => (touchedAt = now()),
    hear(call) {
      if (END.has(call)) lease = undefined;
      const kind = Object.hasOwn(BEGIN, call) ? BEGIN[call] : undefined;
      if (kind === undefined || now() - touchedAt >= GESTURE) return;
      touchedAt = -Infinity;
      lease = { kind, until: now() + LEASE };
    },
    mayUse: (media) =>
      lease !== undefined &&
      media.length > 0 &&
      now() < lease.until &&
      media.every((kind) => kind === lease?.kind),
  };
}
