/**
 * A session description as SDP for WebRTC (RFC 8829 §5, RFC 8866). Pure. All words in it passed jingle-grammar.ts; what
 * slipped through with a line break would be two instructions instead of one, so each line is looked at once more.
 */
import type {
  FeedbackRules,
  MediaContent,
  PayloadType,
  Role,
  RtpDescription,
  Senders,
  SessionDescription,
} from './jingle.ts';
import { bundleOf, withSharedTransports } from './jingle-bundle.ts';
import { writeCandidateLine } from './sdp-candidate.ts';

/** What SDP cannot carry in a line. */
const BROKEN = /[^ -~]/;
/** WebRTC sends nothing there: ICE says where (RFC 8829 §5.2.1). */
const NOWHERE = 'IN IP4 0.0.0.0';

/**
 * @param description of one side; contents without a description (of an application that we do not speak) are left out
 * @param speaker which side it is
 * @param version counts what this side has said
 */
export function writeSdp(description: SessionDescription, speaker: Role, version = 1): string {
  const whole = withSharedTransports(description);
  const contents = whole.contents.filter((content) => content.description !== undefined);
  const live = new Set(contents.filter(({ isRejected }) => isRejected === undefined).map(({ name }) => name));
  const groups = whole.groups.flatMap(({ semantics, contents: names }) => {
    const known = names.filter((name) => live.has(name));
    return known.length === 0 ? [] : [`a=group:${[semantics, ...known].join(' ')}`];
  });
  const lines = [
    'v=0',
    `o=- 1 ${String(version)} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    ...groups,
    'a=msid-semantic: WMS *',
    ...contents.flatMap((content) => mediaLines(whole, content, speaker)),
  ];
  return `${lines.filter((line) => !BROKEN.test(line)).join('\r\n')}\r\n`;
}

function mediaLines(whole: SessionDescription, content: MediaContent, speaker: Role): string[] {
  const { description, transport, name, isRejected } = content;
  if (description === undefined) return [];
  const ids = description.payloads.map(({ id }) => id).join(' ') || '0';
  const port = isRejected === undefined ? 9 : 0;
  const header = `m=${description.media} ${String(port)} UDP/TLS/RTP/SAVPF ${ids}`;
  if (isRejected !== undefined) return [header, `c=${NOWHERE}`, `a=mid:${name}`, 'a=inactive'];
  const credentials = transport?.credentials;
  const fingerprint = transport?.fingerprint;
  // Those that share a transport share the port (RFC 9143 §9.3), also where a program forgot to say so.
  const isMultiplexed = description.hasMultiplexing || bundleOf(whole, name) !== undefined;
  return [
    header,
    `c=${NOWHERE}`,
    ...(description.bandwidth
      ? [`b=${description.bandwidth.kind}:${String(description.bandwidth.value)}`]
      : []),
    `a=rtcp:9 ${NOWHERE}`,
    ...(credentials ? [`a=ice-ufrag:${credentials.fragment}`, `a=ice-pwd:${credentials.password}`] : []),
    'a=ice-options:trickle',
    ...(fingerprint
      ? [`a=fingerprint:${fingerprint.hash} ${fingerprint.value}`, `a=setup:${fingerprint.setup}`]
      : []),
    `a=mid:${name}`,
    ...extensionLines(description, speaker),
    `a=${directionOf(content.senders, speaker)}`,
    ...streamLines(description),
    ...(isMultiplexed ? ['a=rtcp-mux'] : []),
    ...(description.hasReducedSize ? ['a=rtcp-rsize'] : []),
    ...description.payloads.flatMap(payloadLines),
    ...packetTimeLines(description),
    ...feedbackLines('*', description.feedback),
    ...(description.categories.length > 0 ? [`a=content:${description.categories.join(',')}`] : []),
    ...sourceLines(description),
    ...(transport?.candidates ?? []).map((each) => `a=${writeCandidateLine(each, credentials?.fragment)}`),
  ];
}

/** Jingle says who sends, SDP whether the speaker does. */
export function directionOf(senders: Senders, speaker: Role): string {
  if (senders === 'both') return 'sendrecv';
  if (senders === 'none') return 'inactive';
  return senders === speaker ? 'sendonly' : 'recvonly';
}

function extensionLines({ extensions, allowsMixedExtensions }: RtpDescription, speaker: Role): string[] {
  const lines = extensions.map(({ id, uri, senders }) => {
    const direction = senders === 'both' ? '' : `/${directionOf(senders, speaker)}`;
    return `a=extmap:${String(id)}${direction} ${uri}`;
  });
  return allowsMixedExtensions ? ['a=extmap-allow-mixed', ...lines] : lines;
}

function payloadLines({ id, name, clockRate, channels, parameters, feedback }: PayloadType): string[] {
  const encoding = [name, clockRate, ...(channels === undefined ? [] : [channels])].join('/');
  const words = parameters.map(({ name: key, value }) => (value === undefined ? key : `${key}=${value}`));
  return [
    ...(name === undefined || clockRate === undefined ? [] : [`a=rtpmap:${String(id)} ${encoding}`]),
    ...feedbackLines(String(id), feedback),
    ...(words.length === 0 ? [] : [`a=fmtp:${String(id)} ${words.join(';')}`]),
  ];
}

/** SDP has one for all codecs of a medium; that of the most wanted which has any. */
function packetTimeLines({ payloads }: RtpDescription): string[] {
  const time = payloads.find(({ packetTime }) => packetTime !== undefined)?.packetTime;
  const longest = payloads.find((each) => each.longestPacketTime !== undefined)?.longestPacketTime;
  return [
    ...(time === undefined ? [] : [`a=ptime:${String(time)}`]),
    ...(longest === undefined ? [] : [`a=maxptime:${String(longest)}`]),
  ];
}

function feedbackLines(of: string, { messages, interval }: FeedbackRules): string[] {
  const lines = messages.map(
    ({ type, subtype }) => `a=rtcp-fb:${[of, type, subtype ?? ''].join(' ').trim()}`,
  );
  return interval === undefined ? lines : [...lines, `a=rtcp-fb:${of} trr-int ${String(interval)}`];
}

/** Jingle knows the stream of a medium by its sources only. */
function streamLines({ sources }: RtpDescription): string[] {
  const parameters = sources.flatMap((source) => source.parameters);
  const stream = parameters.find(({ name }) => name === 'msid')?.value;
  return stream === undefined ? [] : [`a=msid:${stream}`];
}

function sourceLines({ sources, sourceGroups }: RtpDescription): string[] {
  return [
    ...sourceGroups.map((group) => `a=ssrc-group:${[group.semantics, ...group.sources].join(' ')}`),
    // WebRTC refuses the whole for an attribute without a value.
    ...sources.flatMap(({ ssrc, parameters }) =>
      parameters.flatMap(({ name, value }) =>
        value === undefined ? [] : [`a=ssrc:${String(ssrc)} ${name}:${value}`],
      ),
    ),
  ];
}
