/**
 * The files of messages as rows: what the window sees of one, and how a message gets them, is sent with them and loses
 * them. What moves their bytes is `transfers.ts`.
 */
import type { Change, FileRow, Sound } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { Written } from '../files/blob.ts';
import type { Unfinished } from '../files/folder.ts';
import { kindOfType } from '../files/kind.ts';
import { isRisky } from '../files/name.ts';
import * as attachments from '../store/attachments.ts';
import * as messages from '../store/messages.ts';
import * as outbox from '../store/outbox.ts';
import type { Account } from './account.ts';
import { progress } from './apply.ts';
import { chatRow } from './chats.ts';
import { contentsOf } from './download.ts';
import type { Offer } from './offers.ts';
import { insertOwnMessage, type Saying } from './outbound.ts';
import { sweepPeople } from './portraits.ts';
import type { Profile } from './profile.ts';
import type { TransferProblem } from './transfer-problem.ts';

/** What the window may see of a file: no key, no address, no place. */
export function fileRow(account: Account, record: attachments.AttachmentRecord): FileRow {
  const { size, width, height, length, peaks, thumbnail, description, failure } = record;
  const failed = record.state === 'sending' ? 'unsent' : 'failed';
  const state =
    failure !== undefined ? failed : account.transfers.isFetching(record.id) ? 'fetching' : record.state;
  return {
    id: record.id,
    account: record.account,
    chat: record.chat,
    message: record.message,
    isOutgoing: record.isOutgoing,
    name: record.name,
    kind: kindOfType(record.mediaType),
    ...(size !== undefined && { size }),
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(length !== undefined && { length }),
    ...(peaks !== undefined && { peaks: [...peaks] }),
    ...(thumbnail !== undefined && { thumbnail }),
    ...(description !== '' && { description }),
    state,
    ...(failure !== undefined && { failure }),
    isRisky: isRisky(record.name),
  };
}

/** The same for a file that may be gone meanwhile. */
export function fileChange(account: Account, id: number): Change[] {
  const record = attachments.getAttachment(account.profile.database, id);
  return record === undefined ? [] : [{ put: 'file', row: fileRow(account, record) }];
}

/** The files of a page of messages, for the answer to who asked for it; no key at all without any. */
export function filesOfPage(
  account: Account,
  chat: number,
  rows: readonly { readonly id: number }[],
): { files?: FileRow[] } {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return {};
  const found = attachments.listBetween(account.profile.database, chat, first.id, last.id);
  return found.length === 0 ? {} : { files: found.map((record) => fileRow(account, record)) };
}

// ————— Coming in —————————————————————————————————————————————————————————————————————————————————————————————

/** Adds what a message that just came offers, inside its transaction; pictures of contacts are fetched after it. */
export function addOffers(
  account: Account,
  peer: BareJid,
  { id: message }: messages.MessageRecord,
  offers: readonly Offer[],
  changes: Change[],
): void {
  const { database } = account.profile;
  for (const { isReserved, ...offer } of offers) {
    const id = attachments.insertAttachment(database, {
      ...offer,
      account: account.id,
      message,
      state: 'offered',
    });
    changes.push(...fileChange(account, id));
    if (!isReserved) account.profile.whenDurable(() => account.transfers.consider(id, peer));
  }
  if (offers.length > 0) messages.setTraits(database, message, traitsOf(offers));
}

/** What search knows a message with these files by. */
export function traitsOf(files: readonly { readonly mediaType?: string }[]): string[] {
  return [...new Set(['file', ...files.map(({ mediaType }) => kindOfType(mediaType))])];
}

// ————— Going out —————————————————————————————————————————————————————————————————————————————————————————————

export interface Parcel {
  readonly name: string;
  readonly unfinished: Unfinished;
  readonly written: Written;
  readonly description: string;
  /** Said behind it. */
  readonly caption?: string;
  /** The message that it answers. */
  readonly reply?: number;
  readonly look?: messages.Look;
  readonly sound?: Sound;
  /** A `data:` address. */
  readonly thumbnail?: string;
}

/** Makes a message of a file that is whole. It leaves once the file is uploaded. Returns the message's id. */
export function sendFile(account: Account, chat: number, parcel: Parcel): number {
  const { profile } = account;
  const { database } = profile;
  const { sound, thumbnail } = parcel;
  const contents = contentsOf(parcel.unfinished, parcel.written);
  const sent = profile.commit((changes) => {
    const { name, caption, reply, look } = parcel;
    const say = (saying: Saying): messages.MessageRecord => insertOwnMessage(account, chat, saying, changes);
    const message = say({ text: name, reply, look });
    const follower = caption === undefined ? undefined : say({ text: caption, look });
    const id = attachments.insertAttachment(database, {
      ...contents,
      account: account.id,
      message: message.id,
      name,
      description: parcel.description,
      state: 'sending',
      ...(sound !== undefined && { length: sound.length, peaks: Uint8Array.from(sound.peaks) }),
      ...(thumbnail !== undefined && { thumbnail }),
      ...(follower !== undefined && { follower: follower.id }),
    });
    messages.setTraits(database, message.id, traitsOf([contents]));
    changes.push(...fileChange(account, id), { put: 'chat', row: chatRow(account, chat) });
    return message.id;
  });
  profile.files.keep(parcel.unfinished);
  account.transfers.flush();
  return sent;
}

/** A file lies there for others: its message may leave, and the caption behind it. */
export function fileUploaded(account: Account, id: number, address: string): void {
  const { profile } = account;
  const { database } = profile;
  profile.commit((changes) => {
    const record = attachments.getAttachment(database, id);
    if (record === undefined) return; // taken back meanwhile
    attachments.setUploaded(database, id, address);
    changes.push(...fileChange(account, id));
    if (attachments.isSending(database, record.message)) return;
    outbox.enqueue(database, { account: account.id, chat: record.chat, message: record.message });
    const { follower } = record;
    if (follower === undefined || messages.getMessage(database, follower)?.delivery !== 'queued') return;
    if (outbox.isUncomposed(database, follower)) return;
    outbox.enqueue(database, { account: account.id, chat: record.chat, message: follower });
  });
  account.outbox.flush();
}

/** A file did not get there, and the person has to know. */
export function fileFailed(account: Account, id: number, { code, size }: TransferProblem): void {
  const { profile } = account;
  profile.commit((changes) => {
    const record = attachments.getAttachment(profile.database, id);
    if (record === undefined) return;
    attachments.setFailure(profile.database, id, code);
    if (size !== undefined && record.size === undefined) attachments.setSize(profile.database, id, size);
    changes.push(...fileChange(account, id));
    if (record.state !== 'sending') return;
    const message = messages.getMessage(profile.database, record.message);
    if (message !== undefined) progress(account, message, 'refused', changes, { code: `file-${code}` });
  });
}

/** Tries again with the files of a message that failed. Returns whether it was for them that it did. */
export function retryFiles(account: Account, message: messages.MessageRecord): boolean {
  const { profile } = account;
  if (!attachments.isSending(profile.database, message.id)) return false;
  profile.commit((changes) => {
    progress(account, message, 'retried', changes);
    for (const { id } of attachments.listOfMessage(profile.database, message.id)) {
      attachments.setFailure(profile.database, id, undefined);
      changes.push(...fileChange(account, id));
    }
  });
  account.transfers.flush();
  return true;
}

/**
 * Its files were uploaded for a chat that is encrypted in another way now: what lies there in clear must not be named in an
 * encrypted chat, and a key not in a plain one. They are uploaded anew.
 */
export function uploadAgain(account: Account, message: number): void {
  const { profile } = account;
  profile.commit((changes) => {
    outbox.removeByMessage(profile.database, message);
    for (const { id } of attachments.listOfMessage(profile.database, message)) {
      attachments.setSecret(profile.database, id, undefined);
      attachments.setFailure(profile.database, id, undefined); // one that is not here fails at once, and says so
      changes.push(...fileChange(account, id));
    }
  });
  account.transfers.flush();
}

/** A message is about to be deleted: its caption, if it waits for it, is not lost but the person's to decide on. */
export function releaseCaption(account: Account, message: number, changes: Change[]): void {
  const files = attachments.listOfMessage(account.profile.database, message);
  const waiting = files.flatMap(({ follower, state }) => (state === 'sending' ? (follower ?? []) : []));
  refuseCaptions(account, waiting, changes);
}

/** The same for all messages of a chat up to `upTo`. */
export function releaseCaptions(account: Account, chat: number, upTo: number, changes: Change[]): void {
  refuseCaptions(account, attachments.listFollowers(account.profile.database, chat, upTo), changes);
}

function refuseCaptions(account: Account, ids: readonly number[], changes: Change[]): void {
  for (const id of ids) {
    const waiting = messages.getMessage(account.profile.database, id);
    if (waiting !== undefined) progress(account, waiting, 'refused', changes, { code: 'not-sent' });
  }
}

/** Removes from the disk what no message has any more, once that is durable, and ends what is under way for it. */
export function sweepFiles(profile: Profile): void {
  sweepPeople(profile);
  profile.whenDurable(() => {
    void profile.files
      .sweep(() => (profile.database.open ? attachments.listBlobs(profile.database) : EVERYTHING))
      .catch((error: unknown) => {
        profile.host.log('files', 'not-swept', { error: String(error) });
      });
  });
}

/** With the database closed nothing is known, so nothing is removed. */
const EVERYTHING = { has: () => true };
