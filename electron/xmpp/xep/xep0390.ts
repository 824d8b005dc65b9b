/**
 * XEP-0390 Entity Capabilities 2.0, version 0.3.2. https://xmpp.org/extensions/xep-0390.html
 * Hashes over what an entity says of itself, with an input that can be read in one way only, and whether an answer
 * fits them. Who is asked, and what is remembered, is the engine's.
 */
import { sortByOctets } from '../octets.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';
import { NS as NS_FORM } from './xep0004.ts';
import { NS as NS_INFO } from './xep0030.ts';
import { hashFunctions, hashOf, readHash, writeHash, type Hash, type HashFunction } from './xep0300.ts';

export const NS = 'urn:xmpp:caps';
export const features = [NS];

/** More hashes than this for one answer are not read. */
const MOST = 8;

const isOurs = (algorithm: string): algorithm is HashFunction =>
  hashFunctions.some((each) => each === algorithm);

/** The hashes of one `<c/>`, of which each function appears once. */
export function readHashSet(element: Element): Hash[] | undefined {
  if (!is(element, 'c', NS)) return undefined;
  const hashes = new Map<string, Hash>();
  for (const part of childElements(element).slice(0, MOST)) {
    const hash = readHash(part);
    if (hash !== undefined && !hashes.has(hash.algorithm)) hashes.set(hash.algorithm, hash);
  }
  return hashes.size === 0 ? undefined : [...hashes.values()];
}

export function writeHashSet(hashes: readonly Hash[]): Element {
  return xml('c', NS, {}, hashes.map(writeHash));
}

/** The hashes a presence carries. */
export function hashSetIn(presence: Element): Hash[] | undefined {
  const found = child(presence, 'c', NS);
  return found && readHashSet(found);
}

/** The one of a set that we verify: a function that we compute, the cheapest first. */
export function usableOf(hashes: readonly Hash[]): Hash | undefined {
  return hashFunctions.flatMap((name) => hashes.filter(({ algorithm }) => algorithm === name))[0];
}

/** The info node under which a hash is asked for (#algorithm-hashnodes). */
export function nodeOf({ algorithm, value }: Hash): string {
  return `${NS}#${algorithm}.${value}`;
}

/** Our hashes over an answer; `undefined` when it cannot be hashed. */
export function hashSetOf(query: Element): Hash[] | undefined {
  const input = inputOf(query, '');
  return input && hashFunctions.map((name) => hashOf(name, input));
}

/**
 * True when the answer `query` is what the hash stands for (#algorithm-verify).
 * @param language the `xml:lang` in force around the answer, empty for none
 */
export function verify(query: Element, { algorithm, value }: Hash, language = ''): boolean {
  if (!isOurs(algorithm)) return false;
  const input = inputOf(query, language);
  return input !== undefined && hashOf(algorithm, input).value === value;
}

const [FILE, GROUP, RECORD, UNIT] = ['\x1c', '\x1d', '\x1e', '\x1f'] as const;

/** #algorithm-input; `undefined` where it says "abort with an error". */
function inputOf(query: Element, language: string): Uint8Array | undefined {
  const inForce = query.attrs['xml:lang'] ?? language;
  const [supported, identities, extensions]: [string[], string[], string[]] = [[], [], []];
  for (const part of childElements(query)) {
    const { attrs } = part;
    if (is(part, 'feature', NS_INFO)) supported.push(`${attrs['var'] ?? ''}${UNIT}`);
    else if (is(part, 'identity', NS_INFO)) {
      const texts = [attrs['category'], attrs['type'], attrs['xml:lang'] ?? inForce, attrs['name']];
      identities.push(`${texts.map((text) => `${text ?? ''}${UNIT}`).join('')}${RECORD}`);
    } else {
      const extension = is(part, 'x', NS_FORM) ? extensionOf(part) : undefined;
      if (extension === undefined) return undefined;
      extensions.push(extension);
    }
  }
  const text = [supported, identities, extensions].map((each) => `${sortByOctets(each).join('')}${FILE}`);
  return Buffer.from(text.join(''));
}

function extensionOf(form: Element): string | undefined {
  const fields = childElements(form);
  if (fields.some(({ name, ns }) => ns === NS_FORM && (name === 'reported' || name === 'item')))
    return undefined;
  const all = childElements(form, 'field', NS_FORM);
  // XEP-0068: a result says by one hidden field of one value what its fields mean.
  const [type, ...others] = all.filter(({ attrs }) => attrs['var'] === 'FORM_TYPE');
  const isMarked = type?.attrs['type'] === 'hidden' && childElements(type, 'value', NS_FORM).length === 1;
  if (form.attrs['type'] !== 'result' || !isMarked || others.length > 0) return undefined;
  const texts = all.map((field) => {
    const values = childElements(field, 'value', NS_FORM).map((value) => `${textOf(value)}${UNIT}`);
    return `${field.attrs['var'] ?? ''}${UNIT}${sortByOctets(values).join('')}${RECORD}`;
  });
  return `${sortByOctets(texts).join('')}${GROUP}`;
}
