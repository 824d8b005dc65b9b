/** What the interop tests ask of another program on the other side, whichever it is. */
import type { Prosody } from '../prosody.ts';

export interface Heard {
  readonly text: string;
  readonly isEncrypted: boolean;
}

/** What somebody in a room has said, as the program shows it. */
export interface HeardInRoom {
  readonly nick: string;
  readonly text: string;
  /** Absent where the program shows no such thing. */
  readonly isEncrypted?: boolean;
}

/** A room that the account of a program wants to be in. */
export interface PeerRoom {
  readonly address: string;
  readonly nick: string;
  /** What the program says there is encrypted. */
  readonly isEncrypted: boolean;
}

/** What its user does in a room that it is in. */
export interface PeerInRooms {
  readonly say: (room: string, text: string) => Promise<void>;
  /** What it holds of what others said, in its order; what was corrected, as it is now. */
  readonly heard: (room: string) => Promise<readonly HeardInRoom[]>;
  /** Other words for what it said last there. */
  readonly correct: (room: string, text: string) => Promise<void>;
  readonly setNick: (room: string, nick: string) => Promise<void>;
  readonly setSubject: (room: string, subject: string) => Promise<void>;
  /** What it takes for the subject; undefined when it keeps that where only eyes see it. */
  readonly subject?: (room: string) => Promise<string>;
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
  /** Absent where the tests do not know how it is done. */
  readonly rooms?: PeerInRooms;
}

export interface PeerOptions {
  readonly server: Prosody;
  /** Local part of its account. */
  readonly name: string;
  /** Unlike those of other devices of this account. */
  readonly resource: string;
  /** Addresses; what it writes to them is encrypted. */
  readonly contacts: readonly string[];
  /** Bookmarked by its account, so that it goes there by itself; none when absent. */
  readonly rooms?: readonly PeerRoom[];
}
