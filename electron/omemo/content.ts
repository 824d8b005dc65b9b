/** What a message says, whatever protocol carries it. */
import type { BareJid } from '../../shared/jid.ts';
import type { Trust } from '../store/keys.ts';
import type { Element } from '../xmpp/xml.ts';

/** What is said in one message, as it is before encrypting and after decrypting. */
export interface Content {
  readonly text?: string;
  /**
   * All else: the children of the XEP-0420 `<content/>` beside the body. They go to devices that speak `urn:xmpp:omemo:2`
   * and to no others, because the older protocol (XEP-0384 0.3.0) encrypts text alone: outside of it they would tell
   * everybody on the way what the message is about.
   */
  readonly elements: readonly Element[];
  /** The text for devices that speak the older protocol, where they need another: a link for a file, for example. */
  readonly olderText?: string;
  /** Encrypted only for those devices for which this is true; for every trusted one when absent. */
  readonly audience?: (
    device: { readonly address: BareJid; readonly device: number },
    trust: Trust,
  ) => boolean;
  /** When it was said by the clock of whoever said it, in milliseconds; known of what was decrypted and says so. */
  readonly saidAt?: number;
}
