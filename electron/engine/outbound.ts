/**
 * A message goes out: row → stanza → [encrypt] → commit → wire. A message is a row before it is a stanza, keeps its id
 * through every retry, and leaves in the order it was written in; chats do not wait for each other.
 */
import type { Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { createOmemoNetwork } from '../omemo/devices.ts';
import { applyWrites, type KeySession, type Line, type PendingWrites } from '../omemo/omemo.ts';
import { listOfMessage, type AttachmentRecord } from '../store/attachments.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import { setDraftReply } from '../store/replies.ts';
import { writeMessage, type Message } from '../xmpp/message.ts';
import { WireClosed, type Wire } from '../xmpp/wire.ts';
import { NS as NS_LEGACY } from '../xmpp/xep/xep0384.ts';
import { NS as NS_OMEMO_2 } from '../xmpp/xep/xep0384-2.ts';
import { child, serialize, type Element } from '../xmpp/xml.ts';
import { parseStanza } from '../xmpp/transport/parser.ts';
import type { Account } from './account.ts';
import { progress } from './apply.ts';
import { isBlocked } from './blocking.ts';
import { chatRow, encryptionOf } from './chats.ts';
import { retryFiles, uploadAgain } from './attachments.ts';
import { contentOf, fits, outsideOf, plainContentOf } from './content.ts';
import { isHeld, reviewDoubts } from './doubts.ts';
import { sendKeyTransport } from './key-transport.ts';
import { noteReaders } from './readers.ts';
import { answeredBy, answerOf } from './replies.ts';

/** Shown by programs that cannot decrypt. It says nothing about the content. */
const FALLBACK = 'This message is encrypted with OMEMO, which your program does not seem to support.';
const OMEMO = { namespace: NS_LEGACY, name: 'OMEMO' } as const;
const OMEMO_2 = { namespace: NS_OMEMO_2, name: 'OMEMO 2' } as const;
/** Recipients refuse what claims to be from another day (XEP-0420 #affix_elements): half of that, in milliseconds. */
const STALE_AFTER = 12 * 3_600_000;
/** Rows without a chat share one lane. */
const NO_CHAT = 0;
/** After a lookup failed for reasons that pass, try the lane again after this many milliseconds. */
const RETRY_AFTER = 10_000;

type Composed =
  | { readonly stanza: Element; readonly isEncrypted: boolean; readonly writes?: PendingWrites }
  | { readonly refused: string; readonly detail?: string };

/**
 * Puts a person's message into the database and the outbox in one transaction; it is shown as queued at once.
 * @param reply the message that it answers
 */
export function sendMessage(account: Account, chat: number, text: string, reply?: number): number {
  const { profile } = account;
  const message = profile.commit((changes) => {
    const inserted = insertOwnMessage(account, chat, text, changes, reply);
    outbox.enqueue(profile.database, { account: account.id, chat, message: inserted.id });
    chats.setDraft(profile.database, chat, '');
    setDraftReply(profile.database, chat, undefined);
    changes.push({ put: 'chat', row: chatRow(account, chat) });
    return inserted;
  });
  account.outbox.flush();
  return message.id;
}

/** The row of what a person says here, inside a transaction. It waits; what lets it leave is the caller's. */
export function insertOwnMessage(
  account: Account,
  chat: number,
  text: string,
  changes: Change[],
  reply?: number,
): messages.MessageRecord {
  const { database, host } = account.profile;
  const stanzaId = host.id();
  const answers = reply === undefined ? undefined : answeredBy(database, chat, reply);
  const inserted = messages.insertMessage(database, {
    account: account.id,
    chat,
    isOutgoing: true,
    sender: account.address,
    text,
    at: timeToSay(account, chat),
    delivery: 'queued',
    encryption: 'none', // until it is composed: the row tells the truth about what left
    stanzaId,
    originId: stanzaId,
    ...(answers !== undefined && { answers }),
  });
  chats.messageAdded(database, chat, inserted);
  changes.push({ put: 'message', row: messages.toRow(inserted) });
  return inserted;
}

/** Now, by the server's clock; never before what was said already, should that clock not be known yet. */
function timeToSay(account: Account, chat: number): number {
  const last = chats.getChat(account.profile.database, chat)?.last?.message ?? 0;
  return Math.max(account.clock.now(), Math.floor(last / 1_000));
}

/** Sends a failed message again, with the same id, so that whoever has it already does not see it twice. */
export function retryMessage(account: Account, message: messages.MessageRecord): void {
  if (retryFiles(account, message)) return;
  const { profile } = account;
  profile.commit((changes) => {
    progress(account, message, 'retried', changes);
    outbox.removeByMessage(profile.database, message.id);
    outbox.enqueue(profile.database, { account: account.id, chat: message.chat, message: message.id });
  });
  account.outbox.flush();
}

/** The server has everything up to this position (XEP-0198): those messages are sent. */
export function markAcknowledged(account: Account, position: number, within?: Change[]): void {
  const work = (changes: Change[]): void => {
    for (const row of outbox.acknowledge(account.profile.database, account.id, position)) {
      const message =
        row.message === undefined ? undefined : messages.getMessage(account.profile.database, row.message);
      if (message !== undefined) progress(account, message, 'acknowledged', changes);
    }
  };
  if (within !== undefined) work(within);
  else account.profile.commit(work);
}

/** What an account has to send, lane by lane. */
export class Outbox {
  readonly #account: Account;
  /** Chats whose rows are being sent right now; true when more arrived meanwhile. */
  readonly #lanes = new Map<number, boolean>();
  #retry: NodeJS.Timeout | undefined;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Sends what waits, as far as that is possible now. Returns at once; safe to call at any time. */
  flush(): void {
    const { wire, profile, id, maySend } = this.#account;
    if (wire === undefined || !maySend) return;
    this.#account.transfers.flush();
    for (const chat of outbox.chatsWithUnsent(profile.database, id)) {
      const lane = chat ?? NO_CHAT;
      if (this.#lanes.has(lane)) this.#lanes.set(lane, true);
      else void this.#drain(lane);
    }
  }

  async #drain(lane: number): Promise<void> {
    this.#lanes.set(lane, false);
    try {
      for (;;) {
        const { wire, profile, id } = this.#account;
        if (wire === undefined) return;
        const isHeldUp = this.#isHeldUp(lane);
        const row = isHeldUp
          ? outbox.nextComposed(profile.database, id, lane)
          : outbox.nextUnsent(profile.database, id, lane === NO_CHAT ? undefined : lane);
        if (row === undefined) return;
        await this.#send(wire, row, isHeldUp);
      }
    } catch (error) {
      if (error instanceof WireClosed) return; // it leaves when the stream is back
      this.#account.log('outbox-waits', { error: String(error) });
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => {
        this.flush();
      }, RETRY_AFTER);
    } finally {
      const hasMore = this.#lanes.get(lane) === true;
      this.#lanes.delete(lane);
      if (hasMore) this.flush();
    }
  }

  async #send(wire: Wire, row: outbox.OutboxRecord, isHeldUp: boolean): Promise<void> {
    if (this.#isForBlocked(row)) {
      this.#refuse(row, 'blocked');
      return;
    }
    const { database } = this.#account.profile;
    const message = row.message === undefined ? undefined : messages.getMessage(database, row.message);
    const stanza = row.stanza === undefined ? undefined : parseStanza(row.stanza);
    if (stanza !== undefined && (isHeldUp || !this.#isStale(stanza, message))) {
      this.#leave(wire, row, stanza);
      return;
    }
    if (row.stanza !== undefined && stanza === undefined) {
      this.#dropRow(row, 'stored stanza is unreadable');
      return;
    }
    const { stanza: _, ...uncomposed } = row;
    await this.#compose(wire, uncomposed, message);
  }

  /** Nothing is sent to who is blocked, not even what was composed before (XEP-0191). */
  #isForBlocked({ chat: id }: outbox.OutboxRecord): boolean {
    const chat = id === undefined ? undefined : chats.getChat(this.#account.profile.database, id);
    return chat !== undefined && isBlocked(this.#account, chat.address);
  }

  /** True for what says inside when it was encrypted, and that is so long ago that nobody would believe it. */
  #isStale(stanza: Element, message: messages.MessageRecord | undefined): boolean {
    const isStamped = child(stanza, 'encrypted', NS_OMEMO_2) !== undefined;
    return isStamped && message !== undefined && this.#account.clock.now() - message.at > STALE_AFTER;
  }

  async #compose(
    wire: Wire,
    row: outbox.OutboxRecord,
    message: messages.MessageRecord | undefined,
  ): Promise<void> {
    const chat = row.chat === undefined ? undefined : chats.getChat(this.#account.profile.database, row.chat);
    if (message === undefined || chat === undefined) {
      this.#dropRow(row, 'message is gone');
      return;
    }
    const encryption = await this.decideEncryption(wire, chat);
    const files = listOfMessage(this.#account.profile.database, message.id);
    if (!fits(files, encryption)) {
      uploadAgain(this.#account, message.id);
      return;
    }
    if (encryption === 'none') {
      const answer = answerOf(this.#account.profile.database, message, 'none');
      const stanza = writeMessage({
        ...outline(message, chat.address as BareJid),
        ...plainContentOf(message, files, answer),
      });
      if (this.#isStill(row, message)) this.#leave(wire, row, stanza);
      return;
    }
    const { omemo, profile } = this.#account;
    await omemo.prepareFor(chat.address as BareJid, createOmemoNetwork(wire));
    reviewDoubts(this.#account);
    await omemo.exclusive(async (keys) => {
      // Another key was seen just now: the message stays where it is, until the person has decided (H40).
      if (this.#isHeldUp(chat.id)) return;
      const composed = await this.#encrypt(keys, message, files, chat.address as BareJid);
      profile.host.step('composed');
      if (!this.#isStill(row, message)) return;
      if ('refused' in composed) this.#fail(row, message, composed);
      else this.#leave(wire, row, composed.stanza, composed.writes);
    });
  }

  /** Nothing new leaves in a chat whose devices show other keys than those that were trusted. */
  #isHeldUp(lane: number): boolean {
    const { database } = this.#account.profile;
    const chat = lane === NO_CHAT ? undefined : chats.getChat(database, lane);
    if (chat === undefined || encryptionOf(this.#account, chat) === 'none') return false;
    return isHeld(this.#account, chat.address as BareJid);
  }

  /** Keys had to be waited for: meanwhile the person may have taken it back, or said something else instead. */
  #isStill(row: outbox.OutboxRecord, { id, stanzaId }: messages.MessageRecord): boolean {
    const { database } = this.#account.profile;
    return outbox.isThere(database, row.id) && messages.getMessage(database, id)?.stanzaId === stanzaId;
  }

  /** Plain only when that is certain to be meant: the other side has no keys, or the person turned encryption off. */
  async decideEncryption(wire: Wire, chat: chats.ChatRecord): Promise<'omemo' | 'none'> {
    const decided = encryptionOf(this.#account, chat);
    if (decided !== 'unknown') return decided;
    const peer = chat.address as BareJid;
    await this.#account.omemo.refreshDevices(peer, createOmemoNetwork(wire));
    const known = this.#account.omemo.hasDevices(peer);
    if (known === 'unknown') throw new Error('the devices of the other side could not be looked up');
    return known === 'yes' ? 'omemo' : 'none';
  }

  async #encrypt(
    keys: KeySession,
    message: messages.MessageRecord,
    files: readonly AttachmentRecord[],
    peer: BareJid,
  ): Promise<Composed> {
    const answer = answerOf(this.#account.profile.database, message, 'omemo');
    const sealed = await keys.encrypt(peer, contentOf(message, files, answer), this.#account.clock.now());
    noteReaders(this.#account, message.id, peer, sealed);
    if ('refused' in sealed) return { refused: sealed.refused };
    const { encrypted } = sealed;
    // XEP-0420 #sending: nothing is outside that can be inside, and no body; the older protocol has nothing but text inside.
    const outside =
      encrypted.legacy === undefined
        ? { ...addressed(message, peer), encryptionHint: OMEMO_2 }
        : {
            ...outline(message, peer),
            ...(answer !== undefined && outsideOf(answer, files)),
            encryptionHint: OMEMO,
            body: FALLBACK,
          };
    const stanza = writeMessage({ ...outside, encrypted, storeHint: 'store' });
    return { stanza, isEncrypted: true, writes: sealed.writes };
  }

  /** Commits what leaves, then lets it leave. A crash in between sends it again after the restart, with the same id. */
  #leave(wire: Wire, row: outbox.OutboxRecord, stanza: Element, writes?: PendingWrites): void {
    const { profile, id } = this.#account;
    if (this.#account.wire !== wire) throw new WireClosed('the stream changed');
    if (Buffer.byteLength(serialize(stanza)) > (wire.largestStanza ?? Infinity)) {
      this.#refuse(row, 'too-large');
      return;
    }
    const position = wire.nextPosition;
    profile.commit((changes) => {
      if (writes !== undefined) applyWrites(profile.database, id, writes);
      if (row.stanza === undefined) outbox.setComposed(profile.database, row.id, serialize(stanza));
      if (row.message !== undefined && writes !== undefined) {
        messages.setEncryption(profile.database, row.message, 'omemo');
        if (row.chat !== undefined) chats.setWasEncrypted(profile.database, row.chat);
        const message = messages.getMessage(profile.database, row.message);
        if (message !== undefined) changes.push({ put: 'message', row: messages.toRow(message) });
      }
      outbox.setPosition(profile.database, row.id, position);
    });
    profile.host.step('before-send');
    wire.send(stanza);
    profile.host.step('sent');
    // Without stream management nobody acknowledges: handing it to the network is all that can be known.
    if (position === 0) markAcknowledged(this.#account, 0);
  }

  #dropRow(row: outbox.OutboxRecord, why: string): void {
    this.#account.log('outbox-row-dropped', { why });
    outbox.removeRow(this.#account.profile.database, row.id);
  }

  /** It will never leave: its message is told so, if it has one. */
  #refuse(row: outbox.OutboxRecord, refused: string): void {
    const { database } = this.#account.profile;
    const message = row.message === undefined ? undefined : messages.getMessage(database, row.message);
    if (message === undefined) this.#dropRow(row, refused);
    else this.#fail(row, message, { refused });
  }

  #fail(row: outbox.OutboxRecord, message: messages.MessageRecord, why: { refused: string }): void {
    const { profile } = this.#account;
    profile.commit((changes) => {
      outbox.removeRow(profile.database, row.id);
      progress(this.#account, message, 'refused', changes, { code: why.refused });
    });
  }

  // ————— Errands for the keys: never in the way of a message ——————————————————————————————————————————————————

  /** Looks up the devices of the other side, so that the chat can say how it will send. */
  lookUpDevices(peer: BareJid, chat: number): void {
    this.#errand('look-up', async (wire) => {
      await this.#account.omemo.refreshDevices(peer, createOmemoNetwork(wire));
      if (chats.getChat(this.#account.profile.database, chat) !== undefined) {
        this.#account.profile.announce([{ put: 'chat', row: chatRow(this.#account, chat) }]);
      }
    });
  }

  /** Puts our device back into our list after it fell out of it. */
  repairDeviceList(): void {
    this.#errand('repair', async (wire) => {
      await this.#account.omemo.prepare(createOmemoNetwork(wire));
    });
  }

  /** Tells a device that its session with us stands (XEP-0384: an empty message). */
  confirmSession(line: Line): void {
    this.#errand('confirm', async (wire) => {
      await sendKeyTransport(this.#account, wire, line);
      await this.#account.omemo.replenish(createOmemoNetwork(wire));
    });
  }

  #errand(name: string, work: (wire: Wire) => Promise<void>): void {
    const { wire } = this.#account;
    if (wire === undefined) return;
    work(wire).catch((error: unknown) => {
      if (!(error instanceof WireClosed)) this.#account.log('errand-failed', { name, error: String(error) });
    });
  }
}

/** What has to be outside of any encryption. */
function addressed(message: messages.MessageRecord, to: BareJid): Partial<Message> & { to: string } {
  const { stanzaId } = message;
  return { to, type: 'chat', ...(stanzaId !== undefined && { id: stanzaId, originId: stanzaId }) };
}

function outline(message: messages.MessageRecord, to: BareJid): Partial<Message> & { to: string } {
  return {
    ...addressed(message, to),
    receiptRequested: true,
    isMarkable: true,
    chatState: 'active',
  };
}
