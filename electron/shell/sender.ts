/** Who may speak to the engine: the top frame of our window, showing our page. Nobody else, whatever it says. */
import { ORIGIN } from './urls.ts';

/** What is looked at of a `WebFrameMain`. */
export interface Frame {
  readonly origin: string;
  readonly url: string;
  readonly parent: Frame | null;
}

/**
 * @param sender the web contents that the message came from
 * @param frame its frame; `null` when it went away in the meantime
 * @param ours our window's web contents, while it is open
 */
export function isTrustedSender(sender: object, frame: Frame | null, ours: object | undefined): boolean {
  return (
    ours !== undefined &&
    sender === ours &&
    frame !== null &&
    frame.parent === null &&
    frame.origin === ORIGIN &&
    frame.url.startsWith(`${ORIGIN}/`)
  );
}
