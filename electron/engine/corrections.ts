/**
 * Corrections (XEP-0308): other words for a message, from its author, said by us and heard from others, in any order and by
 * any road. The newest words count; those before stay to be seen. What cannot be a correction is a message like any other.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change } from '../../shared/contract.ts';
import { listOfMessage } from '../store/attachments.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import { wasTargetRemoved } from '../store/removed.ts';
import * as versions from '../store/versions.ts';
import { writeReplace } from '../xmpp/xep/xep0308.ts';
import type { Account } from './account.ts';
import { lookElements } from './content.ts';
import { isOut } from './delivery.ts';
import { enqueueErrand, withdrawErrands, type ErrandKind, type ErrandOf } from './errand.ts';
import type { Fact } from './facts.ts';
import { adoptReactions } from './reactions.ts';
import { announceChanged, answerElements, answerOf } from './replies.ts';

type Said = Extract<Fact, { kind: 'message' }>;

/** What becomes of words that are meant for an earlier message. */
type Fate =
  /** They are the words of this message now, or were once. */
  | { readonly kind: 'taken'; readonly message: number }
  /** Nobody is shown them: it was taken back, or deleted here. */
  | { readonly kind: 'dropped' }
  /** They are a message of their own; an orphan may still find the one that it is meant for. */
  | { readonly kind: 'apart'; readonly isOrphan: boolean };

// ————— What others say, and we on another device ————————————————————————————————————————————————————————————

/** Applies a message that is meant for the place of another one, as far as it may have it. Runs inside a transaction. */
export function applyCorrection(account: Account, chat: number, said: Said, changes: Change[]): Fate {
  const { database } = account.profile;
  if (said.corrects === undefined) return { kind: 'apart', isOrphan: false };
  const { sender, occupant, corrects: target } = said;
  if (wasTargetRemoved(database, chat, sender, target)) return { kind: 'dropped' };
  const id = versions.findCorrected(database, { chat, sender, occupant, target });
  const message = id === undefined ? undefined : messages.getMessage(database, id);
  if (message === undefined) return { kind: 'apart', isOrphan: true };
  const kind = fateOf(account, message, said);
  if (kind === 'apart') return { kind, isOrphan: false };
  if (kind === 'dropped') return { kind };
  const { text, at, device, trust, isUnstyled, spoiler } = said;
  const version = { key: keyOf(said), text, at, device, trust, isUnstyled, spoiler };
  if (versions.addVersion(database, message.id, version, said.isLate === true))
    announceChanged(account, message.id, changes);
  return { kind, message: message.id };
}

/** What tells these words from all others of the same message. */
function keyOf(words: Pick<Said, 'stanzaId' | 'originId' | 'archiveId' | 'text'>): string {
  return words.stanzaId ?? words.originId ?? words.archiveId ?? `=${words.text}`;
}

/**
 * Whether it may become the words of a message of the same author in the same chat: not in clear of what was encrypted
 * (H23), not of files, nothing that was taken back (H22).
 */
function fateOf(
  account: Account,
  message: messages.MessageRecord,
  said: Pick<messages.MessageRecord, 'encryption' | 'trust'> & { readonly offers?: Said['offers'] },
): Fate['kind'] {
  if (message.retracted !== undefined) return 'dropped';
  const { encryption, trust, offers = [] } = said;
  const isFile = offers.length > 0 || listOfMessage(account.profile.database, message.id).length > 0;
  const isWeaker =
    (message.encryption === 'omemo' && encryption === 'none') ||
    (trust === 'distrusted' && message.trust !== 'distrusted');
  return isFile || isWeaker || message.unreadable !== undefined ? 'apart' : 'taken';
}

/**
 * A message has come whose corrections stand for themselves, because it was not here: they become its words. What was
 * answered to them was answered to it. Runs inside a transaction.
 */
export function gatherCorrections(
  account: Account,
  message: messages.MessageRecord,
  changes: Change[],
): void {
  const { database } = account.profile;
  const ids = versions.listCorrecting(database, message, [message.stanzaId, message.originId]);
  for (const id of ids) {
    const apart = messages.getMessage(database, id);
    const target = messages.getMessage(database, message.id);
    if (apart === undefined || target === undefined) continue;
    const fate = apart.retracted === undefined ? fateOf(account, target, apart) : 'dropped';
    if (fate === 'apart') {
      versions.standAlone(database, id);
      continue;
    }
    if (fate === 'taken') {
      const all = versions.listVersions(database, id);
      for (const each of all.length > 0 ? all : [{ ...apart, key: keyOf(apart) }])
        versions.addVersion(database, target.id, each);
    }
    versions.moveAnswers(database, id, target.id);
    adoptReactions(account, id, target, changes);
    messages.deleteMessage(database, id);
    changes.push({ put: 'no-message', chat: apart.chat, message: id });
  }
  if (ids.length === 0) return;
  chats.refreshLast(database, message.chat);
  announceChanged(account, message.id, changes);
}

// ————— What we say ———————————————————————————————————————————————————————————————————————————————————————————

/**
 * Says other words in the place of a message of ours that others have.
 * @throws Refusal `not-allowed` when it is not ours, has no words to be changed, or nobody has it
 */
export function correctMessage(account: Account, message: messages.MessageRecord, text: string): void {
  const { profile } = account;
  const { database, host } = profile;
  if (!isCorrectable(account, message)) throw new Refusal('not-allowed');
  if (text === message.text) return;
  profile.commit((changes) => {
    const { id, chat, change, changeId } = message;
    const left = withdrawErrands(
      account,
      chat,
      (errand) => errand.kind === 'correction' && errand.target === id,
    );
    // What waited is never said: only the newest words are.
    if (change?.state === 'waiting' && changeId !== undefined && left === 0)
      versions.removeVersion(database, id, changeId);
    const key = host.id();
    const at = Math.max(account.clock.now(), (message.edited ?? message.at) + 1);
    const { isUnstyled, spoiler } = message;
    versions.addVersion(database, id, { key, text, at, isUnstyled, spoiler });
    versions.setChange(database, id, key, { kind: 'correction', state: 'waiting' });
    enqueueErrand(account, chat, { stanzaId: key, at, errand: { kind: 'correction', target: id, key } });
    announceChanged(account, id, changes);
  });
  account.outbox.flush();
}

function isCorrectable(account: Account, message: messages.MessageRecord): boolean {
  const { isOutgoing, delivery, retracted, stanzaId, unreadable } = message;
  if (!isOutgoing || !isOut(delivery)) return false;
  const isPlain = retracted === undefined && unreadable === undefined && stanzaId !== undefined;
  return isPlain && listOfMessage(account.profile.database, message.id).length === 0;
}

export const correctionErrands: ErrandKind<ErrandOf<'correction'>> = {
  state(account, _chat, { target, key }) {
    const { database } = account.profile;
    const message = messages.getMessage(database, target);
    const version = versions.getVersion(database, target, key);
    if (message?.stanzaId === undefined || message.retracted !== undefined || version === undefined)
      return undefined;
    // #rules: the whole message again, with what it answers.
    const answer = answerOf(database, { ...message, text: version.text }, message.encryption);
    const answering = answer === undefined ? [] : answerElements(answer);
    const outside = [writeReplace(message.stanzaId), ...answering];
    const text = answer?.text ?? version.text;
    return {
      elements: [...outside, ...lookElements(message)],
      text,
      older: { text, outside },
      isReferable: true,
      isConfidential: message.encryption === 'omemo',
    };
  },

  settle(account, chat, stanzaId, outcome, changes) {
    const { database } = account.profile;
    const id = versions.findByVersion(database, chat, stanzaId);
    const message = id === undefined ? undefined : messages.getMessage(database, id);
    if (message === undefined || message.stanzaId === stanzaId) return false;
    const isLast = message.changeId === stanzaId;
    if (outcome !== 'sent') versions.voidVersion(database, message.id, stanzaId);
    if (isLast && (outcome !== 'sent' || message.change?.state === 'waiting')) {
      const what = outcome === 'sent' ? {} : ({ state: 'failed', failure: outcome.code } as const);
      versions.setChange(database, message.id, stanzaId, { kind: 'correction', ...what });
    }
    announceChanged(account, message.id, changes);
    return true;
  },
};
