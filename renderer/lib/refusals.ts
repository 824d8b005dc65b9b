/**
 * What to say when the engine refuses something. A refusal that the window does not know by code is told in general
 * words with the engine's own text behind it.
 */
import { Refused } from '../state/call.ts';
import type { MessageKey, Translate } from '../i18n/language.svelte.ts';
import { conditionTexts } from './conditions.ts';
import { problemTexts } from './problems.ts';

const sentences: Readonly<Record<string, MessageKey>> = {
  'already-there': 'refusal.already-there',
  busy: 'refusal.busy',
  cancelled: 'refusal.cancelled',
  'cannot-connect': 'refusal.cannot-connect',
  damaged: 'refusal.damaged',
  invalid: 'refusal.invalid',
  'not-allowed': 'refusal.not-allowed',
  'not-an-address': 'refusal.not-an-address',
  'not-found': 'refusal.not-found',
  'not-here': 'refusal.not-here',
  offline: 'refusal.offline',
  'other-address': 'refusal.other-address',
  'profile-locked': 'refusal.profile-locked',
  storage: 'refusal.storage',
  'too-large': 'refusal.too-large',
  'too-late': 'refusal.too-late',
  'too-new': 'refusal.too-new',
  'too-soon': 'refusal.too-soon',
  unreadable: 'refusal.unreadable',
  'would-expose': 'refusal.would-expose',
  'wrong-secret': 'refusal.wrong-secret',
};

export function refusalSentence(t: Translate, failure: unknown): string {
  if (!(failure instanceof Refused)) return t('refusal.internal');
  if (failure.problem !== undefined) {
    return t(problemTexts[failure.problem.code].sentence, { host: failure.problem.host ?? '' });
  }
  if (failure.condition !== undefined) return t(conditionTexts[failure.condition]);
  const known = Object.hasOwn(sentences, failure.code) ? sentences[failure.code] : undefined;
  if (known !== undefined) return t(known);
  return failure.code === 'internal' || failure.message === ''
    ? t('refusal.internal')
    : t('refusal.other', { text: failure.message });
}
