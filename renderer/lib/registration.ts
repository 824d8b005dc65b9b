/** Why a server did not make, change or delete an account, in words that fit what was asked of it. */
import type { StanzaCondition } from '../../shared/conditions.ts';
import type { FieldFault } from '../../shared/form-rules.ts';
import type { MessageKey, Translate } from '../i18n/language.svelte.ts';
import type { Refused } from '../state/call.ts';
import { refusalSentence } from './refusals.ts';

/** When the answers were handed in. What is not here is told as everywhere. */
const submitted: Partial<Record<StanzaCondition, MessageKey>> = {
  conflict: 'register.refused.conflict',
  'not-acceptable': 'register.refused.not-acceptable',
  'resource-constraint': 'register.refused.too-often',
  'policy-violation': 'register.refused.policy',
  'not-allowed': 'register.refused.not-allowed',
  'not-authorized': 'register.refused.not-allowed',
  forbidden: 'register.refused.forbidden',
  'jid-malformed': 'register.refused.name',
};

/** When the form was asked for. */
const asked: Partial<Record<StanzaCondition, MessageKey>> = {
  'service-unavailable': 'register.closed',
  'feature-not-implemented': 'register.closed',
  'not-allowed': 'register.closed',
  'not-acceptable': 'register.closed',
  forbidden: 'register.refused.forbidden',
  'policy-violation': 'register.refused.too-often',
  'resource-constraint': 'register.refused.too-often',
};

export function registrationSentence(t: Translate, refused: Refused, hasForm: boolean): string {
  if (refused.code === 'too-late') return t('register.expired');
  if (refused.code === 'already-there') return t('register.already-here');
  if (refused.code === 'not-an-address')
    return t(hasForm ? 'register.refused.name' : 'register.domain.invalid');
  const key = refused.condition && (hasForm ? submitted : asked)[refused.condition];
  return key === undefined ? refusalSentence(t, refused) : t(key);
}

/** What the server added in its own words, if it did: behind the condition. */
export function serverWords(refused: Refused): string | undefined {
  const { condition, message } = refused;
  if (condition === undefined || !message.startsWith(`${condition}: `)) return undefined;
  return (
    message
      .slice(condition.length + 2)
      .trim()
      .slice(0, 500) || undefined
  );
}

export const faultTexts: Readonly<Record<FieldFault, MessageKey>> = {
  missing: 'form.missing',
  'one-only': 'form.one-only',
  'not-an-option': 'form.not-an-option',
  'not-an-address': 'refusal.not-an-address',
  'not-yes-or-no': 'form.not-an-option',
};

/** Names that the registry gives to fields (XEP-0077 §14.1), for servers that only send those. */
const fieldNames: Readonly<Record<string, MessageKey>> = {
  username: 'form.field.username',
  nick: 'form.field.nick',
  password: 'form.field.password',
  name: 'form.field.name',
  first: 'form.field.first',
  last: 'form.field.last',
  email: 'form.field.email',
  url: 'form.field.url',
  phone: 'form.field.phone',
  old_password: 'form.field.old-password',
};

/** What to call a field: its author's words, unless they are only its name. */
export function fieldLabel(t: Translate, name: string, label: string): string {
  const known = Object.hasOwn(fieldNames, name) ? fieldNames[name] : undefined;
  return known !== undefined && label.toLowerCase() === name ? t(known) : label;
}
