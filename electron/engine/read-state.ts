/**
 * How far the person has read: told to the other side if it asks and may know (XEP-0333), and to the person's other
 * devices (XEP-0490). Positions only move forward, whoever names them. What was read offline is told when there is a
 * connection again: positions are rows, and a row that was not published yet is found again after a restart.
 */
import type { Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import * as positions from '../store/read-positions.ts';
import { writeMessage } from '../xmpp/message.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import { askPositions, askPublishPosition, readPosition, type ReadPosition } from '../xmpp/xep/xep0490.ts';
import type { PubsubEvent } from '../xmpp/xep/xep0060.ts';
import { serialize } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';
import { maySeeReceipts } from './roster.ts';

/** The person has seen everything in the chat up to this message. */
export function markRead(account: Account, chat: chats.ChatRecord, message: number): void {
  const { database, host } = account.profile;
  account.profile.commit((changes) => {
    if (!chats.markRead(database, chat.id, message)) return;
    const marked = positions.lastMarkable(database, chat.id, { after: chat.readUpTo, upTo: message });
    if (marked !== undefined && maySeeReceipts(account, chat.address as BareJid)) {
      const marker = {
        to: chat.address,
        type: 'chat',
        id: host.id(),
        displayed: marked,
        storeHint: 'store',
      } as const;
      outbox.enqueue(database, {
        account: account.id,
        chat: chat.id,
        stanza: serialize(writeMessage(marker)),
      });
    }
    changes.push({ put: 'chat', row: chatRow(account, chat.id) });
  });
  account.outbox.flush();
  account.readState.publish();
}

/** Another device of ours has read the chat up to this message. Runs inside a transaction. */
export function markReadElsewhere(account: Account, chat: number, message: number, changes: Change[]): void {
  const { database } = account.profile;
  positions.setPublished(database, chat, message);
  if (chats.markRead(database, chat, message)) changes.push({ put: 'chat', row: chatRow(account, chat) });
}

/** A message arrived: perhaps the one up to which another device has read already. Runs inside a transaction. */
export function wasReadElsewhere(
  account: Account,
  peer: BareJid,
  message: messages.MessageRecord,
  changes: Change[],
): void {
  const { database } = account.profile;
  if (message.archiveId === undefined) return;
  if (positions.awaitedRead(database, account.id, peer) !== message.archiveId) return;
  positions.forgetAwaited(database, account.id, peer);
  markReadElsewhere(account, message.chat, message.id, changes);
}

export class ReadState {
  readonly #account: Account;
  #isPublishing = false;
  #isAskedAgain = false;
  #isRefused = false;

  constructor(account: Account) {
    this.#account = account;
  }

  /**
   * Learns after binding what the other devices have read meanwhile.
   * @throws StanzaError, WireClosed
   */
  async catchUp(wire: Wire): Promise<void> {
    this.#isRefused = false;
    try {
      this.#learn(await askPositions(wire));
    } catch (error) {
      if (!(error instanceof StanzaError) || error.condition !== 'item-not-found') throw error;
    }
  }

  /**
   * Everything newer than what is here has arrived: a position that is still awaited lies before it, and says nothing
   * about what is here. Until now, telling our own might have moved the other devices back.
   */
  caughtUp(): void {
    positions.forgetAllAwaited(this.#account.profile.database, this.#account.id);
    this.publish();
  }

  /** Our own account's node has changed; the caller has verified whose it is. */
  receive({ items }: PubsubEvent): void {
    this.#learn(items.flatMap((item) => readPosition(item) ?? []));
  }

  /** Tells the other devices what was read here, if there is something to tell and a way to do it. */
  publish(): void {
    this.#isAskedAgain = this.#isPublishing;
    if (this.#isPublishing || this.#isRefused || !this.#account.maySend) return;
    this.#isPublishing = true;
    this.#publishAll()
      .catch((error: unknown) => {
        if (error instanceof WireClosed) return; // told when the stream is back
        // A server without such nodes is not asked again until the next sign-in.
        this.#isRefused = true;
        this.#account.log('read-position-refused', { error: String(error) });
      })
      .finally(() => {
        this.#isPublishing = false;
        if (this.#isAskedAgain) this.publish();
      });
  }

  async #publishAll(): Promise<void> {
    const { profile, id, address } = this.#account;
    for (;;) {
      const { wire } = this.#account;
      const next = positions.nextUnpublished(profile.database, id);
      if (next === undefined || wire === undefined) return;
      await askPublishPosition(wire, {
        chat: next.address as BareJid,
        by: address,
        archiveId: next.archiveId,
      });
      profile.commit(() => {
        positions.setPublished(profile.database, next.chat, next.readUpTo);
      });
    }
  }

  #learn(heard: readonly ReadPosition[]): void {
    const { profile, id, address } = this.#account;
    if (heard.length === 0) return;
    profile.commit((changes) => {
      for (const { chat: peer, by, archiveId } of heard) {
        // In a chat with a person only our own archive gives ids that mean something to us (#publish).
        if (by !== address) continue;
        const message = messages.findByArchiveId(profile.database, id, archiveId);
        if (message === undefined) {
          positions.awaitRead(profile.database, id, peer, archiveId);
          continue;
        }
        const chat = chats.findChat(profile.database, id, peer);
        if (chat?.id === message.chat) markReadElsewhere(this.#account, chat.id, message.id, changes);
      }
    });
  }
}
