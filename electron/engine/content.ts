/**
 * What a message of ours says on the wire: its text, or its file by its address, and the elements that go with it.
 * Decides nothing about who gets it.
 */
import type { Content } from '../omemo/omemo.ts';
import type { AttachmentRecord } from '../store/attachments.ts';
import type { Look, MessageRecord } from '../store/messages.ts';
import type { OutgoingMessage } from '../xmpp/message.ts';
import { writeChatState } from '../xmpp/xep/xep0085.ts';
import { writeRequest } from '../xmpp/xep/xep0184.ts';
import { writeMarkable } from '../xmpp/xep/xep0333.ts';
import { writeSpoiler } from '../xmpp/xep/xep0382.ts';
import { writeUnstyled } from '../xmpp/xep/xep0393.ts';
import { readPublicationAddress } from '../xmpp/xep/xep0358.ts';
import { writeFallback } from '../xmpp/xep/xep0428.ts';
import { NS as NS_SHARING, writeFileSharing, type SharedFile } from '../xmpp/xep/xep0447.ts';
import { writeEncryptedAddress } from '../xmpp/xep/xep0454.ts';
import { writeReply } from '../xmpp/xep/xep0461.ts';
import type { Element } from '../xmpp/xml.ts';
import { answerElements, type Answer } from './replies.ts';
import { thumbnailOf } from './thumbnails.ts';

/** What asks for a sign of life, which is nobody else's business either. */
const askings = (): Element[] => [writeRequest(), writeMarkable(), writeChatState('active')];

/** What to encrypt for a message. See `Content` for who can read what of it. */
export function contentOf(
  message: MessageRecord,
  [file]: readonly AttachmentRecord[],
  answer?: Answer,
): Content {
  if (file?.address === undefined || file.secret === undefined) {
    const answering = answer === undefined ? [] : answerElements(answer);
    return {
      text: answer?.text ?? message.text,
      elements: [...askings(), ...lookElements(message), ...answering],
    };
  }
  const { address, secret } = file;
  const shared = sharedFile(file, {
    addresses: [],
    encrypted: {
      cipher: 'urn:xmpp:ciphers:aes-256-gcm-nopadding:0',
      ...secret,
      hashes: [],
      addresses: [address],
    },
  });
  // Its text is an address, in front of which nothing is quoted.
  const answering = answer === undefined ? [] : [writeReply(answer.reply)];
  return {
    text: isPublished(address) ? message.text : writeEncryptedAddress({ address, ...secret }),
    elements: [
      ...askings(),
      ...lookElements(message),
      writeFileSharing(shared),
      writeFallback(NS_SHARING),
      ...answering,
    ],
  };
}

/** What a message says in clear. */
export function plainContentOf(
  message: MessageRecord,
  files: readonly AttachmentRecord[],
  answer?: Answer,
): Pick<OutgoingMessage, 'body' | 'files' | 'outOfBand' | 'reply' | 'quotes' | keyof Look> {
  const [file] = files;
  const answering = { ...lookOf(message), ...(answer !== undefined && outsideOf(answer, files)) };
  if (file?.address === undefined) return { body: answer?.text ?? message.text, ...answering };
  const { address } = file;
  return {
    // Programs that know no other place of files than the web are told at least what it is called.
    ...(isPublished(address) ? { body: message.text } : { body: address, outOfBand: { url: address } }),
    files: [sharedFile(file, { addresses: [address] })],
    ...answering,
  };
}

/** What is said of an answer outside of the older protocol, which encrypts text alone: ids, and where in it the quote is. */
export function outsideOf(
  { reply, quotes }: Answer,
  files: readonly AttachmentRecord[],
): Pick<OutgoingMessage, 'reply' | 'quotes'> {
  return { reply, ...(files.length === 0 && quotes.length > 0 && { quotes }) };
}

type Shown = Pick<OutgoingMessage, keyof Look>;

/** How it is to be shown, in clear. */
function lookOf({ isUnstyled, spoiler }: MessageRecord): Shown {
  return { ...(isUnstyled === true && { isUnstyled }), ...(spoiler !== undefined && { spoiler }) };
}

export const lookElements = ({ isUnstyled, spoiler }: MessageRecord): Element[] => [
  ...(isUnstyled === true ? [writeUnstyled()] : []),
  ...(spoiler === undefined ? [] : [writeSpoiler(spoiler)]),
];

/** What of it may be outside of the older protocol: that it is covered, but no words about it. */
export function outsideLookOf(message: MessageRecord): Shown {
  return { ...lookOf(message), ...(message.spoiler !== undefined && { spoiler: '' }) };
}

/** True when files lie there as a message with this encryption may name them. */
export function fits(files: readonly AttachmentRecord[], encryption: 'omemo' | 'none'): boolean {
  return files.every(
    ({ address, secret }) => address !== undefined && (secret !== undefined) === (encryption === 'omemo'),
  );
}

/** It lies with us only, which no address of the web says. */
function isPublished(address: string): boolean {
  return readPublicationAddress(address) !== undefined;
}

function sharedFile(file: AttachmentRecord, place: Pick<SharedFile, 'addresses' | 'encrypted'>): SharedFile {
  const {
    name,
    mediaType = 'application/octet-stream',
    size,
    width,
    height,
    length,
    thumbnail,
    description,
    hash,
  } = file;
  return {
    metadata: {
      name,
      mediaType,
      ...(size !== undefined && { size }),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      ...(length !== undefined && { length }),
      ...(description !== '' && { description }),
      hashes: hash === undefined ? [] : [{ algorithm: 'sha-256', value: hash }],
      ...(thumbnail !== undefined && { thumbnails: [thumbnailOf(thumbnail)] }),
    },
    disposition: file.mediaType === undefined ? 'attachment' : 'inline',
    ...place,
  };
}
