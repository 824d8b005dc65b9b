/**
 * What WebRTC tells about a call, in the few numbers that say how it goes. Pure: it reads a report (W3C webrtc-stats) and knows no
 * connection.
 */

/** How the packets go, as the chosen pair of candidates says. */
export interface Path {
  /** Of the kinds of ICE (RFC 8445 §5.1): `relay` is a TURN server. */
  readonly ours: string;
  readonly theirs: string;
  readonly protocol: string;
  /** `udp`, `tcp` or `tls` between us and our relay. */
  readonly relay?: string;
}

export interface Flow {
  readonly codec: string;
  /** Bits per second since the last look. */
  readonly rate: number;
  readonly packets: number;
  /** From 0 to 1: of the packets since the last look, those that never came. */
  readonly loss: number;
  /** Milliseconds. */
  readonly jitter?: number;
  /** Of video. */
  readonly width?: number;
  readonly height?: number;
  readonly frames?: number;
  /** Of sound that was heard: the sum over time of its squared level (webrtc-stats §totalAudioEnergy). */
  readonly energy?: number;
}

export interface Statistics {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly path?: Path;
  /** Milliseconds there and back. */
  readonly roundTrip?: number;
  readonly incoming: { readonly audio?: Flow; readonly video?: Flow };
  readonly outgoing: { readonly audio?: Flow; readonly video?: Flow };
  /** Candidates of both sides, as `kind protocol` with what they are, without addresses. */
  readonly candidates: { readonly ours: readonly string[]; readonly theirs: readonly string[] };
  /** What the next look counts from, by the id of the flow. */
  readonly counted: ReadonlyMap<string, Counted>;
}

interface Counted {
  readonly at: number;
  readonly bytes: number;
  readonly packets: number;
  readonly lost: number;
}

/** An entry of a report; which members there are depends on its type. */
export type Entry = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** @param before what was read last, for rates and losses */
export function readStatistics(report: Iterable<readonly [string, Entry]>, before?: Statistics): Statistics {
  const entries = new Map(report);
  const all = [...entries.values()];
  const of = (type: string): Entry[] => all.filter((entry) => entry['type'] === type);
  const transport = of('transport')[0];
  const pair =
    entries.get(text(transport?.['selectedCandidatePairId'])) ??
    of('candidate-pair').find(({ nominated, state }) => nominated === true && state === 'succeeded');
  const counted = new Map<string, Counted>();
  const at = number(all[0]?.['timestamp']) ?? 0;

  const flow = (entry: Entry, isIncoming: boolean): Flow => {
    const id = text(entry['id']);
    const remote = isIncoming ? undefined : of('remote-inbound-rtp').find(({ localId }) => localId === id);
    const now: Counted = {
      at: number(entry['timestamp']) ?? at,
      bytes: number(entry[isIncoming ? 'bytesReceived' : 'bytesSent']) ?? 0,
      packets: number(entry[isIncoming ? 'packetsReceived' : 'packetsSent']) ?? 0,
      lost: Math.max(0, number((isIncoming ? entry : remote)?.['packetsLost']) ?? 0),
    };
    counted.set(id, now);
    const last = before?.counted.get(id);
    const seconds = last === undefined ? 0 : (now.at - last.at) / 1_000;
    const arrived = now.packets - (last?.packets ?? 0);
    const lost = Math.max(0, now.lost - (last?.lost ?? 0));
    const expected = isIncoming ? arrived + lost : arrived;
    const jitter = number((isIncoming ? entry : remote)?.['jitter']);
    const width = number(entry['frameWidth']);
    const height = number(entry['frameHeight']);
    const frames = number(entry['framesPerSecond']);
    const energy = number(entry['totalAudioEnergy']);
    const { mimeType, clockRate } = entries.get(text(entry['codecId'])) ?? {};
    const codec = text(mimeType).replace(/^(?:audio|video)\//u, '');
    return {
      codec: number(clockRate) === undefined ? codec : `${codec}/${String(clockRate)}`,
      rate: seconds > 0 ? Math.round(((now.bytes - (last?.bytes ?? 0)) * 8) / seconds) : 0,
      packets: now.packets,
      loss: expected > 0 ? Math.min(1, lost / expected) : 0,
      ...(jitter !== undefined && { jitter: Math.round(jitter * 1_000) }),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      ...(frames !== undefined && { frames }),
      ...(energy !== undefined && { energy }),
    };
  };
  const flows = (type: string, isIncoming: boolean): { audio?: Flow; video?: Flow } => {
    const found: { audio?: Flow; video?: Flow } = {};
    for (const entry of of(type)) {
      const { kind } = entry;
      if (kind !== 'audio' && kind !== 'video') continue;
      const next = flow(entry, isIncoming);
      // A line that was closed leaves its numbers: the one that moves counts.
      if ((found[kind]?.packets ?? -1) <= next.packets) found[kind] = next;
    }
    return found;
  };
  const roundTrip = number(pair?.['currentRoundTripTime']);
  const path = pair === undefined ? undefined : pathOf(entries, pair);
  const describe = (entry: Entry): string =>
    [entry['candidateType'], entry['protocol'], entry['relayProtocol']].map(text).filter(Boolean).join(' ');
  return {
    at,
    ...(path !== undefined && { path }),
    ...(roundTrip !== undefined && { roundTrip: Math.round(roundTrip * 1_000) }),
    incoming: flows('inbound-rtp', true),
    outgoing: flows('outbound-rtp', false),
    candidates: {
      ours: of('local-candidate').map(describe),
      theirs: of('remote-candidate').map(describe),
    },
    counted,
  };
}

function pathOf(entries: ReadonlyMap<string, Entry>, pair: Entry): Path | undefined {
  const ours = entries.get(text(pair['localCandidateId']));
  const theirs = entries.get(text(pair['remoteCandidateId']));
  if (ours === undefined || theirs === undefined) return undefined;
  const relay = text(ours['relayProtocol']);
  return {
    ours: text(ours['candidateType']),
    theirs: text(theirs['candidateType']),
    protocol: text(ours['protocol']),
    ...(relay !== '' && { relay }),
  };
}

export type Quality = 'good' | 'weak' | 'bad';

/** How it sounds, by what people notice (ITU-T G.114: 400 ms there and back are the limit; Opus hides a loss of 5 %). */
export function qualityOf({ roundTrip = 0, incoming }: Pick<Statistics, 'roundTrip' | 'incoming'>): Quality {
  const loss = Math.max(incoming.audio?.loss ?? 0, incoming.video?.loss ?? 0);
  const jitter = incoming.audio?.jitter ?? 0;
  if (loss > 0.15 || roundTrip > 800) return 'bad';
  return loss > 0.05 || roundTrip > 400 || jitter > 80 ? 'weak' : 'good';
}
