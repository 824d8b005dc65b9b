/**
 * `<message/>` as a typed value: lists by hand every payload that one may carry, and nothing else gets in.
 * It reads what is written; whether to believe it (whose ids, whose delay, whose receipt) is decided by the engine.
 */
import { readJid, type Jid } from '../../shared/jid.ts';
import { child, childElements, childText, is, NS_CLIENT, stanza, textOf, xml, type Element } from './xml.ts';
import { NS_EVENT, readEvent, writeEvent, type PubsubEvent } from './xep/xep0060.ts';
import { outOfBandIn, writeOutOfBand, type OutOfBand } from './xep/xep0066.ts';
import { NS_USER as NS_ROOM_USER, readSubject } from './xep/xep0045.ts';
import { readDecline, readInvite, type Invite } from './xep/xep0045-invite.ts';
import { readChatState, writeChatState, type ChatState } from './xep/xep0085.ts';
import * as xep0184 from './xep/xep0184.ts';
import { delayIn, writeDelay, type Delay } from './xep/xep0203.ts';
import { readReplace, writeReplace } from './xep/xep0308.ts';
import { readDirectInvite, type DirectInvite } from './xep/xep0249.ts';
import * as xep0333 from './xep/xep0333.ts';
import { readHints, writeHint, type Hint } from './xep/xep0334.ts';
import * as xep0359 from './xep/xep0359.ts';
import {
  hasOtherEncryption,
  readEncryptionHint,
  writeEncryptionHint,
  type EncryptionHint,
} from './xep/xep0380.ts';
import { readMentions, type Mention } from './xep/xep0372.ts';
import { readSpoiler, writeSpoiler } from './xep/xep0382.ts';
import * as omemo from './xep/xep0384.ts';
import * as omemo2 from './xep/xep0384-2.ts';
import { readUnstyled, writeUnstyled } from './xep/xep0393.ts';
import { readPassages, writeFallback, type Passage } from './xep/xep0428.ts';
import { readInitiation, writeInitiation, type Initiation } from './xep/xep0353.ts';
import { readReactions, writeReactions, type Reactions } from './xep/xep0444.ts';
import { readModeration, type Moderation } from './xep/xep0425.ts';
import { readRetraction, writeRetraction, type Retraction } from './xep/xep0424.ts';
import { NS as NS_SHARING, readFiles, writeFileSharing, type SharedFile } from './xep/xep0447.ts';
import { readExplicitMentions, type ExplicitMention } from './xep/xep0513.ts';
import { NS as NS_REPLY, readReply, writeReply, type Reply } from './xep/xep0461.ts';

const TYPES = ['chat', 'error', 'groupchat', 'headline', 'normal'] as const;
const STORE_HINTS = ['no-store', 'no-permanent-store', 'store'] as const satisfies readonly Hint[];
const NS_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** An error that came back for a stanza of ours (RFC 6120 §8.3). */
export interface MessageError {
  /** `undefined-condition` when the sender named none that could be read. */
  readonly condition: string;
  readonly type: string;
  /** For people, in the server's words. */
  readonly text?: string;
}

/** What OMEMO puts on a message: an element for each of its protocols, at least one of them. */
export interface EncryptedElements {
  readonly legacy?: omemo.Encrypted;
  readonly omemo2?: omemo2.Encrypted;
}

/** An invitation to a room, of the room itself or of a person; or the answer to one of ours. */
export type Invitation =
  | (Invite & { readonly kind: 'mediated' })
  | (DirectInvite & { readonly kind: 'direct' })
  | { readonly kind: 'declined' };

/** Whom it means, in the words of either extension; where in the words, nobody asks here. */
export interface Mentions {
  readonly references: readonly Mention[];
  readonly explicit: readonly ExplicitMention[];
}

export interface Message {
  /** Absent: our own account speaks (RFC 6120 §8.1.2.1). */
  readonly from?: Jid;
  readonly to?: Jid;
  readonly type: (typeof TYPES)[number];
  readonly id?: string;
  /** The text outside of any encryption. Next to `encrypted` it is filler, never content (H36). */
  readonly body?: string;
  readonly thread?: string;
  /** What it sets as the subject of a room: only when it says nothing else (XEP-0045 #subject-mod, H34). */
  readonly subject?: string;
  readonly originId?: string;
  /** In the order written, also two by the same address (H27). */
  readonly stanzaIds: readonly xep0359.StanzaId[];
  readonly delay?: Delay;
  readonly receiptRequested: boolean;
  readonly receiptFor?: string;
  /** The sender would like to know that it was read. */
  readonly isMarkable: boolean;
  /** All up to the message with this id was read. */
  readonly displayed?: string;
  readonly chatState?: ChatState;
  readonly encrypted?: EncryptedElements;
  readonly encryptionHint?: EncryptionHint;
  /** The content is in an encryption that we do not speak, or in a broken element of ours: `body` is not it. */
  readonly hasUnsupportedEncryption: boolean;
  /** Of these two, the latter. */
  readonly hasMalformedEncryption: boolean;
  readonly storeHint?: (typeof STORE_HINTS)[number];
  readonly error?: MessageError;
  /** A room's service marks private messages of its occupants so (XEP-0045 #privatemessage); others may, too (H29). */
  readonly hasRoomMark: boolean;
  readonly event?: PubsubEvent;
  /** An address beside the body; when the body is just that, it is a file (XEP-0066 §3). */
  readonly outOfBand?: OutOfBand;
  /** Files that are offered outside of any encryption. */
  readonly files?: readonly SharedFile[];
  /** To be shown as it is written (XEP-0393 #disable). */
  readonly isUnstyled?: true;
  /** To be covered (XEP-0382); what it is about, or nothing. */
  readonly spoiler?: string;
  /** The id of the message whose place it takes (XEP-0308). */
  readonly replaces?: string;
  /** The message that it takes back. */
  readonly retraction?: Retraction;
  /** The message that this one answers. */
  readonly reply?: Reply;
  /** The parts of the body that quote it, for programs that do not know replies. */
  readonly quotes?: readonly Passage[];
  readonly reactions?: Reactions;
  readonly mentions?: Mentions;
  readonly invitation?: Invitation;
  /** What is taken back of others, if a room says so (XEP-0425). */
  readonly moderation?: Moderation;
  /** What it says about a call (XEP-0353); outside of any encryption. */
  readonly initiation?: Initiation;
}

/**
 * Reads a `<message/>`; `undefined` for another element, or one with a malformed address: it must not pass for one
 * without sender. An error has only its addresses, ids and the error, because the rest is an echo of what we sent
 * (RFC 6120 §8.3.1).
 */
export function readMessage(element: Element): Message | undefined {
  if (!is(element, 'message', NS_CLIENT)) return undefined;
  const { attrs } = element;
  const from = attrs['from'] === undefined ? undefined : readJid(attrs['from']);
  const to = attrs['to'] === undefined ? undefined : readJid(attrs['to']);
  if ((from === undefined && 'from' in attrs) || (to === undefined && 'to' in attrs)) return undefined;
  // RFC 6121 §5.2.2: an unknown type is to be taken for "normal".
  const type = TYPES.find((each) => each === attrs['type']) ?? 'normal';
  const payloads = type === 'error' ? { ...NOTHING, error: readStanzaError(element) } : readPayloads(element);
  return {
    ...payloads,
    ...defined({ from, to, id: xep0359.readId(attrs['id']), originId: xep0359.readOriginId(element) }),
    type,
    stanzaIds: xep0359.readStanzaIds(element),
  };
}

/**
 * A message with what was encrypted in it in its place (XEP-0420 #receiving): what it says is in `elements`, and
 * nowhere else (#rules). Of what came outside, only that counts which servers read or add, and what asks for a sign of
 * life, which tells nothing and which programs that speak both OMEMO protocols leave there.
 */
export function withContent(outside: Message, elements: readonly Element[]): Message {
  const inside = readPayloads(stanza('message', {}, elements));
  const { from, to, id, type, originId, stanzaIds, delay, storeHint, encrypted, encryptionHint, event } =
    outside;
  const { chatState, receiptFor, displayed, hasRoomMark } = outside;
  return {
    ...defined({ chatState, receiptFor, displayed }),
    ...inside,
    ...defined({ from, to, id, originId, delay, storeHint, encrypted, encryptionHint, event }),
    type,
    stanzaIds,
    hasRoomMark,
    receiptRequested: inside.receiptRequested || outside.receiptRequested,
    isMarkable: inside.isMarkable || outside.isMarkable,
  };
}

type Payloads = Omit<Message, 'from' | 'to' | 'id' | 'originId' | 'type' | 'stanzaIds'>;

const NOTHING = {
  receiptRequested: false,
  isMarkable: false,
  hasUnsupportedEncryption: false,
  hasMalformedEncryption: false,
  hasRoomMark: false,
} as const;

function readPayloads(element: Element): Payloads {
  const older = child(element, 'encrypted', omemo.NS);
  const newer = child(element, 'encrypted', omemo2.NS);
  const elements = defined({
    legacy: older && omemo.readEncrypted(older),
    omemo2: newer && omemo2.readEncrypted(newer),
  });
  // One that can be read is enough: a device gets its key in one of them.
  const encrypted = Object.keys(elements).length > 0 ? elements : undefined;
  const hasMalformedEncryption = encrypted === undefined && (older ?? newer) !== undefined;
  const hints = readHints(element);
  const event = child(element, 'event', NS_EVENT);
  const files = readFiles(element);
  const reply = readReply(element);
  // Without a reply nothing would be shown in the place of what was hidden.
  const quotes = reply === undefined ? [] : readPassages(element, NS_REPLY);
  return {
    ...defined({
      body: readBody(element),
      thread: childText(element, 'thread'),
      subject: readSubject(element),
      delay: delayIn(element),
      receiptFor: xep0184.readReceipt(element),
      displayed: xep0333.readDisplayed(element),
      chatState: readChatState(element),
      encrypted,
      encryptionHint: readEncryptionHint(element),
      storeHint: STORE_HINTS.find((hint) => hints.includes(hint)),
      event: event && readEvent(event),
      outOfBand: outOfBandIn(element),
      files: files.length === 0 ? undefined : files,
      isUnstyled: readUnstyled(element) ? (true as const) : undefined,
      spoiler: readSpoiler(element),
      replaces: readReplace(element),
      retraction: readRetraction(element),
      reply,
      quotes: quotes.length === 0 ? undefined : quotes,
      reactions: readReactions(element),
      mentions: readBoth(element),
      invitation: readInvitation(element),
      moderation: readModeration(element),
      initiation: readInitiation(element),
    }),
    receiptRequested: xep0184.readRequest(element),
    isMarkable: xep0333.readMarkable(element),
    hasUnsupportedEncryption:
      hasMalformedEncryption ||
      (encrypted === undefined && hasOtherEncryption(element, [omemo.NS, omemo2.NS])),
    hasMalformedEncryption,
    hasRoomMark: child(element, 'x', NS_ROOM_USER) !== undefined,
  };
}

function readBoth(element: Element): Mentions | undefined {
  const references = readMentions(element, 0);
  const explicit = readExplicitMentions(element, 0);
  return references.length + explicit.length === 0 ? undefined : { references, explicit };
}

function readInvitation(element: Element): Invitation | undefined {
  const mediated = readInvite(element);
  if (mediated !== undefined) return { ...mediated, kind: 'mediated' };
  const direct = readDirectInvite(element);
  if (direct !== undefined) return { ...direct, kind: 'direct' };
  return readDecline(element) && { kind: 'declined' };
}

/** RFC 6121 §5.2.3: of several languages the one that is not marked as a translation, else the first. */
function readBody(element: Element): string | undefined {
  const bodies = childElements(element, 'body', NS_CLIENT);
  const chosen = bodies.find(({ attrs }) => attrs['xml:lang'] === undefined) ?? bodies[0];
  return chosen && textOf(chosen);
}

/** The error in a message or presence of type `error`. */
export function readStanzaError(element: Element): MessageError {
  const error = child(element, 'error');
  const parts = error === undefined ? [] : childElements(error).filter(({ ns }) => ns === NS_ERRORS);
  const condition = parts.find(({ name }) => name !== 'text')?.name ?? 'undefined-condition';
  const text = parts.find(({ name }) => name === 'text');
  return {
    condition,
    type: error?.attrs['type'] ?? 'cancel',
    ...(text !== undefined && { text: textOf(text) }),
  };
}

/** What is to be written: parts that are left out are not written. Addresses may be plain text. */
export type OutgoingMessage = Partial<
  Omit<Message, 'from' | 'to' | 'invitation' | 'moderation' | 'mentions'>
> & {
  readonly from?: string;
  readonly to?: string;
};

/** Writes a `<message/>`. What only readers can know (`hasUnsupportedEncryption` and the like) is not written. */
export function writeMessage(message: OutgoingMessage): Element {
  const { from, to, id, type = 'normal', error } = message;
  return stanza(
    'message',
    { from, to, id, type: type === 'normal' ? undefined : type },
    message.body !== undefined && xml('body', NS_CLIENT, {}, message.body),
    message.thread !== undefined && xml('thread', NS_CLIENT, {}, message.thread),
    message.subject !== undefined && xml('subject', NS_CLIENT, {}, message.subject),
    message.encrypted?.omemo2 && omemo2.writeEncrypted(message.encrypted.omemo2),
    message.encrypted?.legacy && omemo.writeEncrypted(message.encrypted.legacy),
    message.encryptionHint && writeEncryptionHint(message.encryptionHint),
    message.originId !== undefined && xep0359.writeOriginId(message.originId),
    message.stanzaIds?.map(xep0359.writeStanzaId),
    message.receiptRequested === true && xep0184.writeRequest(),
    message.receiptFor !== undefined && xep0184.writeReceipt(message.receiptFor),
    message.isMarkable === true && xep0333.writeMarkable(),
    message.displayed !== undefined && xep0333.writeDisplayed(message.displayed),
    message.chatState && writeChatState(message.chatState),
    message.storeHint && writeHint(message.storeHint),
    message.delay && writeDelay(message.delay),
    message.hasRoomMark === true && xml('x', NS_ROOM_USER),
    message.event && writeEvent(message.event),
    message.files?.map(writeFileSharing),
    // XEP-0447 #file-sharing: the body stands in for them.
    message.files !== undefined && message.body !== undefined && writeFallback(NS_SHARING),
    message.outOfBand && writeOutOfBand(message.outOfBand),
    message.isUnstyled === true && writeUnstyled(),
    message.spoiler !== undefined && writeSpoiler(message.spoiler),
    message.replaces !== undefined && writeReplace(message.replaces),
    message.retraction && writeRetraction(message.retraction),
    message.reply && writeReply(message.reply),
    message.quotes?.map((passage) => writeFallback(NS_REPLY, passage)),
    message.reactions && writeReactions(message.reactions),
    message.initiation && writeInitiation(message.initiation),
    error && writeError(error),
  );
}

function writeError({ condition, type, text }: MessageError): Element {
  return xml(
    'error',
    NS_CLIENT,
    { type },
    xml(condition, NS_ERRORS),
    text !== undefined && xml('text', NS_ERRORS, {}, text),
  );
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that have a value: an absent part is an absent key, so that values compare equal. */
function defined<T extends object>(parts: T): Defined<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Defined<T>;
}
