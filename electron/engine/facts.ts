/**
 * What a message means, once it is unwrapped and decrypted: a closed union, and the pure function that finds it.
 * Wire words end here: after `interpret` nobody speaks of stanzas.
 */
import type { BareJid, Jid } from '../../shared/jid.ts';
import type { MessageRow } from '../../shared/contract.ts';
import type { Answered } from '../store/message-columns.ts';
import type { Invitation, Mentions, Message } from '../xmpp/message.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Initiation } from '../xmpp/xep/xep0353.ts';
import type { Offer } from './offers.ts';
import { saysRetraction } from './retractions.ts';
import { meansUs } from './mentions.ts';

/**
 * Which road a message took to us: to this device, as a copy from another one of ours, or out of our archive. What was
 * archived before this device existed is the past: nobody waits for our word on it.
 */
export type Road = 'live' | 'carbon' | 'archive' | 'past';

/** A message without its wrapping, with everything about it that we verified ourselves. */
export interface Envelope {
  readonly message: Message;
  readonly road: Road;
  /** Written by this account, here or on another device. */
  readonly isOutgoing: boolean;
  /** The author's bare address; in a room, who is called so there, unless it is us. */
  readonly sender: Jid;
  /** The other side of the chat. */
  readonly peer: BareJid;
  /** Milliseconds since 1970, never in the future. */
  readonly at: number;
  /** Given by our own archive (XEP-0359 §5), so that nobody else can choose it. */
  readonly archiveId?: string;
  /** It was said in a room. */
  readonly room?: InRoom;
}

/** What a room says of who wrote in it, with everything about it that we verified ourselves. */
export interface InRoom {
  /** What we are called in it. */
  readonly ownNick: string;
  /** Who we are by whatever name, with which address in it, and whose account it is. */
  readonly ownOccupant?: string;
  readonly ownJid?: Jid;
  readonly ownAddress?: BareJid;
  /** Tells the author from others of the same name; absent where nothing does. */
  readonly occupant?: string;
  /** The author's own bare address, where everybody in the room may know it. */
  readonly address?: BareJid;
}

/** What the message carried for the person, after decryption. */
export type Content =
  | {
      readonly kind: 'plain';
      readonly text: string;
      /** What it quoted of another message for programs that do not know replies. */
      readonly quote?: string;
      readonly offers?: readonly Offer[];
    }
  | {
      readonly kind: 'decrypted';
      /** Absent when there is nothing to read in it. */
      readonly text?: string;
      readonly quote?: string;
      /** All else that was encrypted; the message has taken over what it can carry: see `withContent`. */
      readonly elements: readonly Element[];
      /** All that it says was encrypted (XEP-0420), and not its words alone. */
      readonly isWhole?: true;
      /** Files that it names. */
      readonly offers?: readonly Offer[];
      readonly device: number;
      readonly trust: NonNullable<MessageRow['trust']>;
    }
  | {
      readonly kind: 'unreadable';
      readonly reason: NonNullable<MessageRow['unreadable']>;
      readonly device?: number;
    }
  /** Nothing to show: a receipt, a typing notice, a key transport. */
  | { readonly kind: 'nothing' };

export type Fact =
  | {
      readonly kind: 'message';
      readonly sender: Jid;
      readonly occupant?: string;
      readonly isMention?: true;
      readonly isOutgoing: boolean;
      readonly at: number;
      readonly text: string;
      readonly encryption: MessageRow['encryption'];
      readonly device?: number;
      readonly trust?: NonNullable<MessageRow['trust']>;
      readonly unreadable?: NonNullable<MessageRow['unreadable']>;
      readonly stanzaId?: string;
      readonly originId?: string;
      readonly archiveId?: string;
      /** The message that it answers. */
      readonly answers?: Answered;
      /** Files that it names, which lie elsewhere. */
      readonly offers?: readonly Offer[];
      /** The id of the message whose place it takes (XEP-0308); and whether what was said after it is known already. */
      readonly corrects?: string;
      readonly isLate?: true;
      /** How it is to be shown. */
      readonly isUnstyled?: true;
      readonly spoiler?: string;
      /** The sender wants to know that it arrived, and it is ours to say. */
      readonly wantsReceipt: boolean;
      /** The sender would like to know when it was read, and it is ours to say. */
      readonly isMarkable: boolean;
    }
  | { readonly kind: 'receipt'; readonly sender: Jid; readonly target: string }
  /** The other side has read everything up to this message of ours. */
  | { readonly kind: 'displayed'; readonly sender: Jid; readonly target: string }
  /** We have read everything up to this message, on another device. */
  | { readonly kind: 'read'; readonly target: string }
  /** All that somebody feels about a message from now on. */
  | {
      readonly kind: 'reactions';
      readonly sender: Jid;
      readonly occupant?: string;
      readonly target: string;
      readonly emojis: readonly string[];
      readonly at: number;
      readonly encryption: MessageRow['encryption'];
      readonly road: Road;
    }
  /** Somebody takes a message of theirs back (XEP-0424). */
  | {
      readonly kind: 'retraction';
      readonly sender: Jid;
      readonly occupant?: string;
      readonly target: string;
      readonly at: number;
      /** Whether nobody on the way could have said so. */
      readonly encryption: MessageRow['encryption'];
    }
  /** Somebody asks us into a room. */
  | {
      readonly kind: 'invite';
      readonly sender: Jid;
      readonly invitation: Exclude<Invitation, { kind: 'declined' }>;
      readonly at: number;
    }
  /** A room has said again what we said on this device about a message: the id is of that stanza. */
  | { readonly kind: 'reflection'; readonly target: string }
  /** A room takes back what somebody said in it (XEP-0425): the id is the room's. */
  | { readonly kind: 'moderation'; readonly target: string; readonly at: number }
  /** What a room is about from now on. */
  | { readonly kind: 'subject'; readonly subject: string }
  /** Something is said about a call that is to be, or was (XEP-0353). */
  | {
      readonly kind: 'call';
      /** Who says so, with the device. */
      readonly from: Jid;
      readonly isOutgoing: boolean;
      readonly said: Initiation;
      readonly at: number;
      readonly road: Road;
    }
  | { readonly kind: 'typing'; readonly sender: Jid; readonly isTyping: boolean }
  | {
      readonly kind: 'refusal';
      readonly target: string;
      readonly condition: string;
      readonly detail?: string;
    };

/** The facts of a message, in the order in which they have to be applied. */
export function interpret(envelope: Envelope, content: Content): Fact[] {
  const { message, isOutgoing, sender } = envelope;
  if (message.type === 'error') return interpretError(message);
  if (envelope.room !== undefined) return interpretInRoom(envelope, envelope.room, content);
  if (message.invitation !== undefined && mayInvite(content))
    return inviteFacts(envelope, message.invitation);
  if (message.initiation !== undefined) return callFacts(envelope, message.initiation);
  const facts: Fact[] = [];
  const retraction = retractionFact(envelope, content);
  if (hasWords(content) && !isStandIn(message, retraction)) facts.push(messageFact(envelope, content));
  if (retraction !== undefined) facts.push(retraction);
  const reactions = reactionsFact(envelope, content);
  if (reactions !== undefined) facts.push(reactions);
  // A receipt or a typing notice among our own carbons speaks of another device of ours: not of the other side (H26).
  if (!isOutgoing) {
    if (message.receiptFor !== undefined) facts.push({ kind: 'receipt', sender, target: message.receiptFor });
    if (message.displayed !== undefined) facts.push({ kind: 'displayed', sender, target: message.displayed });
    const state = message.chatState;
    const isNow = (envelope.road === 'live' || envelope.road === 'carbon') && message.delay === undefined;
    if (state !== undefined && isNow) {
      facts.push({ kind: 'typing', sender, isTyping: state === 'composing' });
    }
  } else if (message.displayed !== undefined) facts.push({ kind: 'read', target: message.displayed });
  return facts;
}

/**
 * Words beside an invitation are for programs that know none. Beside words that were encrypted, anybody on the way could
 * have put one there, to make the words disappear (H36).
 */
function mayInvite(content: Content): boolean {
  return (
    content.kind === 'plain' ||
    content.kind === 'nothing' ||
    (content.kind === 'decrypted' && content.isWhole === true)
  );
}

/** What was asked before this device existed was answered on another one, or nobody waits any more. */
function inviteFacts({ isOutgoing, road, sender, at }: Envelope, invitation: Invitation): Fact[] {
  const isNews = !isOutgoing && road !== 'past' && invitation.kind !== 'declined';
  return isNews ? [{ kind: 'invite', sender, invitation, at }] : [];
}

/** Nothing else in such a message is meant for people. */
function callFacts({ message, isOutgoing, sender, at, road }: Envelope, said: Initiation): Fact[] {
  return [{ kind: 'call', from: message.from ?? sender, isOutgoing, said, at, road }];
}

/** Receipts and markers are nobody's in a room (XEP-0184 #when), and what is typed is told by name. */
function interpretInRoom(envelope: Envelope, room: InRoom, content: Content): Fact[] {
  const { message, isOutgoing, sender, road } = envelope;
  // #rules: nobody but the room itself (H25).
  if (message.moderation !== undefined && sender === envelope.peer)
    return [{ kind: 'moderation', target: message.moderation.target, at: envelope.at }];
  if (message.subject !== undefined) return [{ kind: 'subject', subject: message.subject }];
  const facts: Fact[] = [];
  const retraction = mayChange(envelope) ? retractionFact(envelope, content) : undefined;
  if (hasWords(content) && !isStandIn(message, retraction)) {
    const fact = messageFact(envelope, content);
    const isMention = !isOutgoing && meansUs(room, fact.text, mentionsIn(envelope, content));
    facts.push({
      ...fact,
      ...(room.occupant !== undefined && { occupant: room.occupant }),
      ...(isMention && { isMention }),
      wantsReceipt: false,
      isMarkable: false,
    });
  }
  if (retraction !== undefined) facts.push(retraction);
  const reactions = mayChange(envelope) ? reactionsFact(envelope, content) : undefined;
  if (reactions !== undefined) facts.push(reactions);
  if (!isOutgoing && road === 'live' && message.chatState !== undefined && message.delay === undefined)
    facts.push({ kind: 'typing', sender, isTyping: message.chatState === 'composing' });
  return facts;
}

/** Somebody else may be called by the name of the author by now: who is not known may change nothing (H20, H24). */
function mayChange({ room, isOutgoing }: Envelope): boolean {
  return room === undefined || isOutgoing || room.occupant !== undefined;
}

type Said = Extract<Fact, { kind: 'message' }>;
type Words = Exclude<Content, { kind: 'nothing' }> & { readonly text?: string };

/** True for what makes a row in the chat. */
function hasWords(content: Content): content is Words {
  if (content.kind === 'decrypted') return content.text !== undefined && content.text !== '';
  return content.kind !== 'nothing';
}

function messageFact(envelope: Envelope, content: Words): Said {
  const { message, isOutgoing, sender, at, archiveId, road } = envelope;
  const device = content.kind === 'plain' ? undefined : content.device;
  return {
    kind: 'message',
    sender,
    isOutgoing,
    at,
    text: content.text ?? '',
    encryption: content.kind === 'plain' ? 'none' : 'omemo',
    ...('offers' in content && { offers: newsOf(content.offers, road) }),
    ...lookOf(message, content),
    ...(device !== undefined && { device }),
    ...(content.kind === 'decrypted' && { trust: content.trust }),
    ...(content.kind === 'unreadable' && { unreadable: content.reason }),
    ...(message.id !== undefined && { stanzaId: message.id }),
    ...(message.originId !== undefined && { originId: message.originId }),
    ...(archiveId !== undefined && { archiveId }),
    ...(mayChange(envelope) && correctionOf(envelope, content)),
    ...(message.reply !== undefined &&
      content.kind !== 'unreadable' && {
        answers: { ...message.reply, ...(content.quote !== undefined && { quote: content.quote }) },
      }),
    // The archive may be the only road on which it comes; what came by another one is known already and not a fact.
    wantsReceipt:
      !isOutgoing &&
      (road === 'live' || road === 'archive') &&
      message.receiptRequested &&
      message.id !== undefined,
    isMarkable: !isOutgoing && road !== 'past' && message.isMarkable && message.id !== undefined,
  };
}

/** A message cannot take its own place, nor can what nobody can read, or is a file, take another's (H22). */
function correctionOf(
  { message: { replaces, id, originId }, road }: Envelope,
  content: Words,
): Pick<Said, 'corrects' | 'isLate'> {
  if (replaces === undefined || replaces === id || replaces === originId) return {};
  if (content.kind === 'unreadable' || content.offers !== undefined) return {};
  return { corrects: replaces, ...(road === 'past' && { isLate: true }) };
}

/**
 * How a message is to be shown. The older OMEMO protocol has no room for it inside: there it counts from outside, but not
 * its words, which nobody encrypted (H36).
 */
function lookOf(
  { isUnstyled, spoiler, encrypted }: Message,
  content: Words,
): Pick<Said, 'isUnstyled' | 'spoiler'> {
  if (content.kind === 'unreadable') return {};
  const isOutside = content.kind === 'decrypted' && content.isWhole !== true;
  if (isOutside && encrypted?.omemo2 !== undefined) return {};
  return {
    ...(isUnstyled !== undefined && { isUnstyled }),
    ...(spoiler !== undefined && { spoiler: isOutside ? '' : spoiler }),
  };
}

/** True for words that are there only for programs that know no reactions (XEP-0428). */
function isStandIn({ reactions, retraction }: Message, taken: Fact | undefined): boolean {
  return reactions?.hasStandIn === true || (retraction?.hasStandIn === true && taken !== undefined);
}

/**
 * Beside words of the older protocol a retraction stands in clear. It counts as encrypted when the words say the same,
 * so that nobody on the way can make one of any message; beside other words it is not one.
 */
function retractionFact(envelope: Envelope, content: Content): Fact | undefined {
  const { message, at } = envelope;
  if (message.retraction === undefined || content.kind === 'unreadable') return undefined;
  const isDistrusted = content.kind === 'decrypted' && content.trust === 'distrusted';
  const isSaid =
    content.kind === 'decrypted' && (content.isWhole === true || saysRetraction(content.text ?? ''));
  if (isDistrusted || (content.kind === 'decrypted' && !isSaid)) return undefined;
  const { target } = message.retraction;
  return { kind: 'retraction', ...speaker(envelope), target, at, encryption: isSaid ? 'omemo' : 'none' };
}

/**
 * What was encrypted with XEP-0420 says so inside, or not at all (H36). Outside of the older protocol reactions stand in
 * clear, because it has no other place for them: so they are heard, and marked for what they are.
 */
function reactionsFact(envelope: Envelope, content: Content): Fact | undefined {
  const { message, at, road } = envelope;
  const isInside = content.kind === 'decrypted' && content.isWhole === true;
  if (message.reactions === undefined || content.kind === 'unreadable') return undefined;
  if (!isInside && message.encrypted?.omemo2 !== undefined) return undefined;
  if (isInside && content.trust === 'distrusted') return undefined;
  const encryption = isInside ? 'omemo' : 'none';
  const { target, emojis } = message.reactions;
  return { kind: 'reactions', ...speaker(envelope), target, emojis, at, encryption, road };
}

const NOBODY: Mentions = { references: [], explicit: [] };

/** What stands outside of encrypted words anybody on the way could have put there (H36). */
function mentionsIn({ message: { mentions = NOBODY } }: Envelope, content: Content): Mentions {
  return content.kind === 'plain' || (content.kind === 'decrypted' && content.isWhole === true)
    ? mentions
    : NOBODY;
}

/** Who says so; in a room with what tells them from others. */
function speaker({ sender, room, isOutgoing }: Envelope): {
  readonly sender: Jid;
  readonly occupant?: string;
} {
  const occupant = isOutgoing ? undefined : room?.occupant;
  return { sender, ...(occupant !== undefined && { occupant }) };
}

/** Of long ago nothing is fetched unasked: it may be very much. */
function newsOf(offers: readonly Offer[], road: Road): readonly Offer[] {
  return road === 'past' ? offers.map((offer) => ({ ...offer, isReserved: true })) : offers;
}

function interpretError(message: Message): Fact[] {
  if (message.id === undefined || message.error === undefined) return [];
  const { condition, text } = message.error;
  return [
    {
      kind: 'refusal',
      target: message.id,
      condition,
      ...(text !== undefined && text !== '' && { detail: text }),
    },
  ];
}
