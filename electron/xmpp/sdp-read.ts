/**
 * SDP, as WebRTC writes it, as a session description (RFC 8829 §5.8, RFC 8866). Pure, never throws: a page that was
 * taken over may send what it likes, so every word passes the same grammar as those of Jingle. Data channels are skipped.
 */
import type {
  FeedbackRules,
  Group,
  HeaderExtension,
  IceTransport,
  MediaContent,
  Parameter,
  PayloadType,
  Role,
  RtpDescription,
  Senders,
  SessionDescription,
  Source,
  SourceGroup,
} from './jingle.ts';
import { distinct, LIMITS, readNumber, readSome, readText, readToken } from './jingle-grammar.ts';
import { readCandidateLine } from './sdp-candidate.ts';
import { valuesOf, splitSdp, type Section } from './sdp-lines.ts';
import { bandwidthOf, bounded, isMeaningful, parameterOf, readMedia } from './xep/xep0167.ts';
import { readCredentials } from './xep/xep0176.ts';
import { readExtensionId, readExtensionUri } from './xep/xep0294.ts';
import { fingerprintOf } from './xep/xep0320.ts';
import { categoriesOf } from './xep/xep0507.ts';

/**
 * @param speaker the side whose description it is
 * @param creatorOf who added the content of a name to the session; the initiator added those that are not known
 * @returns `undefined` for what is no SDP, has no medium, or has two of one name
 */
export function readSdp(
  text: string,
  speaker: Role,
  creatorOf: (name: string) => Role | undefined = () => undefined,
): SessionDescription | undefined {
  const sections = splitSdp(text);
  if (sections === undefined || sections.media.length > LIMITS.contents) return undefined;
  const { session, media } = sections;
  const contents = media.flatMap((section) => contentOf(section, session, speaker, creatorOf) ?? []);
  const names = new Set(contents.map(({ name }) => name));
  if (contents.length === 0 || names.size < contents.length) return undefined;
  const groups = readSome(valuesOf(session, 'group'), LIMITS.groups, (value) => groupOf(value, names));
  return { contents, groups };
}

function groupOf(value: string, names: ReadonlySet<string>): Group | undefined {
  const [semantics, ...contents] = value.split(' ');
  const known = distinct(
    contents.filter((name) => names.has(name)),
    (name) => name,
  );
  const token = readToken(semantics);
  return token === undefined || known.length === 0 ? undefined : { semantics: token, contents: known };
}

function contentOf(
  section: Section,
  session: Section,
  speaker: Role,
  creatorOf: (name: string) => Role | undefined,
): MediaContent | undefined {
  const [kind, port, , ...ids] = section.header.split(' ');
  const media = readMedia(kind);
  const name = readToken(valuesOf(section, 'mid')[0]);
  if (media === undefined || name === undefined) return undefined;
  const payloads = payloadsOf(section, ids);
  const isRejected = port === '0' && valuesOf(section, 'bundle-only').length === 0;
  if (payloads.length === 0 && !isRejected) return undefined;
  const bandwidth = section.bandwidth.flatMap((each) => bandwidthOf(...halves(each, ':')) ?? [])[0];
  const description: RtpDescription = {
    media,
    payloads,
    hasMultiplexing: valuesOf(section, 'rtcp-mux').length > 0,
    hasReducedSize: valuesOf(section, 'rtcp-rsize').length > 0,
    ...(bandwidth && { bandwidth }),
    feedback: feedbackOf(section, '*'),
    extensions: extensionsOf(section, speaker),
    allowsMixedExtensions: [section, session].some((each) => valuesOf(each, 'extmap-allow-mixed').length > 0),
    sources: sourcesOf(section),
    sourceGroups: sourceGroupsOf(section),
    categories: categoriesOf(valuesOf(section, 'content').flatMap((each) => each.split(','))),
  };
  return {
    name,
    creator: creatorOf(name) ?? 'initiator',
    senders: sendersOf(section, speaker),
    description,
    transport: transportOf(section, session),
    ...(isRejected && { isRejected }),
  };
}

/** The two parts around the first separator. */
function halves(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

const DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;

function sendersOf(section: Section, speaker: Role): Senders {
  const direction = DIRECTIONS.find((each) => valuesOf(section, each).length > 0);
  return sendersFor(direction ?? 'sendrecv', speaker);
}

function sendersFor(direction: (typeof DIRECTIONS)[number], speaker: Role): Senders {
  if (direction === 'sendrecv') return 'both';
  if (direction === 'inactive') return 'none';
  const other = speaker === 'initiator' ? 'responder' : 'initiator';
  return direction === 'sendonly' ? speaker : other;
}

function payloadsOf(section: Section, ids: readonly string[]): readonly PayloadType[] {
  const packetTime = readNumber(valuesOf(section, 'ptime')[0], 1, 10_000);
  const longestPacketTime = readNumber(valuesOf(section, 'maxptime')[0], 1, 10_000);
  const payloads = readSome(ids, LIMITS.payloads, (text) => {
    const id = readNumber(text, 0, 127);
    if (id === undefined) return undefined;
    const [encoding = '', rate, channels] = (formatOf(section, 'rtpmap', text) ?? '').split('/');
    const name = readToken(encoding, 32);
    const clockRate = readNumber(rate, 1, 10_000_000);
    const several = readNumber(channels, 2, 24);
    const payload = {
      id,
      ...(name !== undefined && { name }),
      ...(clockRate !== undefined && { clockRate }),
      ...(several !== undefined && { channels: several }),
      ...(packetTime !== undefined && { packetTime }),
      ...(longestPacketTime !== undefined && { longestPacketTime }),
      parameters: parametersOf(formatOf(section, 'fmtp', text)),
      feedback: feedbackOf(section, text),
    };
    return isMeaningful(payload) ? payload : undefined;
  });
  return distinct(payloads, ({ id }) => id);
}

/** What an attribute says of one payload type. */
function formatOf(section: Section, attribute: string, id: string): string | undefined {
  return valuesOf(section, attribute)
    .find((value) => value.startsWith(`${id} `))
    ?.slice(id.length + 1);
}

function parametersOf(line: string | undefined): readonly Parameter[] {
  if (line === undefined) return [];
  const parts = line.split(';').map((part) => part.trim());
  return bounded(
    readSome(parts, LIMITS.parameters, (part) => {
      const [name, value] = halves(part, '=');
      return value === undefined ? parameterOf('', name) : parameterOf(name, value);
    }),
  );
}

function feedbackOf(section: Section, id: string): FeedbackRules {
  const lines = valuesOf(section, 'rtcp-fb').filter((value) => value.startsWith(`${id} `));
  const words = lines.map((value) => value.split(' ').slice(1));
  const interval = readNumber(words.find(([type]) => type === 'trr-int')?.[1], 0, 0xffffffff);
  const messages = readSome(words, LIMITS.feedback, ([first, second]) => {
    const [type, subtype] = [readToken(first), readToken(second)];
    if (type === undefined || type === 'trr-int') return undefined;
    return subtype === undefined ? { type } : { type, subtype };
  });
  return { messages, ...(interval !== undefined && { interval }) };
}

function extensionsOf(section: Section, speaker: Role): readonly HeaderExtension[] {
  const extensions = readSome(valuesOf(section, 'extmap'), LIMITS.extensions, (value) => {
    const [number = '', address] = value.split(' ');
    const [text, direction] = halves(number, '/');
    const [id, uri] = [readExtensionId(text), readExtensionUri(address)];
    const known = DIRECTIONS.find((each) => each === (direction ?? 'sendrecv'));
    return id === undefined || uri === undefined || known === undefined
      ? undefined
      : { id, uri, senders: sendersFor(known, speaker) };
  });
  return distinct(extensions, ({ id }) => id);
}

function sourcesOf(section: Section): readonly Source[] {
  // What WebRTC says of a medium's stream belongs to its sources in Jingle (XEP-0339 #sdp-ssrc).
  const stream = readText(valuesOf(section, 'msid')[0]);
  const found = new Map<number, Parameter[]>();
  for (const value of valuesOf(section, 'ssrc')) {
    const [number, attribute = ''] = halves(value, ' ');
    const ssrc = readNumber(number, 0, 0xffffffff);
    if (ssrc === undefined) continue;
    const parameters = found.get(ssrc) ?? [];
    if (!found.has(ssrc) && found.size < LIMITS.sources) found.set(ssrc, parameters);
    const [key, said] = halves(attribute, ':');
    const [name, text] = [readToken(key), readText(said)];
    if (name === undefined || (said !== undefined && text === undefined)) continue;
    if (parameters.length < LIMITS.sourceParameters)
      parameters.push({ name, ...(text !== undefined && { value: text }) });
  }
  return [...found].map(([ssrc, parameters]) => {
    const isNamed = stream === undefined || parameters.some(({ name }) => name === 'msid');
    return { ssrc, parameters: isNamed ? parameters : [...parameters, { name: 'msid', value: stream }] };
  });
}

function sourceGroupsOf(section: Section): readonly SourceGroup[] {
  return readSome(valuesOf(section, 'ssrc-group'), LIMITS.sourceGroups, (value) => {
    const [semantics, ...numbers] = value.split(' ');
    const sources = readSome(numbers, LIMITS.sources, (text) => readNumber(text, 0, 0xffffffff));
    const token = readToken(semantics);
    const isWhole = sources.length > 0 && sources.length === numbers.length;
    return token === undefined || !isWhole ? undefined : { semantics: token, sources };
  });
}

function transportOf(section: Section, session: Section): IceTransport {
  // What is said once holds for all media (RFC 8829 §5.8.3).
  const said = (attribute: string): string | undefined =>
    valuesOf(section, attribute)[0] ?? valuesOf(session, attribute)[0];
  const credentials = readCredentials(said('ice-ufrag'), said('ice-pwd'));
  const fingerprint = fingerprintOf(...halves(said('fingerprint') ?? '', ' '), said('setup') ?? 'actpass');
  const lines = valuesOf(section, 'candidate').map((value) => `candidate:${value}`);
  return {
    ...(credentials && { credentials }),
    ...(fingerprint && { fingerprint }),
    candidates: readSome(lines, LIMITS.candidates, (line) => readCandidateLine(line)?.candidate),
  };
}
