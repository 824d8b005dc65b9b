/**
 * XEP-0077 In-Band Registration, version 2.4. https://xmpp.org/extensions/xep-0077.html
 * Reads what a server wants to know, whether it asks by the old fields, by a form or by an address on the web, and asks
 * to register, to change a password, and to be removed. The secrets in it go over TLS only; who calls sees to that.
 */
import { child, childElements, childText, is, textOf, xml, type Element } from '../xml.ts';
import type { Wire } from '../wire.ts';
import {
  NS as NS_DATA,
  readFillable,
  writeFilled,
  type FillableField,
  type FillableForm,
} from './xep0004.ts';
import { outOfBandIn } from './xep0066.ts';

export const NS = 'jabber:iq:register';
/** We register nobody: nothing to advertise. */
export const features: readonly string[] = [];
/** The stream feature (§8). */
export const NS_FEATURE = 'http://jabber.org/features/iq-register';

/** What a server wants to know. */
export interface Registration {
  /** This account exists already. */
  readonly isRegistered: boolean;
  /** How to answer: by the form that was given, or by the old fields, which `form` stands for then (§5). */
  readonly kind: 'form' | 'fields' | 'elsewhere';
  readonly form: FillableForm;
  /** A page to register at, instead or as well (§6). */
  readonly url?: string;
}

/** The fields of the schema that a person can fill in (§14.1); `key` goes back as it came (§7). */
const FIELDS = new Map<string, FillableField['type']>([
  ['username', 'text-single'],
  ['nick', 'text-single'],
  ['password', 'text-private'],
  ['name', 'text-single'],
  ['first', 'text-single'],
  ['last', 'text-single'],
  ['email', 'text-single'],
  ['address', 'text-single'],
  ['city', 'text-single'],
  ['state', 'text-single'],
  ['zip', 'text-single'],
  ['phone', 'text-single'],
  ['url', 'text-single'],
  ['date', 'text-single'],
  ['misc', 'text-single'],
  ['text', 'text-single'],
  ['key', 'hidden'],
]);

const LONGEST_INSTRUCTIONS = 4_096;

/** Reads a `<query xmlns='jabber:iq:register'/>`. A form takes precedence over the fields, both over an address (§6). */
export function readRegistration(element: Element): Registration | undefined {
  if (!is(element, 'query', NS)) return undefined;
  const isRegistered = child(element, 'registered', NS) !== undefined;
  const data = child(element, 'x', NS_DATA);
  const form = data && readFillable(data);
  const instructions = (childText(element, 'instructions', NS) ?? '')
    .slice(0, LONGEST_INSTRUCTIONS)
    .toWellFormed()
    .trim();
  const url = outOfBandIn(element)?.url;
  const others = { isRegistered, ...(url !== undefined && { url }) };
  if (form !== undefined) {
    return { ...others, kind: 'form', form: { ...form, instructions: form.instructions || instructions } };
  }
  const fields = childElements(element).flatMap((each) => readOldField(each) ?? []);
  const kind = fields.some(({ type }) => type !== 'hidden') ? 'fields' : 'elsewhere';
  return { ...others, kind, form: { title: '', instructions, fields } };
}

function readOldField(element: Element): FillableField | undefined {
  const type = element.ns === NS ? FIELDS.get(element.name) : undefined;
  if (type === undefined) return undefined;
  const value = textOf(element);
  return {
    name: element.name,
    type,
    label: element.name,
    // §3.1.1: all that is asked for has to be given.
    isRequired: true,
    values: value === '' ? [] : [value],
    options: [],
    media: [],
  };
}

/** The answer to a registration: the form if there was one, else the fields, never both (§5). */
export function writeRegistration(
  { kind, form }: Pick<Registration, 'kind' | 'form'>,
  answers: ReadonlyMap<string, readonly string[]>,
): Element {
  if (kind === 'form') return xml('query', NS, {}, writeFilled(form, answers));
  return xml(
    'query',
    NS,
    {},
    form.fields.map(({ name, type, values }) =>
      xml(name, NS, {}, (type === 'hidden' ? values : answers.get(name))?.[0] ?? ''),
    ),
  );
}

export function writeQuery(): Element {
  return xml('query', NS);
}

/** The form that came with a refusal: the server wants to know more first (§3.2, §3.3). */
export function readWanted(error: Element): FillableForm | undefined {
  const query = child(error, 'query', NS);
  const data = query && child(query, 'x', NS_DATA);
  return data && readFillable(data);
}

type Requester = Pick<Wire, 'request'>;

/**
 * Changes the password of our own account (§3.3).
 * @param filled the form that the server wanted to have filled in, if it did
 * @throws StanzaError, WireClosed
 */
export async function askPasswordChange(
  wire: Requester,
  to: string,
  { username, password }: { readonly username: string; readonly password: string },
  filled?: Element,
): Promise<void> {
  const fields = [xml('username', NS, {}, username), xml('password', NS, {}, password)];
  await wire.request({ type: 'set', to, payload: xml('query', NS, {}, filled ?? fields) });
}

/**
 * Removes our own account from its server (§3.2). It takes all sessions with it, this one too.
 * @throws StanzaError, WireClosed: then it may have happened or not
 */
export async function askRemoval(wire: Requester, filled?: Element): Promise<void> {
  await wire.request({ type: 'set', payload: xml('query', NS, {}, filled ?? xml('remove', NS)) });
}
