/**
 * XEP-0313 Message Archive Management, version 1.1.3. https://xmpp.org/extensions/xep-0313.html
 * Asks an archive for a page, and reads the results that come as messages before the answer. Anybody can send something
 * that looks like a result (H09): which archive it has to come from, and which query it belongs to, the engine decides.
 */
import type { Wire } from '../wire.ts';
import { child, childElements, is, xml, type Element } from '../xml.ts';
import { writeForm } from './xep0004.ts';
import {
  readResultSet,
  writePageRequest,
  writeResultSet,
  type PageRequest,
  type ResultSet,
} from './xep0059.ts';
import { writeDateTime } from './xep0082.ts';
import { readForwarded, writeForwarded, type Forwarded } from './xep0297.ts';
import { readId } from './xep0359.ts';

export const NS = 'urn:xmpp:mam:2';
/** Offered beside it by archives that know `before-id` and `after-id` (#support). */
export const NS_EXTENDED = 'urn:xmpp:mam:2#extended';
/** Offered by archives (#support); a client only asks. */
export const features: readonly string[] = [];

/** A page of hundreds of encrypted messages takes its time over a slow line, in milliseconds. */
const PATIENCE = 120_000;

export interface ArchiveQuery {
  /** Ours, and random: results say which query they belong to (#query). */
  readonly queryId: string;
  readonly page: PageRequest;
  /** Only what was stored at this time or later (#filter-time), in milliseconds since 1970. */
  readonly start?: number;
  /** Only messages to or from this address (#filter-jid). */
  readonly with?: string;
  /** Only what comes behind this id (#query-limit-id); for archives with `NS_EXTENDED`. */
  readonly afterId?: string;
  /** Only what comes before this id; for the same. */
  readonly beforeId?: string;
}

export interface ArchiveResult {
  /** The query that it claims to answer. */
  readonly queryId: string;
  /** The message's id in the archive (#archives_id). */
  readonly id: string;
  /** Absent when the archive has taken the message out and kept its place (#archives_deletion). */
  readonly forwarded?: Forwarded;
}

/** How a query ended (#query-paging-request). */
export interface Fin {
  /** Nothing is left to be fetched in this direction. */
  readonly isComplete: boolean;
  /** False when the archive may still change its mind about this page. */
  readonly isStable: boolean;
  readonly set: ResultSet;
}

/** True when a message is a result, or pretends to be one, whatever is in it. */
export function isResult(message: Element): boolean {
  return child(message, 'result', NS) !== undefined;
}

/** The result in a message: exactly one, with the ids that it needs. */
export function readResult(message: Element): ArchiveResult | undefined {
  const found = childElements(message, 'result', NS);
  const result = found[0];
  if (result === undefined || found.length !== 1) return undefined;
  const queryId = readId(result.attrs['queryid']);
  const id = readId(result.attrs['id']);
  if (queryId === undefined || id === undefined) return undefined;
  const forwarded = readForwarded(result);
  return { queryId, id, ...(forwarded !== undefined && { forwarded }) };
}

export function writeResult({ queryId, id, forwarded }: ArchiveResult): Element {
  return xml('result', NS, { queryid: queryId, id }, forwarded && writeForwarded(forwarded));
}

export function readFin(element: Element): Fin | undefined {
  if (!is(element, 'fin', NS)) return undefined;
  const set = childElements(element).flatMap((each) => readResultSet(each) ?? [])[0];
  return {
    isComplete: isTrue(element.attrs['complete']),
    isStable: element.attrs['stable'] === undefined || isTrue(element.attrs['stable']),
    set: set ?? {},
  };
}

export function writeFin({ isComplete, isStable, set }: Fin): Element {
  return xml('fin', NS, { complete: isComplete, stable: isStable }, writeResultSet(set));
}

export function writeQuery({ queryId, page, ...filter }: ArchiveQuery): Element {
  const fields = new Map<string, readonly string[]>();
  if (filter.with !== undefined) fields.set('with', [filter.with]);
  if (filter.start !== undefined) fields.set('start', [writeDateTime(filter.start)]);
  if (filter.afterId !== undefined) fields.set('after-id', [filter.afterId]);
  if (filter.beforeId !== undefined) fields.set('before-id', [filter.beforeId]);
  const form = fields.size > 0 && writeForm({ type: 'submit', formType: NS, fields });
  return xml('query', NS, { queryid: queryId }, form, writePageRequest(page));
}

/**
 * Asks for a page; its results arrive as messages before this resolves.
 * @param archive whose archive; absent: our own
 * @returns `undefined` when the answer is not one
 * @throws StanzaError `item-not-found` when the archive does not know the id that the page begins at; WireClosed
 */
export async function askPage(
  wire: Pick<Wire, 'request'>,
  archive: string | undefined,
  query: ArchiveQuery,
): Promise<Fin | undefined> {
  const reply = await wire.request({
    type: 'set',
    ...(archive !== undefined && { to: archive }),
    payload: writeQuery(query),
    timeout: PATIENCE,
    isBulk: true,
  });
  const fin = child(reply, 'fin', NS);
  return fin && readFin(fin);
}

/** The lexical forms of XML Schema's boolean. */
function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1';
}
