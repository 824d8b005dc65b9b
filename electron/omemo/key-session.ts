/**
 * The use of the keys, while nobody else uses them: decrypts and encrypts within one `Omemo.exclusive`.
 * Asks no network and stores nothing: every result says what has to be stored with it.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Database } from '../store/database.ts';
import type { EncryptedElements } from '../xmpp/message.ts';
import type { BundleShelf } from './bundles.ts';
import type { Content } from './content.ts';
import { open, type Decrypted } from './opening.ts';
import { Overlay } from './overlay.ts';
import type { Occasion } from './payload.ts';
import type { Line } from './protocols.ts';
import type { Identity } from './ratchet/ends.ts';
import { seal, sealEmpty, sealTextFor, type Sealed } from './sealing.ts';
import type { PendingWrites } from './writes.ts';

export interface KeySessionOptions {
  readonly database: Database;
  readonly account: number;
  /** Our own address. */
  readonly address: BareJid;
  readonly identity: Identity;
  readonly shelf: BundleShelf;
  /** Milliseconds. */
  readonly now: () => number;
  readonly log: (event: string, data: Readonly<Record<string, unknown>>) => void;
}

/** What opening and sealing work with. */
export interface Context extends Omit<KeySessionOptions, 'database' | 'account'> {
  readonly overlay: Overlay;
}

export class KeySession {
  readonly #context: Context;
  #isOver = false;

  constructor({ database, account, ...rest }: KeySessionOptions) {
    this.#context = { ...rest, overlay: new Overlay(database, account) };
  }

  /** Called by `Omemo` when the exclusive ends: using the keys later would clash with somebody else's use. */
  end(): void {
    this.#isOver = true;
  }

  /**
   * Decrypts a message for this device. Stores nothing: a message whose writes are thrown away can be decrypted again.
   * @param occasion who sent it to whom, as verified by the caller, and when it was sent
   * @returns rejects only when the database fails
   */
  decrypt(encrypted: EncryptedElements, occasion: Occasion): Promise<Decrypted> {
    return this.#use((context) => open(context, encrypted, occasion));
  }

  /**
   * Encrypts content for all trusted devices of the recipient and for our other devices, each in the best protocol that it
   * has. Call `Omemo.prepareFor` first. Devices that cannot be reached are named in `skipped`.
   * @param at what time to say it is (milliseconds), by the best clock that there is
   * @param readers who is to read what is sent to the recipient, when that is a room
   */
  encrypt(
    recipient: BareJid,
    content: Content,
    at?: number,
    readers: readonly BareJid[] = [recipient],
  ): Promise<Sealed> {
    return this.#use((context) => seal(context, { recipient, readers }, content, at ?? context.now()));
  }

  /** An empty message for one device, which confirms its session with us. Undefined when it must or can not get one. */
  keyTransport(
    line: Line,
  ): Promise<{ readonly encrypted: EncryptedElements; readonly writes: PendingWrites } | undefined> {
    return this.#use((context) => sealEmpty(context, line));
  }

  /** A text for one device in the older protocol. Undefined when it must or can not get one. */
  textFor(
    line: Line & { readonly protocol: 'legacy' },
    text: string,
  ): Promise<{ readonly encrypted: EncryptedElements; readonly writes: PendingWrites } | undefined> {
    return this.#use((context) => sealTextFor(context, line, text));
  }

  /** What it throws rejects. */
  #use<T>(work: (context: Context) => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#isOver) throw new Error('the exclusive use of the keys is over');
      resolve(work(this.#context));
    });
  }
}
