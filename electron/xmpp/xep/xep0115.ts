/**
 * XEP-0115 Entity Capabilities, version 1.6.0. https://xmpp.org/extensions/xep-0115.html
 * The hash that says what a client supports, and whether an answer fits it. SHA-1 because the format says so
 * (#security-mti); its input is ambiguous by design, so an answer that could be read in two ways is never shared.
 */
import { createHash } from 'node:crypto';
import { sortByOctets } from '../octets.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';
import { NS as NS_FORM } from './xep0004.ts';

export const NS = 'http://jabber.org/protocol/caps';
export const features = [NS];

/** Names longer than this, in characters, are nobody's capabilities. */
const LONGEST = 1_024;
/** The one form that clients add (XEP-0232); any other could be made of features that were there before. */
const SOFTWARE_FORM = 'urn:xmpp:dataforms:softwareinfo';

export interface Capabilities {
  /** Hash function by its IANA name; absent in the legacy format, whose `version` is no hash. */
  readonly hash?: string;
  readonly node: string;
  readonly version: string;
}

/** Reads a `<c/>`. */
export function readCapabilities(element: Element): Capabilities | undefined {
  const { hash, node, ver } = element.attrs;
  if (!is(element, 'c', NS) || node === undefined || node === '' || ver === undefined || ver === '') {
    return undefined;
  }
  if ([hash, node, ver].some((text) => text !== undefined && text.length > LONGEST)) return undefined;
  return { ...(hash !== undefined && { hash }), node, version: ver };
}

export function writeCapabilities({ hash, node, version }: Capabilities): Element {
  return xml('c', NS, { hash, node, ver: version });
}

/** The capabilities a presence carries. */
export function capabilitiesIn(presence: Element): Capabilities | undefined {
  const found = child(presence, 'c', NS);
  return found && readCapabilities(found);
}

/** The info node under which capabilities are asked for (#discover). */
export function nodeOf({ node, version }: Capabilities): string {
  return `${node}#${version}`;
}

/** The verification string (#ver-gen) of the answer `query`; `undefined` when that is ill-formed (#ver-proc). */
export function verificationOf(query: Element): string | undefined {
  const input = inputOf(query);
  return input && createHash('sha1').update(input.text, 'utf8').digest('base64');
}

/**
 * Whether the answer `query` is what the hash stands for (#ver-proc):
 * - `verified`: whoever advertises this hash has these capabilities.
 * - `own`: true at most of the one who answered: the hash is none, unknown, or its input can be read in two ways.
 * - `ill-formed` or `different`: the answer and the hash do not belong together.
 */
export function judge(
  query: Element,
  { hash, version }: Capabilities,
): 'verified' | 'own' | 'ill-formed' | 'different' {
  if (hash !== 'sha-1') return 'own';
  const input = inputOf(query);
  if (input === undefined) return 'ill-formed';
  if (createHash('sha1').update(input.text, 'utf8').digest('base64') !== version) return 'different';
  return input.isAmbiguous ? 'own' : 'verified';
}

interface Input {
  readonly text: string;
  readonly isAmbiguous: boolean;
}

/** What is hashed (#ver-gen), unless the answer is ill-formed by one of the rules of #ver-proc. */
function inputOf(query: Element): Input | undefined {
  const parts = childElements(query, 'identity', query.ns).map(({ attrs }) => {
    const { category = '', type = '', name = '' } = attrs;
    return [category, type, attrs['xml:lang'] ?? '', name] as const;
  });
  const identities = parts.map((each) => each.join('/'));
  const supported = childElements(query, 'feature', query.ns).map(({ attrs }) => attrs['var'] ?? '');
  const forms: Extension[] = [];
  for (const form of childElements(query, 'x', NS_FORM)) {
    const read = readExtension(form);
    if (read === 'ill-formed') return undefined;
    if (read !== undefined) forms.push(read);
  }
  const types = forms.map(({ type }) => type);
  // §5.4, 3.3 to 3.5: one of each.
  if ([identities, supported, types].some((each) => new Set(each).size !== each.length)) return undefined;
  // XEP-0030 #info-basic: an entity is something, and a feature has a name.
  if (parts.length === 0 || parts.some(([category, type]) => category === '' || type === ''))
    return undefined;
  if (supported.includes('')) return undefined;
  const textOfType = new Map(forms.map(({ type, text }) => [type, text]));
  const text = [
    ...[...sortByOctets(identities), ...sortByOctets(supported)].map((part) => `${part}<`),
    ...sortByOctets(types).map((type) => textOfType.get(type) ?? ''),
  ].join('');
  const isAmbiguous =
    // Each part ends with `<` in the text that is hashed: one that contains it could have been several.
    [...identities, ...supported].some((part) => part.includes('<')) ||
    parts.some((each) => each.slice(0, 3).some((part) => part.includes('/'))) ||
    forms.some(({ type, isAmbiguous: isOdd }) => type !== SOFTWARE_FORM || isOdd);
  return { text, isAmbiguous };
}

interface Extension extends Input {
  readonly type: string;
}

/** A form of extended information as it is hashed; `undefined` for one that is to be ignored (§5.4, 3.6). */
function readExtension(form: Element): Extension | 'ill-formed' | undefined {
  const fields = childElements(form, 'field', NS_FORM).map((field) => ({
    name: field.attrs['var'] ?? '',
    isHidden: field.attrs['type'] === 'hidden',
    values: childElements(field, 'value', NS_FORM).map(textOf),
  }));
  const marks = fields.filter(({ name }) => name === 'FORM_TYPE');
  const [type, ...others] = new Set(marks.flatMap(({ values }) => values));
  if (others.length > 0) return 'ill-formed';
  if (type === undefined || !marks.every(({ isHidden }) => isHidden)) return undefined;
  const named = new Map<string, readonly string[]>();
  for (const { name, values } of fields) {
    if (name === 'FORM_TYPE') continue;
    if (named.has(name)) return 'ill-formed'; // which of the two would count?
    named.set(name, values);
  }
  const lists = sortByOctets(named.keys()).map((name) => [name, ...sortByOctets(named.get(name) ?? [])]);
  return {
    type,
    text: [type, ...lists.flat()].map((part) => `${part}<`).join(''),
    isAmbiguous: lists.some(
      (list) => list.length !== 2 || list.some((part) => part === '' || part.includes('<')),
    ),
  };
}
