/**
 * One file goes to the upload service (XEP-0363): encrypted on its way if the chat is, read from our own encrypted copy,
 * never written anywhere in clear. A slot is for one try; the next one asks for another.
 */
import { randomBytes } from 'node:crypto';
import type { Secret } from '../store/attachments.ts';
import * as attachments from '../store/attachments.ts';
import * as chats from '../store/chats.ts';
import { endingOf } from '../files/name.ts';
import { readBlob } from '../files/blob.ts';
import { sealParts, TAG } from '../files/seal.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import { askSlot, NS, readLimit, readTooLarge, type Slot } from '../xmpp/xep/xep0363.ts';
import type { Account } from './account.ts';
import { canPublish, MOST_DIRECT, publish } from './direct-serve.ts';
import type { Service } from './disco.ts';
import { problemOfStatus, TransferProblem } from './transfer-problem.ts';
import { webFor } from './web.ts';

export interface UploadOptions {
  readonly signal: AbortSignal;
  /** Hears how many bytes of how many the network has taken. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Uploads a file and returns where it lies for others.
 * @throws TransferProblem, StanzaError, ConnectionProblem, WireClosed; the reason of the signal
 */
export async function uploadFile(
  account: Account,
  wire: Wire,
  record: attachments.AttachmentRecord,
  { signal, onProgress }: UploadOptions,
): Promise<string> {
  const { database, files } = account.profile;
  const chat = chats.getChat(database, record.chat);
  const { blob, size } = record;
  if (chat === undefined || blob === undefined || size === undefined) {
    throw new TransferProblem('damaged', 'nothing to send');
  }
  const encryption = await account.outbox.decideEncryption(wire, chat);
  const secret = secretFor(account, record, encryption === 'omemo');
  const length = size + (secret === undefined ? 0 : TAG);
  const service = await serviceOf(account, wire);
  const limit = service && readLimit(service.info);
  if (service === undefined) {
    const address = canPublish(account, chat) && length <= MOST_DIRECT ? publish(account) : undefined;
    if (address === undefined) throw new TransferProblem('no-service', 'the server takes no files');
    return address;
  }
  if (limit !== undefined && length > limit) throw new TransferProblem('too-large', 'as the service says');
  // What an encrypted file is called is nobody's business; its ending tells older programs what to show.
  const ending = endingOf(record.name);
  const name =
    secret === undefined
      ? record.name
      : `${randomBytes(12).toString('base64url')}${ending === '' ? '' : `.${ending}`}`;
  const type = (secret === undefined ? record.mediaType : undefined) ?? 'application/octet-stream';
  const slot = await slotFor(wire, service, { name, size: length, type });
  signal.throwIfAborted();
  const contents = readBlob({ path: files.pathOf(blob.name), key: blob.key, size });
  await put(account, slot, {
    body: secret === undefined ? contents : sealParts(secret, contents),
    length,
    type,
    signal,
    onSent: (done) => onProgress(done, length),
  });
  return slot.get;
}

/** What the account's server says of files; explored first, if that was not done yet. */
export async function serviceOf(account: Account, wire: Wire): Promise<Service | undefined> {
  const known = account.disco.serviceWith(NS);
  if (known !== undefined) return known;
  await account.disco.explore(wire);
  return account.disco.serviceWith(NS);
}

/** The key under which it leaves: as before if it has one, so that a second try sends the same bytes. */
function secretFor(
  account: Account,
  record: attachments.AttachmentRecord,
  isEncrypted: boolean,
): Secret | undefined {
  if (isEncrypted === (record.secret !== undefined)) return record.secret;
  const secret = isEncrypted ? { key: randomBytes(32), iv: randomBytes(12) } : undefined;
  account.profile.commit(() => {
    attachments.setSecret(account.profile.database, record.id, secret);
  });
  return secret;
}

async function slotFor(wire: Wire, service: Service, upload: Parameters<typeof askSlot>[2]): Promise<Slot> {
  try {
    return await askSlot(wire, service.address, upload);
  } catch (error) {
    if (
      error instanceof StanzaError &&
      (error.condition === 'not-acceptable' || readTooLarge(error) !== undefined)
    ) {
      throw new TransferProblem('too-large', error.message);
    }
    throw error;
  }
}

interface Put {
  readonly body: AsyncIterable<Uint8Array>;
  readonly length: number;
  readonly type: string;
  readonly signal: AbortSignal;
  readonly onSent: (bytes: number) => void;
}

/** Redirects are not followed: they would take the headers along (H59). */
async function put(account: Account, slot: Slot, { body, length, type, signal, onSent }: Put): Promise<void> {
  const client = webFor(account, slot.put);
  try {
    const headers = { ...slot.headers, 'content-type': type };
    const answer = await client.request(slot.put, { method: 'PUT', headers, body, length, onSent }, signal);
    answer.discard();
    if (![200, 201, 204].includes(answer.status)) throw problemOfStatus(answer.status);
  } finally {
    client.close();
  }
}
