/**
 * A file of ours that lies nowhere but here: published with its message, and sent to the other side of the chat whenever
 * one of its clients asks. In an encrypted chat it leaves encrypted, under the key that only the message tells.
 */
import { bareOf, type BareJid, type FullJid } from '../../shared/jid.ts';
import { readBlob } from '../files/blob.ts';
import { sealParts, TAG } from '../files/seal.ts';
import * as attachments from '../store/attachments.ts';
import * as chats from '../store/chats.ts';
import { writeInBand } from '../xmpp/xep/xep0047.ts';
import { writeJingle, type Jingle } from '../xmpp/xep/xep0166.ts';
import { readDescription, writeDescription } from '../xmpp/xep/xep0234.ts';
import { readTransport, writeTransport } from '../xmpp/xep/xep0261.ts';
import { addressOf, NS as NS_PUBLICATION } from '../xmpp/xep/xep0358.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import type { Session } from './direct.ts';

/** The largest file that is sent like this, in bytes: it goes through the streams of both accounts. */
export const MOST_DIRECT = 100 * 1_048_576;
/** Bytes of a block: with Base64 well below what the strictest servers take in a stanza. */
const BLOCK = 32_768;
/** Blocks under way: enough to hide the way there and back. */
const AHEAD = 4;
/** Milliseconds that the other side may take for its next word. */
const PATIENCE = 60_000;
/** The one content of our sessions. */
const CONTENT = 'file';

/** True when a client of the other side could fetch a file from us, as far as is known without asking. */
export function canPublish(account: Account, chat: chats.ChatRecord): boolean {
  if (chat.kind !== 'contact' || ownAddress(account) === undefined) return false;
  const peer = chat.address as BareJid;
  return [...(account.presences.get(peer)?.values() ?? [])].some(
    ({ from }) =>
      from !== undefined &&
      account.capabilities.known(from as FullJid)?.features.has(NS_PUBLICATION) === true,
  );
}

/** A new address under which a file can be fetched from us; `undefined` without a session that goes on later. */
export function publish(account: Account): string | undefined {
  const publisher = ownAddress(account);
  return publisher && addressOf({ publisher, id: account.profile.host.id() });
}

function ownAddress(account: Account): FullJid | undefined {
  return account.record().session?.jid;
}

/** The file that was published under this id, if it is for this client: of the other side of the chat, or our own. */
export function publishedFor(
  account: Account,
  peer: FullJid,
  id: string,
): attachments.AttachmentRecord | undefined {
  const { database } = account.profile;
  const record = attachments.getPublished(database, account.id, `?jingle;id=${encodeURIComponent(id)}`);
  const chat = record && chats.getChat(database, record.chat);
  if (record?.state !== 'here' || chat?.kind !== 'contact') return undefined;
  const asker = bareOf(peer);
  if (asker === account.address) return record;
  return asker === chat.address && !isBlocked(account, asker) ? record : undefined;
}

/** Sends a file in a session, from where on it is wanted. @throws StanzaError, WireClosed, a time-out, what the disk says */
export async function serve(
  account: Account,
  { wire, peer, sid, inbox }: Session,
  record: attachments.AttachmentRecord,
): Promise<void> {
  const { blob, size, secret } = record;
  if (blob === undefined || size === undefined) return;
  const total = size + (secret === undefined ? 0 : TAG);
  const stream = account.profile.host.id();
  const initiator = ownAddress(account);
  const ask = (jingle: Pick<Jingle, 'action'> & Partial<Jingle>): Promise<unknown> =>
    wire.request({
      type: 'set',
      to: peer,
      payload: writeJingle({ sid, contents: [], payloads: [], ...jingle }),
    });
  await ask({
    action: 'session-initiate',
    ...(initiator !== undefined && { initiator }),
    contents: [
      {
        creator: 'initiator',
        name: CONTENT,
        senders: 'initiator',
        description: writeDescription({ size: total, offset: 0 }),
        transport: writeTransport({ sid: stream, blockSize: BLOCK }),
      },
    ],
  });
  const accepted = termsOf(await inbox.next(PATIENCE));
  if (accepted === undefined || accepted.sid !== stream || accepted.offset > total) return;
  const blockSize = Math.min(BLOCK, accepted.blockSize);
  const send = (payload: ReturnType<typeof writeInBand>): Promise<unknown> =>
    wire.request({ type: 'set', to: peer, payload });
  await send(writeInBand({ kind: 'open', sid: stream, blockSize }));
  const contents = readBlob({ path: account.profile.files.pathOf(blob.name), key: blob.key, size });
  const parts = secret === undefined ? contents : sealParts(secret, contents);
  const underWay: Promise<unknown>[] = [];
  let seq = 0;
  for await (const bytes of blocksOf(parts, accepted.offset, blockSize)) {
    if (!inbox.isEmpty) return; // they do not want it any more
    const sent = send(writeInBand({ kind: 'data', sid: stream, seq: seq & 0xffff, bytes }));
    sent.catch(() => undefined); // it is awaited below, unless an earlier one fails first
    underWay.push(sent);
    seq += 1;
    if (underWay.length >= AHEAD) await underWay.shift();
  }
  await Promise.all(underWay);
  await send(writeInBand({ kind: 'close', sid: stream }));
}

function termsOf(jingle: Jingle | undefined): { sid: string; blockSize: number; offset: number } | undefined {
  const [content] = jingle?.contents ?? [];
  const transport = content?.transport && readTransport(content.transport);
  const file = content?.description && readDescription(content.description);
  if (jingle?.action !== 'session-accept' || transport === undefined || file === undefined) return undefined;
  return { ...transport, offset: file.offset ?? 0 };
}

/** Blocks of one size, the last one perhaps smaller, without the first `offset` bytes. */
export async function* blocksOf(
  parts: AsyncIterable<Uint8Array>,
  offset: number,
  size: number,
): AsyncGenerator<Uint8Array> {
  let skip = offset;
  let held = Buffer.alloc(0);
  for await (const part of parts) {
    const skipped = Math.min(skip, part.length);
    skip -= skipped;
    held = Buffer.concat([held, part.subarray(skipped)]);
    while (held.length >= size) {
      yield held.subarray(0, size);
      held = held.subarray(size);
    }
  }
  if (held.length > 0) yield held;
}
