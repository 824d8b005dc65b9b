/**
 * What a row of the outbox carries, a message or an errand, and the stanza that it becomes. Decides nothing about when
 * and whether it leaves: outbound.ts does.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Content, KeySession, PendingWrites, Sealed } from '../omemo/omemo.ts';
import { listOfMessage, type AttachmentRecord } from '../store/attachments.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import { writeMessage, type EncryptedElements, type OutgoingMessage } from '../xmpp/message.ts';
import { NS as NS_LEGACY } from '../xmpp/xep/xep0384.ts';
import { NS as NS_OMEMO_2 } from '../xmpp/xep/xep0384-2.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { contentOf, outsideLookOf, outsideOf, plainContentOf } from './content.ts';
import { errandIn, type Carried, type Statement } from './errand.ts';
import { stateErrand } from './errands.ts';
import { mentionElements } from './mentions.ts';
import { noteReaders } from './readers.ts';
import { answerOf, type Answer } from './replies.ts';

/** Shown by programs that cannot decrypt. It says nothing about the content. */
const FALLBACK = 'This message is encrypted with OMEMO, which your program does not seem to support.';
const OMEMO = { namespace: NS_LEGACY };
const OMEMO_2 = { namespace: NS_OMEMO_2 };

export type Cargo =
  | {
      readonly kind: 'message';
      readonly message: messages.MessageRecord;
      readonly files: readonly AttachmentRecord[];
    }
  | { readonly kind: 'errand'; readonly carried: Carried; readonly statement: Statement };

/** What a row has to say now; `undefined` when that is nothing, because what it is about is gone. */
export function cargoOf(account: Account, row: outbox.OutboxRecord): Cargo | undefined {
  const { database } = account.profile;
  if (row.message !== undefined) {
    const message = messages.getMessage(database, row.message);
    return message && { kind: 'message', message, files: listOfMessage(database, message.id) };
  }
  const carried = errandIn(row);
  const chat = row.chat === undefined ? undefined : chats.getChat(database, row.chat);
  const statement = carried && chat && stateErrand(account, chat, carried.errand);
  return carried && statement && { kind: 'errand', carried, statement };
}

/** Where it goes, and as what. */
export interface Addressee {
  readonly to: BareJid;
  readonly type: 'chat' | 'groupchat';
}

export function addresseeOf({ address, kind }: chats.ChatRecord): Addressee {
  return { to: address as BareJid, type: kind === 'room' ? 'groupchat' : 'chat' };
}

/** When it was said, in milliseconds. */
export function saidAt(cargo: Cargo): number {
  return cargo.kind === 'message' ? cargo.message.at : cargo.carried.at;
}

/** True when it leaves encrypted, or not at all, whatever its chat says. */
export function isConfidential(cargo: Cargo): boolean {
  return cargo.kind === 'errand' && cargo.statement.isConfidential;
}

/** Keys had to be waited for: meanwhile the person may have taken it back, or said something else instead. */
export function isStill({ profile }: Account, row: outbox.OutboxRecord, cargo: Cargo): boolean {
  if (!outbox.isThere(profile.database, row.id)) return false;
  if (cargo.kind === 'errand') return true;
  return messages.getMessage(profile.database, cargo.message.id)?.stanzaId === cargo.message.stanzaId;
}

/** The stanza in clear. */
export function inClear(account: Account, cargo: Cargo, to: Addressee): Element {
  if (cargo.kind === 'message') {
    const { message, files } = cargo;
    const answer = answerOf(account.profile.database, message, 'none');
    const content = plainContentOf(message, files, answer);
    const meant = mentionElements(account, message.chat, message.text, content.body ?? '');
    return withElements(writeMessage({ ...outline(cargo, to), ...content }), files.length > 0 ? [] : meant);
  }
  const { text, elements } = cargo.statement;
  const words = text === undefined ? {} : { body: text };
  return withElements(writeMessage({ ...addressed(cargo, to), ...words, storeHint: 'store' }), elements);
}

/** The stanza encrypted, and what the keys want stored with it; or why there is none, and then none in clear either. */
export async function seal(
  account: Account,
  keys: KeySession,
  cargo: Cargo,
  addressee: Addressee,
  readers: readonly BareJid[] = [addressee.to],
): Promise<{ readonly stanza: Element; readonly writes: PendingWrites } | { readonly refused: string }> {
  const { to } = addressee;
  const answer =
    cargo.kind === 'message' ? answerOf(account.profile.database, cargo.message, 'omemo') : undefined;
  const sealed = await keys.encrypt(to, contentIn(account, cargo, answer), account.clock.now(), readers);
  if (cargo.kind === 'message') noteReaders(account, cargo.message.id, to, sealed);
  if ('refused' in sealed)
    return { refused: isUnsayable(sealed, readers) ? 'older-protocol' : sealed.refused };
  return { stanza: inEnvelope(cargo, addressee, sealed.encrypted, answer), writes: sealed.writes };
}

function contentIn(account: Account, cargo: Cargo, answer: Answer | undefined): Content {
  if (cargo.kind === 'message') {
    const { message, files } = cargo;
    const content = contentOf(message, files, answer);
    if (files.length > 0) return content;
    const meant = mentionElements(account, message.chat, message.text, content.text ?? '');
    return { ...content, elements: [...content.elements, ...meant] };
  }
  const { text, elements, older } = cargo.statement;
  return {
    elements,
    ...(text !== undefined && { text }),
    ...(older !== undefined && { olderText: older.text }),
  };
}

/** True when all their devices could be reached, if only there were words for them. */
function isUnsayable({ skipped }: Sealed, readers: readonly BareJid[]): boolean {
  const theirs = skipped.filter(({ address }) => readers.includes(address));
  return theirs.length > 0 && theirs.every(({ reason }) => reason === 'older-protocol');
}

/** XEP-0420 #sending: nothing is outside that can be inside, and no body; the older protocol has nothing but text inside. */
function inEnvelope(
  cargo: Cargo,
  to: Addressee,
  encrypted: EncryptedElements,
  answer: Answer | undefined,
): Element {
  if (encrypted.legacy === undefined) {
    return writeMessage({ ...addressed(cargo, to), encryptionHint: OMEMO_2, encrypted, storeHint: 'store' });
  }
  const outside = { ...outline(cargo, to), encryptionHint: OMEMO, body: FALLBACK };
  const references =
    cargo.kind === 'message' && answer !== undefined ? outsideOf(answer, cargo.files) : undefined;
  const look = cargo.kind === 'message' ? outsideLookOf(cargo.message) : undefined;
  const stanza = writeMessage({ ...outside, ...look, ...references, encrypted, storeHint: 'store' });
  return withElements(stanza, cargo.kind === 'errand' ? (cargo.statement.older?.outside ?? []) : []);
}

/** What has to be outside of any encryption. Most errands have no origin id: nobody refers to them. */
function addressed(cargo: Cargo, { to, type }: Addressee): OutgoingMessage & { to: string } {
  if (cargo.kind === 'errand') {
    const { stanzaId: id } = cargo.carried;
    return { to, type, id, ...(cargo.statement.isReferable === true && { originId: id }) };
  }
  const { stanzaId } = cargo.message;
  return { to, type, ...(stanzaId !== undefined && { id: stanzaId, originId: stanzaId }) };
}

/** And what asks for a sign of life, which an errand does not. */
function outline(cargo: Cargo, to: Addressee): OutgoingMessage & { to: string } {
  const ends = addressed(cargo, to);
  if (cargo.kind === 'errand') return ends;
  // In a room everybody would answer each message (XEP-0184 #when).
  if (to.type === 'groupchat') return { ...ends, chatState: 'active' };
  return { ...ends, receiptRequested: true, isMarkable: true, chatState: 'active' };
}

function withElements(stanza: Element, elements: readonly Element[]): Element {
  return { ...stanza, children: [...stanza.children, ...elements] };
}
