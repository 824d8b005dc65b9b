/**
 * A message goes out: row → stanza → [encrypt] → commit → wire. A message is a row before it is a stanza, keeps its id
 * through every retry, and leaves in the order it was written in; chats do not wait for each other. So does an errand,
 * which is what we say about an earlier message.
 */
import type { Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import { createOmemoNetwork } from '../omemo/devices.ts';
import { applyWrites, type Line, type PendingWrites } from '../omemo/omemo.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import { setDraftReply } from '../store/replies.ts';
import { WireClosed, type Wire } from '../xmpp/wire.ts';
import { NS as NS_OMEMO_2 } from '../xmpp/xep/xep0384-2.ts';
import { child, serialize, type Element } from '../xmpp/xml.ts';
import { parseStanza } from '../xmpp/transport/parser.ts';
import type { Account } from './account.ts';
import { progress } from './apply.ts';
import { isBlocked } from './blocking.ts';
import { chatRow, encryptionOf, readersOf } from './chats.ts';
import { retryFiles, uploadAgain } from './attachments.ts';
import { addresseeOf, cargoOf, inClear, isConfidential, isStill, saidAt, seal, type Cargo } from './cargo.ts';
import { fits } from './content.ts';
import { isHeld, reviewDoubts } from './doubts.ts';
import { errandIn, type Outcome } from './errand.ts';
import { settleErrand } from './errands.ts';
import { sendKeyTransport } from './key-transport.ts';
import { answeredBy } from './replies.ts';

/** Recipients refuse what claims to be from another day (XEP-0420 #affix_elements): half of that, in milliseconds. */
const STALE_AFTER = 12 * 3_600_000;
/** Rows without a chat share one lane. */
const NO_CHAT = 0;
/** After a lookup failed for reasons that pass, try the lane again after this many milliseconds. */
const RETRY_AFTER = 10_000;

/** What a person says, or is to be said for them. */
export interface Saying {
  readonly text: string;
  /** The message that it answers. */
  readonly reply?: number | undefined;
  /** How it is to be shown. */
  readonly look?: messages.Look | undefined;
}

/** Puts a person's message into the database and the outbox in one transaction; it is shown as queued at once. */
export function sendMessage(account: Account, chat: number, saying: Saying): number {
  const { database } = account.profile;
  const message = account.profile.commit((changes) => {
    chats.setDraft(database, chat, '');
    setDraftReply(database, chat, undefined);
    return queueMessage(account, chat, saying, changes);
  });
  account.outbox.flush();
  return message;
}

/** Puts words into the outbox, inside a transaction; the caller flushes it after that. Returns their message. */
export function queueMessage(account: Account, chat: number, saying: Saying, changes: Change[]): number {
  const { id } = insertOwnMessage(account, chat, saying, changes);
  outbox.enqueue(account.profile.database, { account: account.id, chat, message: id });
  changes.push({ put: 'chat', row: chatRow(account, chat) });
  return id;
}

/** The row of what a person says here, inside a transaction. It waits; what lets it leave is the caller's. */
export function insertOwnMessage(
  account: Account,
  chat: number,
  { text, reply, look }: Saying,
  changes: Change[],
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
    ...look,
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
      settleRow(account, row, 'sent', changes);
    }
  };
  if (within !== undefined) work(within);
  else account.profile.commit(work);
}

/** Tells the message or errand that a row carried what became of it. Returns false when it carried none. */
function settleRow(account: Account, row: outbox.OutboxRecord, outcome: Outcome, changes: Change[]): boolean {
  const { database } = account.profile;
  const message = row.message === undefined ? undefined : messages.getMessage(database, row.message);
  if (message !== undefined) {
    if (outcome === 'sent') progress(account, message, 'acknowledged', changes);
    else progress(account, message, 'refused', changes, outcome);
    return true;
  }
  const carried = errandIn(row);
  if (carried === undefined || row.chat === undefined) return false;
  return settleErrand(account, row.chat, carried.stanzaId, outcome, changes);
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
        if (!this.#isOpen(lane)) return;
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
    const cargo = cargoOf(this.#account, row);
    const stanza = row.stanza === undefined ? undefined : parseStanza(row.stanza);
    if (stanza !== undefined && (isHeldUp || !this.#isStale(stanza, cargo))) {
      this.#leave(wire, row, stanza);
      return;
    }
    if (row.stanza !== undefined && stanza === undefined) {
      this.#dropRow(row, 'stored stanza is unreadable');
      return;
    }
    const { stanza: _, ...uncomposed } = row;
    await this.#compose(wire, uncomposed, cargo);
  }

  /** Of a room: we are in it, and know what of ours it has. */
  #isOpen(lane: number): boolean {
    const { rooms, profile } = this.#account;
    const room = lane === NO_CHAT ? undefined : rooms.ofChat(lane);
    if (room !== undefined || lane === NO_CHAT) return room?.maySend !== false;
    return chats.getChat(profile.database, lane)?.kind !== 'room';
  }

  /** Nothing is sent to who is blocked, not even what was composed before (XEP-0191). */
  #isForBlocked({ chat: id }: outbox.OutboxRecord): boolean {
    const chat = id === undefined ? undefined : chats.getChat(this.#account.profile.database, id);
    return chat !== undefined && isBlocked(this.#account, chat.address);
  }

  /** True for what says inside when it was encrypted, and that is so long ago that nobody would believe it. */
  #isStale(stanza: Element, cargo: Cargo | undefined): boolean {
    const isStamped = child(stanza, 'encrypted', NS_OMEMO_2) !== undefined;
    return isStamped && cargo !== undefined && this.#account.clock.now() - saidAt(cargo) > STALE_AFTER;
  }

  async #compose(wire: Wire, row: outbox.OutboxRecord, cargo: Cargo | undefined): Promise<void> {
    const chat = row.chat === undefined ? undefined : chats.getChat(this.#account.profile.database, row.chat);
    if (cargo === undefined || chat === undefined) {
      this.#dropRow(row, 'there is nothing to say any more');
      return;
    }
    const encryption = await this.decideEncryption(wire, chat);
    if (cargo.kind === 'message' && !fits(cargo.files, encryption)) {
      uploadAgain(this.#account, cargo.message.id);
      return;
    }
    if (encryption === 'none') {
      if (isConfidential(cargo)) this.#refuse(row, 'not-encrypted');
      else if (isStill(this.#account, row, cargo))
        this.#leave(wire, row, inClear(this.#account, cargo, addresseeOf(chat)));
      return;
    }
    const { omemo, profile } = this.#account;
    const { to: peer } = addresseeOf(chat);
    if (chat.kind === 'room') await omemo.prepareForAll(this.#readers(chat), createOmemoNetwork(wire));
    else await omemo.prepareFor(peer, createOmemoNetwork(wire));
    reviewDoubts(this.#account);
    await omemo.exclusive(async (keys) => {
      // Another key was seen just now: it stays where it is, until the person has decided (H40).
      if (this.#isHeldUp(chat.id)) return;
      const sealed = await seal(this.#account, keys, cargo, addresseeOf(chat), this.#readers(chat));
      profile.host.step('composed');
      if (!isStill(this.#account, row, cargo)) return;
      if ('refused' in sealed) this.#refuse(row, sealed.refused);
      else this.#leave(wire, row, sealed.stanza, sealed.writes);
    });
  }

  /** Nothing new leaves in a chat whose devices show other keys than those that were trusted. */
  #isHeldUp(lane: number): boolean {
    const { database } = this.#account.profile;
    const chat = lane === NO_CHAT ? undefined : chats.getChat(database, lane);
    if (chat === undefined || encryptionOf(this.#account, chat) === 'none') return false;
    return isHeld(this.#account, chat.address as BareJid);
  }

  /** Nobody, where nothing can be encrypted. */
  #readers(chat: chats.ChatRecord): BareJid[] {
    return readersOf(this.#account, chat) ?? [];
  }

  /** Plain only when that is certain to be meant: the other side has no keys, or the person turned encryption off. */
  async decideEncryption(wire: Wire, chat: chats.ChatRecord): Promise<'omemo' | 'none'> {
    const decided = encryptionOf(this.#account, chat);
    if (decided !== 'unknown') return decided;
    const { omemo } = this.#account;
    const readers = this.#readers(chat);
    if (readers.length === 0) throw new Error('nobody is known who could read it');
    if (chat.kind === 'room') await omemo.prepareForAll(readers, createOmemoNetwork(wire));
    else await omemo.refreshDevices(chat.address as BareJid, createOmemoNetwork(wire));
    const known = readers.map((reader) => omemo.hasDevices(reader));
    if (known.includes('yes')) return 'omemo';
    if (known.includes('unknown')) throw new Error('the devices of the other side could not be looked up');
    return 'none';
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
      if (row.chat !== undefined && writes !== undefined) chats.setWasEncrypted(profile.database, row.chat);
      if (row.message !== undefined && writes !== undefined) {
        messages.setEncryption(profile.database, row.message, 'omemo');
        const message = messages.getMessage(profile.database, row.message);
        if (message !== undefined) changes.push({ put: 'message', row: messages.toRow(message) });
      }
      outbox.setPosition(profile.database, row.id, position);
    });
    profile.host.step('before-send');
    wire.send(stanza);
    profile.host.step('sent');
    const room = row.chat === undefined ? undefined : this.#account.rooms.ofChat(row.chat);
    const isReflected = row.message !== undefined || row.errand !== undefined;
    if (room !== undefined && isReflected) this.#account.rooms.awaitReflection(room);
    // Without stream management nobody acknowledges: handing it to the network is all that can be known.
    if (position === 0) markAcknowledged(this.#account, 0);
  }

  #dropRow(row: outbox.OutboxRecord, why: string): void {
    this.#account.log('outbox-row-dropped', { why });
    outbox.removeRow(this.#account.profile.database, row.id);
  }

  /** It will never leave: whoever said it is told so. */
  #refuse(row: outbox.OutboxRecord, code: string): void {
    this.#account.profile.commit((changes) => {
      outbox.removeRow(this.#account.profile.database, row.id);
      if (!settleRow(this.#account, row, { code }, changes)) {
        this.#account.log('outbox-row-dropped', { why: code });
      }
    });
  }

  // ————— Upkeep of the keys: never in the way of a message ————————————————————————————————————————————————————

  /** Looks up the devices of the other side, so that the chat can say how it will send. */
  lookUpDevices(peer: BareJid, chat: number): void {
    this.#upkeep('look-up', async (wire) => {
      await this.#account.omemo.refreshDevices(peer, createOmemoNetwork(wire));
      if (chats.getChat(this.#account.profile.database, chat) !== undefined) {
        this.#account.profile.announce([{ put: 'chat', row: chatRow(this.#account, chat) }]);
      }
    });
  }

  /** Puts our device back into our list after it fell out of it. */
  repairDeviceList(): void {
    this.#upkeep('repair', async (wire) => {
      await this.#account.omemo.prepare(createOmemoNetwork(wire));
    });
  }

  /** Tells a device that its session with us stands (XEP-0384: an empty message). */
  confirmSession(line: Line): void {
    this.#upkeep('confirm', async (wire) => {
      await sendKeyTransport(this.#account, wire, line);
      await this.#account.omemo.replenish(createOmemoNetwork(wire));
    });
  }

  #upkeep(name: string, work: (wire: Wire) => Promise<void>): void {
    const { wire } = this.#account;
    if (wire === undefined) return;
    work(wire).catch((error: unknown) => {
      if (!(error instanceof WireClosed)) this.#account.log('upkeep-failed', { name, error: String(error) });
    });
  }
}
