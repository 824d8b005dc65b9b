/**
 * What happens by the clock, with a clock of the test's own: reconnecting, waking up, disbelieving a typing notice.
 * Timers and the time are the test's; the engine, its database and its keys are real.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { Connect, Wire, WireEvents } from '../../electron/xmpp/wire.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const FRIEND = 'bob@b.test';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
/** When each connection was begun, by the test's clock. */
let attempts: number[];
let isReachable: boolean;
/** What the connection answers when it is asked whether it lives. */
let isAlive: boolean;
let events: WireEvents | undefined;

/** A scripted connection that can fail, and says so when it is dropped. */
const connect: Connect = (options, heard) => {
  attempts.push(Date.now());
  events = heard;
  if (!isReachable) {
    queueMicrotask(() => {
      heard.state({ kind: 'closed', problem: { code: 'unreachable' } });
    });
  }
  const wire = isReachable ? server.connect(options, heard) : undefined;
  return Object.assign(Object.create(wire ?? null) as Wire, {
    isAlive: () => Promise.resolve(isAlive),
    close: () => Promise.resolve(),
    drop: () => {
      wire?.drop();
      heard.state({ kind: 'closed' });
    },
  });
};

const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  folder = await temporaryProfile('clock');
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  attempts = [];
  [isReachable, isAlive] = [true, true];
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
  await online();
  attempts = [];
});

afterEach(async () => {
  vi.useRealTimers();
  await engine.stop();
  folder.remove();
});

describe('reconnecting', () => {
  it('waits as long as it says, longer each time, and starts anew after success', async () => {
    isReachable = false;
    events?.state({ kind: 'closed' });
    const waits: number[] = [];
    for (let failure = 1; failure <= 9; failure += 1) {
      const { nextTry = 0 } = alice.account();
      waits.push(nextTry - Date.now());
      await vi.advanceTimersByTimeAsync(nextTry - Date.now() - 1);
      expect(attempts).toHaveLength(failure - 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(attempts).toHaveLength(failure);
      expect(alice.account().state).toBe('offline');
    }
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(100);
      expect(wait).toBeLessThanOrEqual(Math.min(60_000, 1_000 * 2 ** index));
    }
    isReachable = true;
    await vi.advanceTimersByTimeAsync(60_000);
    await online();
    events?.state({ kind: 'closed' });
    expect((alice.account().nextTry ?? 0) - Date.now()).toBeLessThanOrEqual(1_000);
  });
});

describe('waking up', () => {
  it('keeps a stream that lives', async () => {
    engine.nudge('wake');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts).toEqual([]);
    expect(alice.account().state).toBe('online');
  });

  it('leaves one that does not at once, without the pause after a failure', async () => {
    isAlive = false;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    alice.port.onChange(() => {
      if (attempts.length > 0) resolve(undefined);
    });
    const before = Date.now();
    engine.nudge('wake');
    await promise;
    expect(attempts).toEqual([before]);
    await online();
  });

  it('does not wait for the next try', async () => {
    isReachable = false;
    events?.state({ kind: 'closed' });
    const before = Date.now();
    isReachable = true;
    engine.nudge('network');
    await online();
    expect(attempts).toEqual([before]);
  });
});

describe('typing', () => {
  const state = (name: string): string =>
    `<message xmlns="jabber:client" from="${FRIEND}/r" to="alice@a.test" type="chat">` +
    `<${name} xmlns="http://jabber.org/protocol/chatstates"/></message>`;
  const isTyping = (): boolean | undefined => alice.chatWith(FRIEND)?.isTyping;

  it('ends by itself when nobody takes it back', async () => {
    await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
    server.deliver(state('composing'));
    await alice.until(isTyping, 'typing');
    await vi.advanceTimersByTimeAsync(29_000);
    expect(isTyping()).toBe(true);
    server.deliver(state('composing')); // still at it
    await vi.advanceTimersByTimeAsync(29_000);
    expect(isTyping()).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isTyping()).toBe(false);
  });
});
