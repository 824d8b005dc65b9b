/**
 * XEP-0167 Jingle RTP Sessions, version 1.2.3. https://xmpp.org/extensions/xep-0167.html
 * How a medium is encoded, and what the two sides tell each other of themselves during a call. Keys in the description
 * (SDES, #srtp) are not spoken: whoever sees the signalling would hear the call.
 */
import type { Bandwidth, Media, Parameter, PayloadType, Role, RtpDescription } from '../jingle.ts';
import { distinct, LIMITS, readNumber, readSome, readText, readToken } from '../jingle-grammar.ts';
import { registered } from '../rtp-parameters.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xml.ts';
import { readRole } from './xep0166.ts';
import { readFeedback, writeFeedback } from './xep0293.ts';
import { allowsMixed, readExtensions, writeExtensions } from './xep0294.ts';
import { readSourceGroups, readSources, writeSources } from './xep0339.ts';
import { readCategories, writeCategories } from './xep0507.ts';

export const NS = 'urn:xmpp:jingle:apps:rtp:1';
/** #info */
export const NS_INFO = 'urn:xmpp:jingle:apps:rtp:info:1';
/** #support */
export const features = [NS, 'urn:xmpp:jingle:apps:rtp:audio', 'urn:xmpp:jingle:apps:rtp:video'];

/** Milliseconds of sound in a packet, at most. */
const LONGEST_PACKET = 10_000;
/** Characters of all parameters of a codec. */
const LONGEST_LINE = 1_024;
/** The payload types whose number alone says what they are (RFC 3551 §6). */
const STATIC = 35;

/** Reads `<description/>`; `undefined` for other media than sound and pictures, and without a codec. */
export function readDescription(element: Element): RtpDescription | undefined {
  if (!is(element, 'description', NS)) return undefined;
  const media = readMedia(element.attrs['media']);
  // Movim says it once for all payload types.
  const common = { ptime: element.attrs['ptime'], maxptime: element.attrs['maxptime'] };
  const payloads = distinct(
    readSome(childElements(element, 'payload-type', NS), LIMITS.payloads, (each) =>
      readPayload(each, common),
    ),
    ({ id }) => id,
  );
  if (media === undefined || payloads.length === 0) return undefined;
  const limit = child(element, 'bandwidth');
  const bandwidth = limit && bandwidthOf(limit.attrs['type'], limit.attrs['value'] ?? textOf(limit));
  return {
    media,
    payloads,
    hasMultiplexing: child(element, 'rtcp-mux') !== undefined,
    hasReducedSize: false,
    ...(bandwidth && { bandwidth }),
    feedback: readFeedback(element),
    extensions: readExtensions(element),
    allowsMixedExtensions: allowsMixed(element),
    sources: readSources(element),
    sourceGroups: readSourceGroups(element),
    categories: readCategories(element),
  };
}

export function writeDescription(description: RtpDescription): Element {
  const { media, payloads, hasMultiplexing, bandwidth, feedback } = description;
  return xml(
    'description',
    NS,
    { media },
    writeCategories(description.categories),
    payloads.map(writePayload),
    bandwidth && xml('bandwidth', NS, { type: bandwidth.kind }, String(bandwidth.value)),
    writeFeedback(feedback),
    writeExtensions(description.extensions, description.allowsMixedExtensions),
    writeSources(description.sources, description.sourceGroups),
    hasMultiplexing && xml('rtcp-mux', NS),
  );
}

export function readMedia(text: string | undefined): Media | undefined {
  return text === 'audio' || text === 'video' ? text : undefined;
}

/** The kinds that WebRTC heeds. */
export function bandwidthOf(kind: string | undefined, value: string | undefined): Bandwidth | undefined {
  const number = readNumber(value?.trim(), 0, 0x7fffffff);
  if (number === undefined || (kind !== 'AS' && kind !== 'TIAS')) return undefined;
  return { kind, value: number };
}

/** One that needs a name and has none means nothing (#format). */
export function isMeaningful({ id, name, clockRate }: PayloadType): boolean {
  return id < STATIC || (name !== undefined && clockRate !== undefined);
}

function readPayload(
  element: Element,
  common: Readonly<Record<'ptime' | 'maxptime', string | undefined>>,
): PayloadType | undefined {
  const { attrs } = element;
  const id = readNumber(attrs['id'], 0, 127);
  if (id === undefined) return undefined;
  const name = readToken(attrs['name'], 32);
  const clockRate = readNumber(attrs['clockrate'], 1, 10_000_000);
  const channels = readNumber(attrs['channels'], 2, 24);
  const packetTime = readNumber(attrs['ptime'] ?? common.ptime, 1, LONGEST_PACKET);
  const longestPacketTime = readNumber(attrs['maxptime'] ?? common.maxptime, 1, LONGEST_PACKET);
  const parameters = readSome(childElements(element, 'parameter', NS), LIMITS.parameters, readParameter);
  const payload = {
    id,
    ...(name !== undefined && { name }),
    ...(clockRate !== undefined && { clockRate }),
    ...(channels !== undefined && { channels }),
    ...(packetTime !== undefined && { packetTime }),
    ...(longestPacketTime !== undefined && { longestPacketTime }),
    parameters: bounded(parameters),
    feedback: readFeedback(element),
  };
  return isMeaningful(payload) ? payload : undefined;
}

function readParameter({ attrs }: Element): Parameter | undefined {
  return parameterOf(attrs['name'] ?? '', attrs['value'] ?? '');
}

/** The first of them that fit into one line of a sensible length. */
export function bounded(parameters: readonly Parameter[]): readonly Parameter[] {
  let room = LONGEST_LINE;
  return parameters.filter(({ name, value }) => (room -= name.length + (value?.length ?? 0) + 2) >= 0);
}

/** `name=value` of `a=fmtp`; without a name the value stands alone, as a word. */
export function parameterOf(name: string, value: string): Parameter | undefined {
  if (name === '') {
    const word = readText(value);
    return word === undefined || /[;=]/.test(word) ? undefined : { name: word };
  }
  const [key, text] = [readToken(name), readText(value)];
  return key === undefined || text === undefined || text.includes(';')
    ? undefined
    : registered({ name: key, value: text });
}

function writePayload(payload: PayloadType): Element {
  const { id, name, clockRate, channels, packetTime, longestPacketTime, parameters, feedback } = payload;
  return xml(
    'payload-type',
    NS,
    { id, name, clockrate: clockRate, channels, ptime: packetTime, maxptime: longestPacketTime },
    // A word without a value has no place here (#schema): Monal refuses the whole session for one without either.
    parameters.flatMap((each) =>
      each.value === undefined ? [] : [xml('parameter', NS, { name: each.name, value: each.value })],
    ),
    writeFeedback(feedback),
  );
}

/** What a side says of itself during a call (#info). */
export type CallInfo =
  | { readonly kind: 'active' | 'hold' | 'unhold' | 'ringing' }
  | {
      readonly kind: 'mute' | 'unmute';
      /** Absent: all of them. */
      readonly content?: { readonly creator: Role; readonly name: string };
    };

/** Reads the payload of a session-info. */
export function readCallInfo({ ns, name: kind, attrs }: Element): CallInfo | undefined {
  if (ns !== NS_INFO) return undefined;
  if (kind === 'active' || kind === 'hold' || kind === 'unhold' || kind === 'ringing') return { kind };
  if (kind !== 'mute' && kind !== 'unmute') return undefined;
  const name = attrs['name'];
  const creator = readRole(attrs['creator'] ?? 'initiator');
  if (name === undefined) return { kind };
  return creator === undefined || name === '' ? undefined : { kind, content: { creator, name } };
}

export function writeCallInfo(info: CallInfo): Element {
  const content = info.kind === 'mute' || info.kind === 'unmute' ? info.content : undefined;
  return xml(info.kind, NS_INFO, { creator: content?.creator, name: content?.name });
}
