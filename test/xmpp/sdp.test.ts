/** SDP and Jingle, both ways: what WebRTC and other programs write, and what nobody should (H68). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Role, SessionDescription } from '../../electron/xmpp/jingle.ts';
import { withSharedTransports } from '../../electron/xmpp/jingle-bundle.ts';
import { readSessionDescription, writeSessionDescription } from '../../electron/xmpp/jingle-media.ts';
import { readCandidateLine, writeCandidateLine } from '../../electron/xmpp/sdp-candidate.ts';
import { readSdp } from '../../electron/xmpp/sdp-read.ts';
import { writeSdp } from '../../electron/xmpp/sdp-write.ts';
import { readJingle, writeJingle } from '../../electron/xmpp/xep/xep0166.ts';
import { damaged, overWire, parseXml } from '../support/xml.ts';
import { INITIATES, recorded, recordedDescription } from './negotiations.ts';

/** The description as the other side gets it in Jingle. */
function overJingle(description: SessionDescription): SessionDescription | undefined {
  const { contents, payloads } = writeSessionDescription(description);
  const element = overWire(writeJingle({ action: 'session-initiate', sid: 'a', contents, payloads }));
  const read = readJingle(element);
  return read && readSessionDescription(read);
}

const linesOf = (sdp: string, kind: RegExp): string[] =>
  sdp
    .split('\r\n')
    .filter((line) => kind.test(line))
    .sort();

describe('what WebRTC writes', () => {
  test.each([
    ['chromium-offer.sdp', 'initiator'],
    ['chromium-answer.sdp', 'responder'],
  ] as const)('%s goes through Jingle and comes back', (file, speaker) => {
    const said = readSdp(recorded(file), speaker);
    if (said === undefined) throw new Error('not read');
    const again = overJingle(said);
    if (again === undefined) throw new Error('not carried');
    const back = writeSdp(again, speaker);
    // All that decides about media and keys is the same; the rest is form, or has no word in Jingle.
    const KEPT =
      /^m=|^a=(rtpmap|rtcp-fb|extmap|group|mid|sendrecv|fingerprint|setup|ice-ufrag|ice-pwd|rtcp-mux|ssrc|msid:)/;
    const media = (line: string): string => line.replace(/^(m=\w+) \d+ /, '$1 9 ');
    expect(linesOf(back, KEPT).map(media)).toEqual(
      expect.arrayContaining(
        linesOf(recorded(file), KEPT).flatMap((line) =>
          line === 'a=extmap-allow-mixed' ? [] : [media(line)],
        ),
      ),
    );
    // A word alone has no place in Jingle: RED says which codec it repeats, which WebRTC knows without.
    expect(linesOf(back, /^a=fmtp/)).toEqual(
      linesOf(recorded(file), /^a=fmtp/).filter((line) => line !== 'a=fmtp:63 111/111'),
    );
  });

  test('its candidates are those over UDP', () => {
    const said = readSdp(recorded('chromium-offer.sdp'), 'initiator');
    const candidates = said?.contents.flatMap(({ transport }) => transport?.candidates ?? []);
    expect(candidates?.map(({ address }) => address)).toEqual([
      '192.0.2.2',
      'fd00::2',
      '192.0.2.2',
      'fd00::2',
    ]);
  });

  test('who sends depends on who speaks', () => {
    const directions = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
    const said = (direction: string, speaker: Role): string | undefined =>
      readSdp(recorded('chromium-offer.sdp').replaceAll('a=sendrecv', `a=${direction}`), speaker)?.contents[0]
        ?.senders;
    expect(directions.map((each) => said(each, 'initiator'))).toEqual([
      'both',
      'initiator',
      'responder',
      'none',
    ]);
    expect(directions.map((each) => said(each, 'responder'))).toEqual([
      'both',
      'responder',
      'initiator',
      'none',
    ]);
  });

  test('a medium with port 0 is refused, unless it only waits for the bundle', () => {
    const offer = recorded('chromium-offer.sdp').replace(/m=video \d+/, 'm=video 0');
    const bundled = offer.replace('a=mid:1', 'a=bundle-only\r\na=mid:1');
    const rejected = (sdp: string): (true | undefined)[] | undefined =>
      readSdp(sdp, 'initiator')?.contents.map(({ isRejected }) => isRejected);
    expect(rejected(offer)).toEqual([undefined, true]);
    expect(rejected(bundled)).toEqual([undefined, undefined]);
    const said = readSdp(offer, 'initiator');
    expect(said && linesOf(writeSdp(said, 'initiator'), /^m=video|^a=group/)).toEqual([
      'a=group:BUNDLE 0',
      expect.stringMatching(/^m=video 0 /),
    ]);
    expect(said && overJingle(said)?.contents.map(({ name }) => name)).toEqual(['0']);
  });

  test('names of what the other side added stay its own', () => {
    const said = readSdp(recorded('chromium-answer.sdp'), 'responder', (name) =>
      name === '1' ? 'responder' : undefined,
    );
    expect(said?.contents.map(({ creator }) => creator)).toEqual(['initiator', 'responder']);
  });

  test.each(['', 'v=1', 'v=0\r\n', 'v=0\r\nm=audio', 'hello', 'v=0\r\n'.repeat(100_000)])(
    'what is none is not taken for it: %.20j',
    (text) => {
      expect(readSdp(text, 'initiator')).toBeUndefined();
    },
  );

  test('two media of one name are refused, and more than there can be', () => {
    const offer = recorded('chromium-offer.sdp');
    expect(readSdp(offer.replace('a=mid:1', 'a=mid:0'), 'initiator')).toBeUndefined();
    const media = offer.slice(offer.indexOf('m=audio'), offer.indexOf('m=video'));
    const many = Array.from({ length: 9 }, (_, at) => media.replace('a=mid:0', `a=mid:x${String(at)}`)).join(
      '',
    );
    expect(readSdp(offer + many, 'initiator')).toBeUndefined();
  });
});

describe('what other programs write', () => {
  test.each(INITIATES)('%s is an offer for WebRTC', (name) => {
    const description = recordedDescription(name);
    expect(writeSdp(description, 'initiator')).toMatchSnapshot();
    const again = readSdp(writeSdp(description, 'initiator'), 'initiator');
    // What a candidate is called and which card it is of is Jingle's alone; packets have one length in SDP.
    expect(again && writeSdp(again, 'initiator')).toBe(writeSdp(description, 'initiator'));
  });

  test('Monal: parameters of codecs have their registered names', () => {
    const [audio, video] = recordedDescription('monal-initiate').contents;
    expect(audio?.description?.payloads[0]?.parameters).toContainEqual({ name: 'useinbandfec', value: '1' });
    expect(video?.description?.payloads[0]?.parameters).toEqual([
      { name: 'packetization-mode', value: '1' },
      { name: 'level-asymmetry-allowed', value: '1' },
      { name: 'profile-level-id', value: '42e01f' },
    ]);
  });

  test('Conversations: what is added shares the transport of what is there', () => {
    const before = recordedDescription('conversations-initiate');
    const added = recordedDescription('conversations-content-add');
    const [first] = before.contents;
    const [video] = withSharedTransports(added, before).contents;
    expect(video?.transport).toEqual({ ...first?.transport, candidates: [] });
    expect(withSharedTransports({ ...added, groups: [] }, before).contents[0]?.transport).toEqual({
      candidates: [],
    });
  });

  test('Dino and Movim: candidates that come later', () => {
    const candidates = ['dino-transport-info', 'movim-transport-info'].flatMap((name) =>
      recordedDescription(name).contents.flatMap(({ transport }) => transport?.candidates ?? []),
    );
    expect(candidates.map((each) => writeCandidateLine(each, 'iLwB'))).toEqual([
      'candidate:12 1 udp 335544319 203.0.113.9 61011 typ relay raddr 198.51.100.7 rport 43811 generation 0 ufrag iLwB',
      'candidate:0 1 udp 2122187007 192.0.2.44 52000 typ host generation 0 ufrag iLwB',
    ]);
  });
});

describe('a candidate', () => {
  test('is read as WebRTC writes it', () => {
    const line =
      'candidate:3630647380 1 udp 2122194687 192.0.2.2 59953 typ srflx raddr 10.0.0.1 rport 9 generation 2 ufrag VgWp network-id 1 network-cost 50';
    const read = readCandidateLine(line);
    expect(read).toEqual({
      fragment: 'VgWp',
      candidate: {
        type: 'srflx',
        address: '192.0.2.2',
        port: 59_953,
        component: 1,
        priority: 2_122_194_687,
        foundation: '3630647380',
        generation: 2,
        related: { address: '10.0.0.1', port: 9 },
      },
    });
    expect(read && readCandidateLine(`a=${writeCandidateLine(read.candidate, 'VgWp')}`)).toEqual(read);
  });

  test.each([
    'candidate:1 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active',
    'candidate:1 1 udp 2122194687 3f1d2c6e-7c3a-4a4e-9f2e-1a2b3c4d5e6f.local 59953 typ host',
    'candidate:1 1 udp 2122194687 127.0.0.1 59953 typ host',
    'candidate:1 1 udp 2122194687 192.0.2.2 59953',
    'candidate:1 1 udp 2122194687 192.0.2.2 59953 typ host\r\na=x',
    'candidate:1 1 udp 2122194687 192.0.2.2 59953 typ ho\u2028st',
    'candidate:',
    '',
    'end-of-candidates',
    '__proto__',
  ])('%j is none for others', (line) => {
    expect(readCandidateLine(line)).toBeUndefined();
  });
});

const initiate = fc.constantFrom(...INITIATES).map((name) => parseXml(recorded(`${name}.xml`).trim()));

test('whatever is damaged in a negotiation, its SDP has whole lines and an end', () => {
  fc.assert(
    fc.property(damaged(initiate), fc.constantFrom<Role>('initiator', 'responder'), (element, speaker) => {
      const read = readJingle(element);
      const description = read && readSessionDescription(read);
      if (description === undefined) return;
      const sdp = writeSdp(description, speaker);
      expect(sdp.length).toBeLessThan(200_000);
      expect(sdp).toMatch(/^(?:[a-z]=[ -~]+\r\n)+$/);
      expect(sdp.match(/^m=/gm)?.length ?? 0).toBe(
        description.contents.filter((content) => content.description !== undefined).length,
      );
    }),
    { numRuns: 150 },
  );
});

test('whatever is damaged in SDP, reading it throws nothing and Jingle carries what is read', () => {
  const change = fc.record({
    at: fc.nat(6_000),
    cut: fc.nat(40),
    put: fc.string({ unit: 'binary', maxLength: 12 }),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const text = changes.reduce(
        (sdp, { at, cut, put }) => sdp.slice(0, at) + put + sdp.slice(at + cut),
        recorded('chromium-offer.sdp'),
      );
      const said = readSdp(text, 'initiator');
      if (said !== undefined) expect(writeSdp(said, 'initiator')).toMatch(/^(?:[a-z]=[ -~]+\r\n)+$/);
      if (said !== undefined) expect(overJingle(said)).toBeDefined();
    }),
    { numRuns: 80 },
  );
});
