/**
 * Says again elsewhere what was said: the words, and files that are here under new keys and uploaded anew. What is sent
 * is a message of ours like any other: the original stanza, its ids and its sender's address stay where they are
 * (XEP-0297 would give them away).
 */
import { actionOf } from '../../shared/action.ts';
import { Refusal } from '../../shared/answer.ts';
import { readBlob } from '../files/blob.ts';
import type { Written } from '../files/blob.ts';
import type { Unfinished } from '../files/folder.ts';
import { listOfMessage, type AttachmentRecord } from '../store/attachments.ts';
import type { ChatRecord } from '../store/chats.ts';
import type { Look, MessageRecord } from '../store/messages.ts';
import type { Account } from './account.ts';
import { sendFile } from './attachments.ts';
import { encryptionOf } from './chats.ts';
import { queueMessage } from './outbound.ts';
import { displayName } from './roster.ts';
import { explain } from './target-file.ts';
import { uploadLimit } from './upload-limit.ts';
import type { BareJid } from '../../shared/jid.ts';

export interface Source {
  readonly account: Account;
  readonly chat: ChatRecord;
  readonly message: MessageRecord;
}
export interface Target {
  readonly account: Account;
  readonly chat: ChatRecord;
}
export interface Choice {
  /** Says who said it, by the name that the person knows them by. */
  readonly withAuthor: boolean;
  /** The person wants it though something that was encrypted leaves in clear. */
  readonly isSure: boolean;
}

interface Copy {
  readonly unfinished: Unfinished;
  readonly written: Written;
}
type Piece =
  | { readonly kind: 'words'; readonly text: string; readonly look: Look }
  | { readonly kind: 'file'; readonly file: AttachmentRecord; readonly look: Look };

/**
 * Sends all of it or nothing, in the order in which it was said.
 * @throws Refusal `unreadable`; `not-here` for a file that is not on this computer; `would-expose`, unless the person is
 * sure; `not-allowed` or `too-large` when a server takes no such files; `storage`
 */
export async function forwardMessages(
  sources: readonly Source[],
  targets: readonly Target[],
  choice: Choice,
): Promise<void> {
  const inOrder = sources.toSorted((one, other) => one.message.id - other.message.id);
  const pieces = inOrder.flatMap((source) => piecesOf(source, choice));
  if (!choice.isSure && inOrder.some(isConfidential) && !targets.every(isProtected))
    throw new Refusal('would-expose');
  const files = pieces.flatMap((piece) => (piece.kind === 'file' ? [piece.file] : []));
  for (const { account, chat } of targets) checkFiles(account, chat, files);
  const copies: Copy[][] = [];
  try {
    for (const { account } of targets) {
      const own: Copy[] = [];
      copies.push(own);
      for (const file of files) own.push(await copyFile(account, file));
    }
  } catch (error) {
    for (const [index, own] of copies.entries())
      for (const { unfinished } of own) await targets[index]?.account.profile.files.abandon(unfinished);
    throw error instanceof Refusal ? error : explain(error);
  }
  for (const [index, target] of targets.entries()) sendAll(target, pieces, copies[index] ?? []);
}

function sendAll({ account, chat }: Target, pieces: readonly Piece[], copies: readonly Copy[]): void {
  const rest = [...copies];
  for (const piece of pieces) {
    if (piece.kind === 'file') {
      const copy = rest.shift();
      if (copy === undefined) throw new Error('a file has no copy');
      const { name, description } = piece.file;
      sendFile(account, chat.id, { ...copy, name, description, look: piece.look });
      continue;
    }
    account.profile.commit((changes) => {
      queueMessage(account, chat.id, piece, changes);
    });
  }
  account.outbox.flush();
}

function piecesOf({ account, message }: Source, { withAuthor }: Choice): Piece[] {
  if (message.unreadable !== undefined || message.retracted !== undefined) throw new Refusal('unreadable');
  const { text, isUnstyled, spoiler } = message;
  // What its author covered stays covered.
  const look = { ...(isUnstyled && { isUnstyled }), ...(spoiler !== undefined && { spoiler }) };
  const author = authorOf(account, message);
  const files = listOfMessage(account.profile.database, message.id);
  if (files.length === 0) {
    return [{ kind: 'words', text: withAuthor ? quoted(author, text) : text, look }];
  }
  if (files.some(({ blob, size }) => blob === undefined || size === undefined)) throw new Refusal('not-here');
  return [
    ...(withAuthor ? [{ kind: 'words' as const, text: `${author}:`, look: {} }] : []),
    ...files.map((file): Piece => ({ kind: 'file', file, look })),
  ];
}

function authorOf(account: Account, { isOutgoing, sender }: MessageRecord): string {
  const name = isOutgoing ? sender.split('@', 1).join() : displayName(account, sender as BareJid);
  return name.replace(/\s+/gu, ' ').trim() || sender;
}

/** A quotation that every program shows as one (XEP-0393 #quote). */
function quoted(author: string, text: string): string {
  const action = actionOf(text);
  const lines = (action === undefined ? text : `* ${author} ${action}`).split('\n');
  return [`${author}:`, ...lines.map((line) => `> ${line}`)].join('\n');
}

/** Encrypted when it came or left; or it waits, and will be. */
function isConfidential({ account, chat, message }: Source): boolean {
  return message.encryption === 'omemo' || (message.isOutgoing && encryptionOf(account, chat) === 'omemo');
}

/** Nothing said there leaves in clear. While nobody knows whether the other side has keys, it may. */
function isProtected({ account, chat }: Target): boolean {
  return encryptionOf(account, chat) === 'omemo';
}

function checkFiles(account: Account, chat: ChatRecord, files: readonly AttachmentRecord[]): void {
  if (files.length === 0) return;
  const { service, limit = Infinity } = uploadLimit(account, chat);
  if (service === 'missing') throw new Refusal('not-allowed', 'the server takes no files');
  if (files.some(({ size = 0 }) => size > limit)) throw new Refusal('too-large');
}

/** The contents under a key of their own: no two messages share a file, and each is deleted with its message. */
async function copyFile(account: Account, { blob, size }: AttachmentRecord): Promise<Copy> {
  if (blob === undefined || size === undefined) throw new Refusal('not-here');
  const { files } = account.profile;
  const unfinished = await files.create();
  try {
    for await (const part of readBlob({ path: files.pathOf(blob.name), key: blob.key, size }))
      await unfinished.writer.write(part);
    return { unfinished, written: await unfinished.writer.finish() };
  } catch (error) {
    await files.abandon(unfinished);
    throw error;
  }
}
