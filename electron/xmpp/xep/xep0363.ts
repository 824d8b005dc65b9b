/**
 * XEP-0363 HTTP File Upload, version 1.2.0. https://xmpp.org/extensions/xep-0363.html
 * Asks a service for a slot, and reads what a service says of its limits. What is put there is the engine's business.
 */
import { StanzaError, type Wire } from '../wire.ts';
import { child, childElements, childText, is, textOf, xml, type Element } from '../xml.ts';
import { readAddress } from './xep0103.ts';
import type { Info } from './xep0030.ts';

export const NS = 'urn:xmpp:http:upload:0';
/** Offered by services (#disco); a client only asks. */
export const features: readonly string[] = [];

/** #request: every other header that a service names must not be sent. */
const ALLOWED = ['Authorization', 'Cookie', 'Expires'] as const;
type HeaderName = (typeof ALLOWED)[number];
const LONGEST_HEADER = 8_192;

export interface Slot {
  readonly put: string;
  readonly get: string;
  readonly headers: Readonly<Partial<Record<HeaderName, string>>>;
}

export interface Upload {
  readonly name: string;
  /** In bytes, as it will be put there. */
  readonly size: number;
  readonly type?: string;
}

/** Reads a `<slot/>`; `undefined` unless both addresses are of the protected web. */
export function readSlot(element: Element): Slot | undefined {
  if (!is(element, 'slot', NS)) return undefined;
  const put = child(element, 'put', NS);
  const get = readAddress(child(element, 'get', NS)?.attrs['url'] ?? '');
  const putAddress = readAddress(put?.attrs['url'] ?? '');
  if (put === undefined || get === undefined || putAddress === undefined) return undefined;
  const headers: Partial<Record<HeaderName, string>> = {};
  for (const header of childElements(put, 'header', NS)) {
    const given = (header.attrs['name'] ?? '').toLowerCase();
    const name = ALLOWED.find((each) => each.toLowerCase() === given);
    // #request: line breaks must be stripped, or a value could bring further headers with it (CWE-113).
    const value = textOf(header).replace(/[\r\n]+/g, '');
    const isUsable = value !== '' && value.length <= LONGEST_HEADER && /^[\t\x20-\x7e]+$/.test(value);
    if (name !== undefined && headers[name] === undefined && isUsable) headers[name] = value;
  }
  return { put: putAddress, get, headers };
}

export function writeSlot({ put, get, headers }: Slot): Element {
  return xml(
    'slot',
    NS,
    {},
    xml(
      'put',
      NS,
      { url: put },
      Object.entries(headers).map(([name, value]) => xml('header', NS, { name }, value)),
    ),
    xml('get', NS, { url: get }),
  );
}

export function writeRequest({ name, size, type }: Upload): Element {
  return xml('request', NS, { filename: name, size, 'content-type': type });
}

/** The largest file that a service takes, in bytes (#disco); `undefined` when it does not say. */
export function readLimit({ forms }: Pick<Info, 'forms'>): number | undefined {
  const form = forms.find(({ formType }) => formType === NS);
  const text = form?.fields.get('max-file-size')?.[0] ?? '';
  const limit = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return limit > 0 ? limit : undefined;
}

/** The largest file that a service takes, as it says when it refuses one (#errors). */
export function readTooLarge(error: StanzaError): number | undefined {
  const element = error.stanza && child(error.stanza, 'error');
  const found = element && child(element, 'file-too-large', NS);
  const limit = Number(found === undefined ? Number.NaN : childText(found, 'max-file-size', NS));
  return Number.isSafeInteger(limit) && limit > 0 ? limit : undefined;
}

/**
 * Asks for a place to put a file.
 * @throws StanzaError (`undefined-condition` for an answer that is none), WireClosed
 */
export async function askSlot(wire: Pick<Wire, 'request'>, service: string, upload: Upload): Promise<Slot> {
  const reply = await wire.request({ type: 'get', to: service, payload: writeRequest(upload) });
  const element = child(reply, 'slot', NS);
  const slot = element && readSlot(element);
  if (slot === undefined) {
    throw new StanzaError('undefined-condition', 'cancel', 'the service gave no usable slot', reply);
  }
  return slot;
}
