/** The columns of a message, and what each of them says. For whoever reads messages; it asks nothing of the database. */
import {
  callEnds,
  deliveries,
  unreadableReasons,
  type Delivery,
  type MessageRow,
  type PastCall,
} from '../../shared/contract.ts';
import { field, oneOf, readJson } from './columns.ts';

/** What a search looks at. */
export interface TextColumns {
  readonly id: number;
  readonly account: number;
  readonly chat: number;
  readonly is_outgoing: number;
  readonly sender: string;
  readonly text: string;
}

export interface MessageColumns extends TextColumns {
  readonly delivery: string;
  readonly failure: string | null;
  readonly encryption: string;
  readonly device: number | null;
  readonly trust: string | null;
  readonly unreadable: string | null;
  readonly is_unstyled: number;
  readonly spoiler: string | null;
  readonly stanza_id: string | null;
  readonly origin_id: string | null;
  readonly archive_id: string | null;
  readonly reply_id: string | null;
  readonly reply_author: string | null;
  readonly reply_quote: string | null;
  readonly corrects: string | null;
  readonly edited_at: number | null;
  readonly retracted_at: number | null;
  readonly retraction_asked: number | null;
  readonly change_id: string | null;
  readonly change: string | null;
  readonly occupant: string | null;
  readonly is_mention: number;
  readonly is_pinned: number;
  readonly call: string | null;
  readonly call_sid: string | null;
  readonly is_silent: number;
}

const encryptions = ['none', 'omemo'] as const satisfies readonly MessageRow['encryption'][];
const trusts = [
  'verified',
  'blind',
  'undecided',
  'distrusted',
] as const satisfies readonly MessageRow['trust'][];

/** What a message is in every reading of it; where it belongs is the caller's. What it has not, has no key. */
export interface ReadColumns {
  readonly id: number;
  readonly isOutgoing: boolean;
  readonly sender: string;
  readonly text: string;
  readonly delivery: Delivery;
  readonly failure?: { code: string; detail?: string };
  readonly encryption: MessageRow['encryption'];
  readonly device?: number;
  readonly trust?: NonNullable<MessageRow['trust']>;
  readonly unreadable?: NonNullable<MessageRow['unreadable']>;
  readonly isUnstyled?: true;
  readonly spoiler?: string;
  readonly stanzaId?: string;
  readonly originId?: string;
  readonly archiveId?: string;
  readonly answers?: Answered;
  readonly corrects?: string;
  readonly edited?: number;
  readonly retracted?: number;
  readonly retractionAsked?: true;
  readonly changeId?: string;
  readonly change?: NonNullable<MessageRow['change']>;
  readonly occupant?: string;
  readonly isMention?: true;
  readonly isPinned?: true;
  readonly call?: PastCall;
  readonly callSid?: string;
  readonly isSilent?: true;
}

/** What a message says to answer: by an id that travels, and perhaps quoted. */
export interface Answered {
  readonly id: string;
  /** Bare address of whom it says to have written that. */
  readonly author?: string;
  /** What came along of it. */
  readonly quote?: string;
}

export function readColumns(row: MessageColumns): ReadColumns {
  const failure = readFailure(row.failure);
  const isOutgoing = row.is_outgoing !== 0;
  const change = readChange(row.change);
  const call = readPastCall(row.call);
  return {
    id: row.id,
    isOutgoing,
    sender: row.sender,
    text: row.text,
    delivery: oneOf(deliveries, row.delivery, isOutgoing ? 'failed' : 'received'),
    ...(failure !== undefined && { failure }),
    encryption: oneOf(encryptions, row.encryption, 'none'),
    ...(row.device !== null && { device: row.device }),
    ...(row.trust !== null && { trust: oneOf(trusts, row.trust, 'undecided') }),
    ...(row.unreadable !== null && { unreadable: oneOf(unreadableReasons, row.unreadable, 'malformed') }),
    ...(row.is_unstyled !== 0 && { isUnstyled: true as const }),
    ...(row.spoiler !== null && { spoiler: row.spoiler }),
    ...(row.stanza_id !== null && { stanzaId: row.stanza_id }),
    ...(row.origin_id !== null && { originId: row.origin_id }),
    ...(row.archive_id !== null && { archiveId: row.archive_id }),
    ...(row.reply_id !== null && {
      answers: {
        id: row.reply_id,
        ...(row.reply_author !== null && { author: row.reply_author }),
        ...(row.reply_quote !== null && { quote: row.reply_quote }),
      },
    }),
    ...(row.corrects !== null && { corrects: row.corrects }),
    ...(row.edited_at !== null && { edited: row.edited_at }),
    ...(row.retracted_at !== null && { retracted: row.retracted_at }),
    ...(row.retraction_asked !== null && { retractionAsked: true as const }),
    ...(row.change_id !== null && { changeId: row.change_id }),
    ...(change !== undefined && { change }),
    ...(row.occupant !== null && { occupant: row.occupant }),
    ...(row.is_mention !== 0 && { isMention: true as const }),
    ...(row.is_pinned !== 0 && { isPinned: true as const }),
    ...(call !== undefined && { call }),
    ...(row.call_sid !== null && { callSid: row.call_sid }),
    ...(row.is_silent !== 0 && { isSilent: true as const }),
  };
}

/** A message of a call that says nothing readable of it was one all the same. */
export function readPastCall(text: string | null): PastCall | undefined {
  if (text === null) return undefined;
  const value = readJson(text);
  const seconds = field(value, 'seconds');
  return {
    hasVideo: field(value, 'hasVideo') === true,
    end: oneOf(callEnds, field(value, 'end'), 'lost'),
    ...(Number.isSafeInteger(seconds) && { seconds: Math.max(0, Number(seconds)) }),
  };
}

/** Only what is not settled is of interest to anybody. */
function readChange(text: string | null): ReadColumns['change'] {
  if (text === null) return undefined;
  const value = readJson(text);
  const [state, failure] = [field(value, 'state'), field(value, 'failure')];
  if (state !== 'waiting' && state !== 'failed') return undefined;
  const kind = field(value, 'kind') === 'retraction' ? 'retraction' : 'correction';
  return { kind, state, ...(typeof failure === 'string' && { failure }) };
}

function readFailure(text: string | null): ReadColumns['failure'] {
  if (text === null) return undefined;
  const value = readJson(text);
  const code = field(value, 'code');
  const detail = field(value, 'detail');
  return { code: typeof code === 'string' ? code : 'unknown', ...(typeof detail === 'string' && { detail }) };
}
