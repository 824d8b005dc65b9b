/** What the interop tests ask of another program on the other side, whichever it is. */
import type { Prosody } from '../prosody.ts';

export interface Heard {
  readonly text: string;
  readonly isEncrypted: boolean;
}

export interface Peer {
  readonly address: string;
  /** Starts the program, again with the same keys and history; resolves when it is online. */
  readonly start: () => Promise<void>;
  /** Ends the program and all it has started; what it keeps stays. */
  readonly stop: () => Promise<void>;
  /** Writes an encrypted message, as its user would. No line breaks, plain ASCII. */
  readonly say: (to: string, text: string) => Promise<void>;
  /** What it holds of somebody's messages, in its order; others of its own account's devices do not count. */
  readonly heard: (from: string) => Promise<readonly Heard[]>;
  /** Ends it and deletes everything. */
  readonly remove: () => Promise<void>;
}

export interface PeerOptions {
  readonly server: Prosody;
  /** Local part of its account. */
  readonly name: string;
  /** Unlike those of other devices of this account. */
  readonly resource: string;
  /** Addresses; what it writes to them is encrypted. */
  readonly contacts: readonly string[];
}
