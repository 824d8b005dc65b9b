/**
 * XEP-0455 Service Outage Status, version 0.4.0. https://xmpp.org/extensions/xep-0455.html
 * Reads from a server's information where its operators tell of outages, and what they tell there. It fetches nothing.
 */
import { readDateTime } from './xep0082.ts';
import type { Info } from './xep0030.ts';

/** FORM_TYPE of the form of extended information. */
export const NS = 'urn:xmpp:sos:0';
export const features: readonly string[] = [];

/** What is told under the addresses, in bytes: a sentence in a few languages. */
export const LONGEST_STATUS = 65_536;

const MOST_ADDRESSES = 4;
const MOST_LANGUAGES = 64;
/** In characters. */
const LONGEST_ADDRESS = 2_048;
const LONGEST_TEXT = 2_000;

export interface Outage {
  readonly isPlanned: boolean;
  /** Milliseconds since 1970. */
  readonly beginning: number;
  readonly expectedEnd?: number;
  /** What the operators say, by language tag in lower case; `default` is there when any is. */
  readonly messages: Readonly<Record<string, string>>;
}

/**
 * Where to look when the server cannot be reached (#external-disco). Only `https`: whoever is between us and a plain
 * address could say anything in the operators' name.
 */
export function readStatusAddresses({ forms }: Pick<Info, 'forms'>): string[] {
  const form = forms.find(({ formType }) => formType === NS);
  return (form?.fields.get('external-status-addresses') ?? []).filter(isFetchable).slice(0, MOST_ADDRESSES);
}

function isFetchable(text: string): boolean {
  if (text.length > LONGEST_ADDRESS || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === 'https:' && username === '' && password === '';
}

/**
 * What is told under such an address (#json-schema). `none` when it says that there is no outage, `undefined` when it
 * is no status at all.
 */
export function readOutage(text: string): Outage | 'none' | undefined {
  if (text.length > LONGEST_STATUS) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // not JSON: as good as no answer
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  // #json-schema: an empty object follows an outage.
  if (fields.size === 0) return 'none';
  const beginning = timeIn(fields.get('beginning'));
  const expectedEnd = timeIn(fields.get('expected_end'));
  if (beginning === undefined) return undefined;
  return {
    isPlanned: fields.get('planned') === true,
    beginning,
    ...(expectedEnd !== undefined && expectedEnd >= beginning && { expectedEnd }),
    messages: readMessages(fields.get('message')),
  };
}

function timeIn(value: unknown): number | undefined {
  return typeof value === 'string' ? readDateTime(value) : undefined;
}

function readMessages(value: unknown): Record<string, string> {
  const messages: Record<string, string> = Object.create(null) as Record<string, string>;
  if (typeof value !== 'object' || value === null) return {};
  for (const [language, text] of Object.entries(value).slice(0, MOST_LANGUAGES)) {
    if (typeof text !== 'string' || text.trim() === '' || !/^[A-Za-z0-9-]{1,35}$/.test(language)) continue;
    messages[language.toLowerCase()] = text.trim().slice(0, LONGEST_TEXT).toWellFormed();
  }
  return Object.hasOwn(messages, 'default') ? { ...messages } : {};
}
