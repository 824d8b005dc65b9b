/**
 * Retractions (XEP-0424): a message is taken back by its author, said by us and heard from others. Its row stays and says
 * so; what it said is gone from this device. What was encrypted is not taken back by what was not.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as chats from '../store/chats.ts';
import { field } from '../store/columns.ts';
import * as messages from '../store/messages.ts';
import * as versions from '../store/versions.ts';
import { park, type WaitingFact } from '../store/waiting.ts';
import { writeRetraction } from '../xmpp/xep/xep0424.ts';
import type { Account } from './account.ts';
import { releaseCaption } from './attachments.ts';
import { isOut } from './delivery.ts';
import { enqueueErrand, withdrawErrands, type ErrandKind, type ErrandOf } from './errand.ts';
import type { Fact } from './facts.ts';
import { reactionsChange } from './reactions.ts';
import { findInRoom, isAuthor, isIdentified, referenceTo, speakerOf, waitsFor } from './references.ts';
import { announceChanged } from './replies.ts';
import { forgetLog } from './sweep.ts';

type RetractionFact = Extract<Fact, { kind: 'retraction' }>;

/** For programs that know no retraction, in the words of the text (XEP-0424 #usecase). */
const STAND_IN = "/me retracted a previous message, but it's unsupported by your client.";

/**
 * True for words that say of themselves that they take something back. In the older protocol that is all that is
 * encrypted of a retraction: without them, anybody on the way could make one of any message.
 */
export function saysRetraction(text: string): boolean {
  return /^\/me (?:has )?(?:retracted|deleted) /u.test(text);
}

// ————— What others say, and we on another device ————————————————————————————————————————————————————————————

/** Applies what was heard, or keeps it until the message comes that it is about. Runs inside a transaction. */
export function applyRetraction(
  account: Account,
  peer: BareJid,
  fact: RetractionFact,
  changes: Change[],
): void {
  const { database, host } = account.profile;
  const chat = chats.findChat(database, account.id, peer);
  if (chat === undefined) return;
  const { sender, target } = fact;
  const said = { chat: chat.id, target: waitsFor(account, peer, target), sender: speakerOf(fact), fact };
  const room = account.rooms.get(peer);
  if (room !== undefined) {
    const message = findInRoom(account, room.address, target);
    if (message === undefined) park(database, { ...said, at: host.now() });
    else if (isAuthor(message, said.sender)) heard(account, message, fact, changes);
    return;
  }
  const id = versions.findCorrected(database, { chat: chat.id, sender, target });
  const message = id === undefined ? undefined : messages.getMessage(database, id);
  if (message !== undefined) heard(account, message, fact, changes);
  // A correction in its place is no reason to forget what was said of the message itself.
  if (message === undefined || message.corrects === target) park(database, { ...said, at: host.now() });
}

/** The message came: if it is its author who speaks, it is gone again (H24). */
export function applyWaitingRetraction(
  account: Account,
  message: messages.MessageRecord,
  { sender, fact }: WaitingFact,
  changes: Change[],
): void {
  const at = field(fact, 'at');
  if (!isAuthor(message, sender) || typeof at !== 'number') return;
  heard(
    account,
    message,
    { at, encryption: field(fact, 'encryption') === 'omemo' ? 'omemo' : 'none' },
    changes,
  );
}

/** Somebody who may takes a message back: it is gone, or marked when that was said less safely than the message. */
export function heard(
  account: Account,
  message: messages.MessageRecord,
  { at, encryption }: Pick<RetractionFact, 'at' | 'encryption'>,
  changes: Change[],
): void {
  const { database } = account.profile;
  if (message.retracted !== undefined) return;
  if (message.encryption === 'omemo' && encryption === 'none') versions.noteAsked(database, message.id, at);
  else erase(account, message, at, changes);
  announceChanged(account, message.id, changes);
}

/** Of what it said nothing is left here: not in its rows, not in its files, not in what waits to be said about it. */
function erase(account: Account, message: messages.MessageRecord, at: number, changes: Change[]): void {
  const { database } = account.profile;
  releaseCaption(account, message.id, changes);
  withdrawErrands(
    account,
    message.chat,
    (errand) => errand.target === message.id && errand.kind !== 'retraction',
  );
  versions.erase(database, message.id, at);
  changes.push(reactionsChange(account, message));
  account.transfers.forget();
  forgetLog(account.profile);
}

// ————— What we say ———————————————————————————————————————————————————————————————————————————————————————————

/**
 * Takes a message of ours back that others have; or asks them again to forget it, when that did not get to them.
 * @throws Refusal `not-allowed` when it is not ours, nobody has it, or nobody in its room could know who says so
 */
export function retractMessage(account: Account, message: messages.MessageRecord): void {
  const { profile } = account;
  const { database, host } = profile;
  const { id, chat, isOutgoing, delivery, retracted, change } = message;
  const isAgain = retracted !== undefined && change?.state === 'failed';
  const isHeard = referenceTo(account, message) !== undefined && isIdentified(account, chat);
  if (!isHeard || !isOutgoing || !isOut(delivery)) throw new Refusal('not-allowed');
  if (retracted !== undefined && !isAgain) return;
  profile.commit((changes) => {
    const key = host.id();
    const at = account.clock.now();
    if (!isAgain) erase(account, message, at, changes);
    versions.setChange(database, id, key, { kind: 'retraction', state: 'waiting' });
    enqueueErrand(account, chat, { stanzaId: key, at, errand: { kind: 'retraction', target: id } });
    announceChanged(account, message.id, changes);
  });
  account.outbox.flush();
}

export const retractionErrands: ErrandKind<ErrandOf<'retraction'>> = {
  state(account, _chat, { target }) {
    const message = messages.getMessage(account.profile.database, target);
    const reference = message && referenceTo(account, message);
    if (message === undefined || reference === undefined) return undefined;
    const outside = writeRetraction({ target: reference, hasStandIn: true });
    return {
      elements: outside,
      text: STAND_IN,
      older: { text: STAND_IN, outside },
      isConfidential: message.encryption === 'omemo',
    };
  },

  settle(account, chat, stanzaId, outcome, changes) {
    const { database } = account.profile;
    const id = versions.findByChange(database, chat, stanzaId);
    const message = id === undefined ? undefined : messages.getMessage(database, id);
    if (message?.retracted === undefined) return false;
    if (outcome !== 'sent' || message.change?.state === 'waiting') {
      const what = outcome === 'sent' ? {} : ({ state: 'failed', failure: outcome.code } as const);
      versions.setChange(database, message.id, stanzaId, { kind: 'retraction', ...what });
    }
    announceChanged(account, message.id, changes);
    return true;
  },
};
