/**
 * What calls leave in their chats, and what is heard of those on other devices, live or out of the archive (XEP-0353
 * #business-rules). It makes nothing ring. Everything here runs inside a transaction.
 */
import type { Change, PastCall } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as store from '../store/calls.ts';
import * as chats from '../store/chats.ts';
import { getMessage, insertMessage, toRow } from '../store/messages.ts';
import type { Account } from './account.ts';
import { chatRow } from './chats.ts';
import type { Fact } from './facts.ts';
import { noticeOf } from './notice.ts';
import { notify } from './notify.ts';

export type CallFact = Extract<Fact, { kind: 'call' }>;

/** Nobody rings for longer, in milliseconds: a question without an answer was missed by then. */
export const RINGS_FOR = 90_000;
/** A call of which nobody said that it ended is over after this time, in milliseconds (#business-rules). */
const LONGEST = 24 * 3_600_000;

interface Trace {
  readonly chat: number;
  readonly sid: string;
  readonly isOutgoing: boolean;
  /** Where it stands among the messages, milliseconds since 1970. */
  readonly at: number;
  readonly call: PastCall;
}

/** Puts a call that is over into its chat, once. A missed one is unread, and the person is told of it. */
export function leaveTrace(
  account: Account,
  { chat, sid, isOutgoing, at, call }: Trace,
  changes: Change[],
): void {
  const { profile } = account;
  const { database } = profile;
  const record = chats.getChat(database, chat);
  if (record === undefined || store.findPastCall(database, chat, sid) !== undefined) return;
  const isMissed = !isOutgoing && (call.end === 'missed' || call.end === 'busy');
  const message = insertMessage(database, {
    account: account.id,
    chat,
    isOutgoing,
    sender: isOutgoing ? account.address : record.address,
    text: '',
    at,
    delivery: isOutgoing ? 'sent' : 'received',
    encryption: 'none',
    call,
    callSid: sid,
    ...(!isMissed && !isOutgoing && { isSilent: true as const }),
  });
  chats.messageAdded(database, chat, message);
  changes.push({ put: 'message', row: toRow(message) }, { put: 'chat', row: chatRow(account, chat) });
  const notice = isMissed ? noticeOf(account, record.address as BareJid, message) : undefined;
  if (notice !== undefined) profile.whenDurable(() => notify(account, { ...notice, call: 'missed' }));
}

/** Somebody asks, here or on another device of ours, and this device takes no part in it. */
export function noteQuestion(account: Account, peer: BareJid, fact: CallFact): void {
  const { database } = account.profile;
  const { sid, media = [] } = fact.said;
  const { chat } = chats.openChat(database, account.id, peer, fact.at);
  if (isKnown(account, chat.id, sid)) return;
  store.openCall(database, {
    account: account.id,
    chat: chat.id,
    sid,
    isOutgoing: fact.isOutgoing,
    hasVideo: media.includes('video'),
    isHere: false,
    device: fact.from,
    startedAt: fact.at,
  });
}

/** It is on, or was: what is said about it again changes nothing. */
export function isKnown(account: Account, chat: number, sid: string): boolean {
  const { database } = account.profile;
  return (
    store.findCall(database, chat, sid) !== undefined || store.findPastCall(database, chat, sid) !== undefined
  );
}

/** What is said about a call that this device takes no part in. */
export function noteWord(account: Account, peer: BareJid, fact: CallFact, changes: Change[]): void {
  const { database } = account.profile;
  const chat = chats.findChat(database, account.id, peer);
  const record = chat && store.findCall(database, chat.id, fact.said.sid);
  if (record === undefined || record.isHere) return;
  const isAnswer = fact.isOutgoing !== record.isOutgoing;
  const end = (reason: PastCall['end'], seconds?: number): void => {
    close(account, record, { end: reason, at: fact.at, seconds }, changes);
  };
  switch (fact.said.kind) {
    case 'proceed':
    case 'accept':
      if (!isAnswer || record.answeredAt !== undefined) break;
      store.updateCall(database, record.id, { answeredAt: fact.at });
      // Many programs never say when it ended.
      show(account, record, { end: 'elsewhere', at: fact.at }, changes);
      break;
    case 'reject':
      if (isAnswer && record.answeredAt === undefined)
        end(record.isOutgoing ? (fact.said.reason === 'busy' ? 'busy' : 'declined') : 'elsewhere');
      break;
    case 'retract':
      if (!isAnswer && record.answeredAt === undefined) end(record.isOutgoing ? 'no-answer' : 'missed');
      break;
    case 'finish': {
      const { answeredAt } = record;
      if (answeredAt !== undefined) end('elsewhere', Math.max(0, Math.round((fact.at - answeredAt) / 1_000)));
      break;
    }
    case 'propose':
    case 'ringing':
      break;
  }
}

/**
 * Ends what nobody will hear of any more: what this program was in the middle of when it ended, and what was asked on
 * other devices and never taken back. @param now milliseconds since 1970
 */
export function settleOld(account: Account, now: number, changes: Change[]): void {
  for (const record of store.listCalls(account.profile.database, account.id)) {
    if (record.isHere) continue;
    const { answeredAt, startedAt, isOutgoing } = record;
    if (answeredAt !== undefined) {
      if (now - answeredAt > LONGEST) close(account, record, { end: 'elsewhere', at: answeredAt }, changes);
    } else if (now - startedAt > RINGS_FOR) {
      close(account, record, { end: isOutgoing ? 'no-answer' : 'missed', at: startedAt }, changes);
    }
  }
}

interface Ending {
  readonly end: PastCall['end'];
  readonly at: number;
  readonly seconds?: number | undefined;
}

function close(account: Account, record: store.CallRecord, ending: Ending, changes: Change[]): void {
  const { database } = account.profile;
  store.closeCall(database, record.id);
  const message = store.findPastCall(database, record.chat, record.sid);
  if (message === undefined) show(account, record, ending, changes);
  else if (ending.seconds !== undefined) {
    store.setPastCall(database, message, {
      hasVideo: record.hasVideo,
      end: ending.end,
      seconds: ending.seconds,
    });
    const row = getMessage(database, message);
    if (row !== undefined) changes.push({ put: 'message', row: toRow(row) });
  }
}

function show(
  account: Account,
  { chat, sid, isOutgoing, hasVideo }: store.CallRecord,
  { end, at, seconds }: Ending,
  changes: Change[],
): void {
  const call = { hasVideo, end, ...(seconds !== undefined && { seconds }) };
  leaveTrace(account, { chat, sid, isOutgoing, at, call }, changes);
}
