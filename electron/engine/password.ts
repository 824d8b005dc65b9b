/**
 * What a person asks of the server that keeps their account: to change its password, or to delete it. Servers may want
 * to know more first, and send a form with their refusal (XEP-0077 2.4 §3.2, §3.3).
 */
import { Refusal } from '../../shared/answer.ts';
import { domainOf, localOf } from '../../shared/jid.ts';
import type { Answers, FormRow } from '../../shared/rows/form.ts';
import { setPendingPassword } from '../store/pending-password.ts';
import { StanzaError } from '../xmpp/wire.ts';
import { askPasswordChange, askRemoval, readWanted } from '../xmpp/xep/xep0077.ts';
import { writeFilled, type FillableForm } from '../xmpp/xep/xep0004.ts';
import { readChallenges } from '../xmpp/xep/xep0158.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { adoptPendingPassword } from './pending-password.ts';
import { checkedAnswers } from './registration.ts';
import { requireWire } from './roster.ts';

/** Forms that servers want to have filled in before they do what was asked, by account. */
const wanted = new WeakMap<Account, FillableForm>();

/**
 * Changes the password on the server and then here.
 * @returns the form to fill in first, if the server wants one
 * @throws Refusal `offline`, `invalid`; StanzaError; WireClosed: then it may be changed, and both are tried
 */
export async function changePassword(
  account: Account,
  password: string,
  answers?: Answers,
): Promise<FormRow | undefined> {
  const { profile, id, address } = account;
  const wire = requireWire(account);
  const username = localOf(address) ?? '';
  const filled = answers === undefined ? undefined : fill(account, answers, { password });
  // Before it is asked for: see pending-password.ts.
  profile.commit(() => setPendingPassword(profile.database, id, password));
  try {
    await askPasswordChange(wire, domainOf(address), { username, password }, filled);
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    profile.commit(() => setPendingPassword(profile.database, id, undefined));
    return formOf(account, error);
  }
  profile.host.step('password-changed');
  profile.commit(() => adoptPendingPassword(profile.database, id));
  wanted.delete(account);
  return undefined;
}

/**
 * Deletes the account on its server.
 * @returns the form to fill in first, if the server wants one
 * @throws Refusal `offline`, `invalid`; StanzaError; WireClosed: then it may be gone
 */
export async function removeFromServer(account: Account, answers?: Answers): Promise<FormRow | undefined> {
  const wire = requireWire(account);
  try {
    await askRemoval(wire, answers === undefined ? undefined : fill(account, answers));
    return undefined;
  } catch (error) {
    if (error instanceof StanzaError) return formOf(account, error);
    throw error;
  }
}

/** The form that came with the refusal. @throws the refusal, when it came alone or the form was filled in wrongly */
function formOf(account: Account, error: StanzaError): FormRow {
  const isSecond = wanted.has(account);
  const form = error.stanza && readWanted(error.stanza);
  wanted.delete(account);
  if (form === undefined || isSecond) throw error;
  wanted.set(account, form);
  return { title: form.title, instructions: form.instructions, fields: shownFields(form) };
}

const shownFields = (form: FillableForm): FormRow['fields'] =>
  readChallenges(form.fields, []).filter(({ type }) => type !== 'hidden');

/** @param known what the person has already said elsewhere, by name of the field */
function fill(account: Account, answers: Answers, known: Readonly<Record<string, string>> = {}): Element {
  const form = wanted.get(account);
  if (form === undefined) throw new Refusal('too-late');
  const values = checkedAnswers(shownFields(form), answers);
  for (const [name, value] of Object.entries(known)) if (values.has(name)) values.set(name, [value]);
  return writeFilled(form, values);
}
