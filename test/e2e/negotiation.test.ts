/**
 * What is read from Jingle, before the real WebRTC: it takes the offers and answers of other programs, and two of it find
 * each other when all they say of one another has gone through Jingle.
 */
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../electron/xmpp/jingle.ts';
import { readSessionDescription, writeSessionDescription } from '../../electron/xmpp/jingle-media.ts';
import { protectionFault } from '../../electron/xmpp/jingle-protection.ts';
import { readCandidateLine, writeCandidateLine } from '../../electron/xmpp/sdp-candidate.ts';
import { readSdp } from '../../electron/xmpp/sdp-read.ts';
import { writeSdp } from '../../electron/xmpp/sdp-write.ts';
import { readJingle, writeJingle } from '../../electron/xmpp/xep/xep0166.ts';
import { openWindow, type AppWindow } from '../support/window.ts';
import { overWire } from '../support/xml.ts';
import { INITIATES, recordedDescription } from '../xmpp/negotiations.ts';

let window: AppWindow;
beforeAll(async () => {
  // Outside of a call the page reaches nobody, and without a microphone WebRTC hides addresses behind names.
  window = await openWindow({ args: ['--disable-features=WebRtcHideLocalIpsWithMdns'] });
  await window.app.evaluate(({ BrowserWindow }) => {
    for (const { webContents } of BrowserWindow.getAllWindows())
      webContents.setWebRTCIPHandlingPolicy('default');
  });
});
afterAll(() => window.close());

/** The description of one side as the other gets it: SDP, Jingle, XML, and back. */
function carried(sdp: string, speaker: Role, kind: 'offer' | 'answer'): string {
  const said = readSdp(sdp, speaker);
  if (said === undefined) throw new Error('no SDP');
  const { contents, payloads } = writeSessionDescription(said);
  const action = kind === 'offer' ? 'session-initiate' : 'session-accept';
  const jingle = readJingle(overWire(writeJingle({ action, sid: 'a', contents, payloads })));
  const read = jingle && readSessionDescription(jingle);
  if (read === undefined) throw new Error('no Jingle');
  expect(protectionFault(read, kind)).toBeUndefined();
  return writeSdp(read, speaker);
}

/** What the page answers to an offer. */
function answerTo(sdp: string): Promise<string> {
  return window.page.evaluate(async (offer) => {
    const connection = new RTCPeerConnection();
    await connection.setRemoteDescription({ type: 'offer', sdp: offer });
    await connection.setLocalDescription();
    const answer = connection.localDescription?.sdp ?? '';
    connection.close();
    return answer;
  }, sdp);
}

test.each(INITIATES)('%s: WebRTC answers it with a codec for each medium', async (name) => {
  const description = recordedDescription(name);
  const answer = await answerTo(writeSdp(description, 'initiator'));
  const read = readSdp(carried(answer, 'responder', 'answer'), 'responder');
  expect(
    read?.contents.map(({ name: mid, description: { media, payloads } = {} }) => ({ mid, media, payloads })),
  ).toEqual(
    description.contents.map(({ name: mid, description: offered }) => ({
      mid,
      media: offered?.media,
      payloads: expect.arrayContaining([
        expect.objectContaining({ clockRate: expect.any(Number) as number }),
      ]) as unknown,
    })),
  );
});

test("Dino's answer suits our offer", async () => {
  const answer = writeSdp(recordedDescription('dino-accept'), 'responder');
  const state = await window.page.evaluate(async (sdp) => {
    const connection = new RTCPeerConnection();
    connection.addTransceiver('audio');
    connection.addTransceiver('video');
    await connection.setLocalDescription();
    await connection.setRemoteDescription({ type: 'answer', sdp });
    const { signalingState } = connection;
    connection.close();
    return signalingState;
  }, answer);
  expect(state).toBe('stable');
});

/** A computer without any network: WebRTC has no address to offer then. */
const isAlone = !Object.values(networkInterfaces()).some((list) => list?.some(({ internal }) => !internal));

test.skipIf(isAlone)(
  'two find each other with nothing but what Jingle carried',
  async () => {
    await window.page.exposeFunction('carryDescription', carried);
    await window.page.exposeFunction('carryCandidate', (line: string) => {
      const read = readCandidateLine(line);
      return read === undefined ? undefined : writeCandidateLine(read.candidate, read.fragment);
    });
    const seen = await window.page.evaluate(async () => {
      const { carryDescription, carryCandidate } = globalThis as unknown as {
        carryDescription: (sdp: string, speaker: string, kind: string) => Promise<string>;
        carryCandidate: (line: string) => Promise<string | undefined>;
      };
      const [first, second] = [new RTCPeerConnection(), new RTCPeerConnection()];
      const sound = new AudioContext().createMediaStreamDestination().stream.getTracks()[0];
      const canvas = document.createElement('canvas');
      canvas.getContext('2d')?.fillRect(0, 0, 9, 9);
      const picture = canvas.captureStream(10).getTracks()[0];
      const early: (() => Promise<void>)[] = [];
      let isDescribed = false;
      const tell = (from: RTCPeerConnection, to: RTCPeerConnection): void => {
        from.onicecandidate = ({ candidate }): void => {
          if (candidate === null) return;
          const add = async (): Promise<void> => {
            const line = await carryCandidate(candidate.candidate);
            if (line !== undefined) await to.addIceCandidate({ candidate: line, sdpMid: candidate.sdpMid });
          };
          if (isDescribed) void add();
          else early.push(add);
        };
      };
      tell(first, second);
      tell(second, first);
      for (const connection of [first, second]) {
        if (sound) connection.addTrack(sound);
        if (picture) connection.addTrack(picture);
      }
      const connected = Promise.all(
        [first, second].map(
          (connection) =>
            new Promise<void>((resolve) => {
              connection.onconnectionstatechange = (): void => {
                if (connection.connectionState === 'connected') resolve();
              };
            }),
        ),
      );
      await first.setLocalDescription();
      const offer = await carryDescription(first.localDescription?.sdp ?? '', 'initiator', 'offer');
      await second.setRemoteDescription({ type: 'offer', sdp: offer });
      await second.setLocalDescription();
      const answer = await carryDescription(second.localDescription?.sdp ?? '', 'responder', 'answer');
      await first.setRemoteDescription({ type: 'answer', sdp: answer });
      isDescribed = true;
      await Promise.all(early.map((add) => add()));
      await connected;
      const directions = second.getTransceivers().map(({ currentDirection }) => currentDirection);
      first.close();
      second.close();
      return directions;
    });
    expect(seen).toEqual(['sendrecv', 'sendrecv']);
  },
  30_000,
);
