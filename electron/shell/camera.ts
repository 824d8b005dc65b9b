/**
 * When the window may use the camera: for a few seconds after the person began to scan a code, for pictures only, never
 * for sound. Once the picture runs nothing more is asked, and it ends with the dialog that shows it.
 */

/** The calls by which the window says that the person began to scan, and that they are done. */
const BEGIN = 'app.allowCamera';
const END = 'app.forbidCamera';
/** Milliseconds that the system's own question to the person may take. */
const LEASE = 30_000;

export interface Camera {
  /** Hears each call of the window on its way to the engine. */
  hear(call: string): void;
  /** @param media what is asked for, as Chromium names it */
  mayUse(media: readonly (string | undefined)[]): boolean;
}

/** @param now milliseconds on a clock that never goes back */
export function createCamera(now: () => number): Camera {
  let until = -Infinity;
  return {
    hear(call) {
      if (call === BEGIN) until = now() + LEASE;
      if (call === END) until = -Infinity;
    },
    mayUse: (media) => media.length > 0 && media.every((kind) => kind === 'video') && now() < until,
  };
}
