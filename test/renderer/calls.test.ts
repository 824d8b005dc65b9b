import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallRow } from '../../shared/contract.ts';
import { isLeftAlone } from '../../renderer/lib/left-alone.ts';
import { isMissed, pastCallText } from '../../renderer/lib/past-call.ts';
import { loudness } from '../../renderer/media/levels.ts';
import { qualityOf, readStatistics, type Entry } from '../../renderer/media/statistics.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { usualNotifications } from '../support/scripted-desktop.ts';
import { Refusing, ScriptedPort } from '../support/scripted-port.ts';
import { must } from './must.ts';
import { createWorld } from './world.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

describe('how a call goes', () => {
  const report = (at: number, received: number, lost: number): [string, Entry][] =>
    Object.entries({
      T: { type: 'transport', selectedCandidatePairId: 'P', timestamp: at },
      P: {
        type: 'candidate-pair',
        localCandidateId: 'L',
        remoteCandidateId: 'R',
        currentRoundTripTime: 0.045,
      },
      L: { type: 'local-candidate', candidateType: 'relay', protocol: 'udp', relayProtocol: 'tcp' },
      R: { type: 'remote-candidate', candidateType: 'srflx', protocol: 'udp' },
      C: { type: 'codec', mimeType: 'audio/opus', clockRate: 48_000 },
      I: {
        type: 'inbound-rtp',
        id: 'I',
        kind: 'audio',
        codecId: 'C',
        timestamp: at,
        bytesReceived: received * 100,
        packetsReceived: received,
        packetsLost: lost,
        jitter: 0.012,
      },
    });

  it('is counted from look to look', () => {
    const first = readStatistics(report(10_000, 500, 0));
    expect(first.path).toEqual({ ours: 'relay', theirs: 'srflx', protocol: 'udp', relay: 'tcp' });
    expect(first.incoming.audio).toMatchObject({ codec: 'opus/48000', rate: 0, loss: 0, jitter: 12 });
    const second = readStatistics(report(12_000, 590, 10), first);
    expect(second).toMatchObject({ roundTrip: 45, incoming: { audio: { rate: 36_000, loss: 0.1 } } });
    expect([qualityOf(first), qualityOf(second)]).toEqual(['good', 'weak']);
    expect(qualityOf({ roundTrip: 900, incoming: {} })).toBe('bad');
  });

  it.each([
    [[]],
    [[['I', { type: 'inbound-rtp', kind: 'audio', packetsLost: -3, packetsReceived: 'many' }]]],
    [[['T', { type: 'transport', selectedCandidatePairId: 'gone' }]]],
  ] as [string, Entry][][][])('is read from what there is: %j', (entries) => {
    const { incoming, path } = readStatistics(entries);
    expect([incoming.audio?.loss ?? 0, path]).toEqual([0, undefined]);
  });

  it('silence is none, and a whole tone is nearly all', () => {
    expect(loudness(new Float32Array(64))).toBe(0);
    expect(loudness(Float32Array.from({ length: 64 }, (_, at) => (at % 2) * 2 - 1))).toBe(1);
    expect(loudness(Float32Array.from({ length: 64 }, () => 0.03))).toBeCloseTo(0.49, 1);
  });
});

describe('a call that is over', () => {
  const t = (key: string): string => key;
  it.each([
    [{ hasVideo: false, end: 'hung-up', seconds: 200 }, true, 'call.past.voice, 3:20'],
    [{ hasVideo: true, end: 'hung-up' }, false, 'call.past.video'],
    [{ hasVideo: true, end: 'missed' }, false, 'call.past.missed.video'],
    [{ hasVideo: false, end: 'no-answer' }, false, 'call.past.missed.voice'],
    [{ hasVideo: false, end: 'no-answer' }, true, 'call.past.voice: call.past.no-answer'],
    [{ hasVideo: false, end: 'missed' }, true, 'call.past.voice: call.past.no-answer'],
    [{ hasVideo: false, end: 'declined' }, false, 'call.past.voice: call.past.declined'],
  ] as const)('%j (ours: %s) is called %s', (call, isOutgoing, called) => {
    expect(pastCallText(t as never, call, isOutgoing)).toBe(called);
  });
  it('was missed only by who was called', () => {
    expect([isMissed({ end: 'missed' }, true), isMissed({ end: 'missed' }, false)]).toEqual([false, true]);
  });
});

it.each([
  [{}, {}, false],
  [{}, { mutedUntil: NOW + 1 }, true],
  [{ mutedUntil: NOW + 1 }, {}, true],
  [{ mutedUntil: NOW }, {}, false],
  [{}, { quiet: { ...usualNotifications.quiet, isOn: true } }, true],
  [{}, { quiet: { ...usualNotifications.quiet, isOn: true, days: [] } }, false],
  [{}, { rules: [{ account: 1, rule: 'none' as const }] }, true],
  [{}, { rules: [{ account: 2, rule: 'none' as const }] }, false],
])('rings unless the person is left alone: %j %j', (chat, changed, isAlone) => {
  const row = { ...usualNotifications, ...changed };
  expect(isLeftAlone({ account: 1, ...chat }, row, NOW, { day: 5, minute: 1_400 })).toBe(isAlone);
});

describe('the call of this window', () => {
  afterEach(() => vi.unstubAllGlobals());

  async function settled(): Promise<void> {
    for (let i = 0; i < 40; i++) await Promise.resolve();
  }
  function started(session?: Storage, row?: CallRow): { app: App; port: ScriptedPort; chat: number } {
    const nothing = Promise.reject(new DOMException('', 'NotFoundError'));
    nothing.catch(() => undefined);
    vi.stubGlobal('navigator', {
      mediaDevices: {
        getUserMedia: () => nothing,
        enumerateDevices: () => Promise.resolve([]),
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      },
    });
    const port = new ScriptedPort(createWorld(NOW));
    if (row !== undefined)
      port.answers['app.snapshot'] = () => ({ sequence: 1, changes: [{ put: 'call', row }] });
    const app = new App(port, session === undefined ? {} : { session });
    app.start();
    return { app, port, chat: must(port.world.chats[0]).id };
  }
  const said = (port: ScriptedPort): string[] =>
    port.asked.map(({ name }) => name).filter((name) => /^calls\.|allowCall/.test(name));

  it('asks for the microphone before anybody is called, and calls without one', async () => {
    const { app, port, chat } = started();
    await settled();
    await app.calls.start(chat, false);
    expect(said(port)).toEqual(['app.allowCall', 'calls.start']);
    expect(app.calls.session?.own.microphoneProblem).toBe('none');
    expect([app.calls.current?.state, app.calls.isCovering]).toEqual(['proposed', true]);
    await app.calls.end();
    expect(said(port).at(-1)).toBe('calls.end');
    expect([app.calls.session, app.calls.chat, app.calls.isCovering]).toEqual([undefined, undefined, false]);
  });

  it('stays to say why it ended, unless somebody hung up', async () => {
    const { app, port, chat } = started();
    await settled();
    await app.calls.start(chat, false);
    port.calls.change(1, { state: 'ended', end: { reason: 'declined' } });
    expect([app.calls.current?.end?.reason, app.calls.isBusy]).toEqual(['declined', false]);
    await app.calls.start(chat, false);
    port.calls.change(2, { state: 'ended', end: { reason: 'hung-up' } });
    expect(app.calls.session).toBeUndefined();
  });

  it('is nothing when the engine refuses it, and says so', async () => {
    const { app, port, chat } = started();
    await settled();
    port.answers['calls.start'] = () => {
      throw new Refusing('busy');
    };
    expect(await app.attempt(app.calls.start(chat, true))).toBe(false);
    expect([app.calls.session, app.calls.isCovering, app.toasts.all.length]).toEqual([undefined, false, 1]);
  });

  it('ends for another one that is answered', async () => {
    const { app, port, chat } = started();
    await settled();
    await app.calls.start(chat, false);
    const other = must(port.world.chats[1]).id;
    port.calls.ring(other);
    await app.calls.answer(must(app.calls.incoming[0]), false);
    expect(said(port)).toEqual([
      'app.allowCall',
      'calls.start',
      'calls.end',
      'app.allowCall',
      'calls.answer',
    ]);
    expect([app.calls.chat, app.calls.incoming.length]).toEqual([other, 0]);
  });

  it('is over when the window was loaded anew in the middle of it, and another window’s is not touched', async () => {
    const kept = new Map<string, string>();
    const memory = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    } as unknown as Storage;
    const first = started(memory);
    await settled();
    await first.app.calls.start(first.chat, false);
    const row = must(first.app.calls.current);
    for (const [session, asked] of [
      [memory, ['calls.end']],
      [undefined, []],
    ] as const) {
      const { app, port } = started(session, row);
      await settled();
      expect([said(port), app.calls.isCovering]).toEqual([asked, false]);
    }
  });
});
