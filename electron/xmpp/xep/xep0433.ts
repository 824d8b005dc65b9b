/**
 * XEP-0433 Extended Channel Search, version 0.1.0. https://xmpp.org/extensions/xep-0433.html
 * Finds public rooms through a search service, in the protocol of the document and in that of "muclumbus" before it,
 * which is what services speak today. What is searched for becomes known to the service (#security): the person decides.
 */
import { localOf, readBareJid, type BareJid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, childElements, childText, is, textOf, xml, type Element } from '../xml.ts';
import { writeForm } from './xep0004.ts';
import {
  readResultSet,
  writePageRequest,
  writeResultSet,
  type PageRequest,
  type ResultSet,
} from './xep0059.ts';

/** What a service that serves searches announces (#usecases-support). */
export const NS = 'urn:xmpp:channel-search:0:search';
/** The same of its predecessor. */
export const NS_OLDER = 'https://xmlns.zombofant.net/muclumbus/search/1.0';
const NS_ERROR = 'urn:xmpp:channel-search:0:error';
/** We serve none. */
export const features: readonly string[] = [];

const DIALECTS = {
  current: {
    ns: NS,
    form: 'urn:xmpp:channel-search:0:search-params',
    order: 'urn:xmpp:channel-search:0:order',
  },
  older: { ns: NS_OLDER, form: `${NS_OLDER}#params`, order: `${NS_OLDER}#order` },
} as const;
export type Dialect = keyof typeof DIALECTS;

/** Of the document, and of its predecessor. */
const SEMI_ANONYMOUS: readonly string[] = ['muc_semianonymous', 'semi'];

const MOST_CHANNELS = 256;
/** In characters. */
const LONGEST_NAME = 512;
const LONGEST_DESCRIPTION = 4_096;
const LONGEST_LANGUAGE = 64;

export interface ChannelQuery {
  /** What to look for in names, descriptions and addresses; absent: all there are. */
  readonly words?: string;
  /** `users`: the fullest first; `address`: pages without gaps (#impl-searchformfields). */
  readonly sort: 'users' | 'address';
  readonly page: PageRequest;
}

export interface Channel {
  readonly address: BareJid;
  readonly name?: string;
  readonly description?: string;
  readonly language?: string;
  /** How many were inside when the service looked. */
  readonly users?: number;
  /** Can be entered by anybody. */
  readonly isOpen: boolean;
  /** Everybody sees everybody's real address; absent when the service does not say. */
  readonly isNonAnonymous?: boolean;
}

export interface ChannelPage {
  readonly channels: readonly Channel[];
  readonly set: ResultSet;
}

/** Which protocol a service speaks, by what it announces; `undefined` for no search service. */
export function readDialect(offered: ReadonlySet<string>): Dialect | undefined {
  if (offered.has(NS)) return 'current';
  return offered.has(NS_OLDER) ? 'older' : undefined;
}

export function writeSearch({ words, sort, page }: ChannelQuery, dialect: Dialect): Element {
  const { ns, form, order } = DIALECTS[dialect];
  const fields = new Map<string, readonly string[]>();
  if (words === undefined) fields.set('all', ['true']);
  else {
    fields.set('q', [words]);
    // Of the last the document has two spellings; what a service does not know it leaves aside (#rules).
    const places = ['sinname', 'sindescription', 'sinaddr', 'sinaddress'];
    for (const place of dialect === 'current' ? places : places.slice(0, 3)) fields.set(place, ['true']);
  }
  if (dialect === 'current') fields.set('types', ['xep-0045']);
  fields.set('key', [`{${order}}${sort === 'users' ? 'nusers' : 'address'}`]);
  return xml('search', ns, {}, writePageRequest(page), writeForm({ type: 'submit', formType: form, fields }));
}

/** Reads a page of results. Channels that are no rooms (XEP-0369) are left out: nobody here could enter them. */
export function readChannels(element: Element): ChannelPage | undefined {
  const { ns } = element;
  if ((ns !== NS && ns !== NS_OLDER) || !is(element, 'result', ns)) return undefined;
  const items = childElements(element, 'item', ns).slice(0, MOST_CHANNELS);
  const set = childElements(element).flatMap((each) => readResultSet(each) ?? [])[0];
  return { channels: items.flatMap((item) => readChannel(item) ?? []), set: set ?? {} };
}

/** What a service writes; we serve none but in tests. */
export function writeChannels({ channels, set }: ChannelPage, dialect: Dialect): Element {
  const { ns } = DIALECTS[dialect];
  const text = (name: string, value: string | number | undefined): Element | undefined =>
    value === undefined ? undefined : xml(name, ns, {}, String(value));
  const items = channels.map((channel) =>
    xml(
      'item',
      ns,
      { address: channel.address },
      text('name', channel.name),
      text('description', channel.description),
      text('language', channel.language),
      text('nusers', channel.users),
      channel.isOpen && xml('is-open', ns),
      channel.isNonAnonymous !== undefined &&
        text('anonymity-mode', channel.isNonAnonymous ? 'none' : 'muc_semianonymous'),
    ),
  );
  return xml('result', ns, {}, items, writeResultSet(set));
}

/**
 * Searches (#usecases-search-request).
 * @returns `undefined` when the answer is not one
 * @throws StanzaError (`resource-constraint`: see `readRetryAfter`; `bad-request`: nothing in the words to search for), WireClosed
 */
export async function askChannels(
  wire: Pick<Wire, 'request'>,
  service: string,
  query: ChannelQuery,
  dialect: Dialect,
): Promise<ChannelPage | undefined> {
  const reply = await wire.request({ type: 'get', to: service, payload: writeSearch(query, dialect) });
  const result = child(reply, 'result', DIALECTS[dialect].ns);
  return result && readChannels(result);
}

/**
 * How long not to ask again, in milliseconds (#rules: MUST NOT before).
 * @param reply the answer that came with the StanzaError
 * @returns `undefined` when it says nothing about it
 */
export function readRetryAfter(reply: Element): number | undefined {
  const error = child(reply, 'error');
  const limit = error && child(error, 'rate-limit', NS_ERROR);
  const seconds = limit?.attrs['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : undefined;
}

function readChannel(item: Element): Channel | undefined {
  const address = readBareJid(item.attrs['address'] ?? '');
  const kind = childText(item, 'service-type')?.trim() ?? 'xep-0045';
  if (address === undefined || localOf(address) === undefined || kind !== 'xep-0045') return undefined;
  const text = (name: string, limit: number): string | undefined =>
    childText(item, name)?.trim().slice(0, limit).toWellFormed() || undefined;
  const name = text('name', LONGEST_NAME);
  const description = text('description', LONGEST_DESCRIPTION);
  const language = text('language', LONGEST_LANGUAGE);
  const users = text('nusers', LONGEST_LANGUAGE);
  const open = child(item, 'is-open');
  const anonymity = text('anonymity-mode', LONGEST_NAME);
  return {
    address,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(language !== undefined && { language }),
    ...(users !== undefined && /^\d{1,9}$/.test(users) && { users: Number(users) }),
    // The example has it empty, the table calls it a boolean (#impl-resultitemformat).
    isOpen: open !== undefined && ['', 'true', '1'].includes(textOf(open).trim()),
    // #impl-resultitemformat-extensibility: what is not known is taken for the one that hides least.
    ...(anonymity !== undefined && {
      isNonAnonymous: !SEMI_ANONYMOUS.includes(anonymity),
    }),
  };
}
