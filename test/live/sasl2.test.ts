/**
 * SASL2, Bind 2 and tokens with a real Prosody, and how many round trips it takes to be online, with them and without,
 * and with ejabberd. The numbers are those of the README.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Memory } from '../../electron/xmpp/auth/memory.ts';
import type { ResumableSession } from '../../electron/xmpp/wire.ts';
import { startEjabberd } from '../support/ejabberd.ts';
import { forkEngine } from '../support/engine-fork.ts';
import { temporaryFolder } from '../support/folder.ts';
import { online } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { roundTripsUntil, startRecorder, type Recorder } from '../support/tls-recorder.ts';
import { listen, type ListenOptions, type Listener } from '../support/wire-listener.ts';

let prosody: Prosody;
const listeners: Listener[] = [];

beforeAll(async () => {
  prosody = await startProsody({ accounts: ['alice', 'bob'], sasl2: true });
});

afterEach(() => {
  for (const { wire } of listeners.splice(0)) wire.drop();
});

afterAll(async () => {
  await prosody.stop();
});

function connectTo(server: XmppServer, port: number, options: ListenOptions = {}): Listener {
  const listener = listen({
    ca: [readFileSync(server.authority, 'utf8')],
    server: { host: '127.0.0.1', port, security: 'direct' },
    ...server.account('alice'),
    ...options,
  });
  listeners.push(listener);
  return listener;
}

describe('round trips after TLS', () => {
  const ONLINE = /<(?:enabled|resumed) [^>]*urn:xmpp:sm:3/;

  /** Online, dropped, and online again with all that is remembered. */
  const measure = async (
    server: XmppServer,
  ): Promise<{ first: number; again: number; recorder: Recorder }> => {
    const recorder = await startRecorder(server.ports.direct);
    try {
      const first = connectTo(server, recorder.port);
      const { session, jid, details } = await first.online;
      first.wire.drop();
      const resume: ResumableSession = { id: session?.id ?? '', jid, received: first.wire.handledUpTo };
      const memory = first.memories.at(-1) as Memory;
      const second = connectTo(server, recorder.port, { memory, resume });
      const resumed = await second.online;
      expect(resumed.resumed).toBeDefined();
      const [one, two] = recorder.recordings;
      if (one === undefined || two === undefined) throw new Error('nothing recorded');
      const counted = { first: roundTripsUntil(one, ONLINE), again: roundTripsUntil(two, ONLINE) };
      // What people are told is what somebody in between sees.
      expect({ first: details?.roundTrips, again: resumed.details?.roundTrips }).toEqual(counted);
      return { ...counted, recorder };
    } finally {
      await recorder.stop();
    }
  };

  it('Prosody with SASL2', async () => {
    const { first, again } = await measure(prosody);
    console.log(`round trips, Prosody with SASL2: first ${String(first)}, again ${String(again)}`);
    expect({ first, again }).toEqual({ first: 3, again: 1 });
  });

  it('plain Prosody', async () => {
    const plain = await startProsody({ accounts: ['alice'] });
    try {
      const { first, again } = await measure(plain);
      console.log(`round trips, plain Prosody: first ${String(first)}, again ${String(again)}`);
      expect({ first, again }).toEqual({ first: 6, again: 5 });
    } finally {
      await plain.stop();
    }
  });

  it('ejabberd', async () => {
    const ejabberd = await startEjabberd({ accounts: ['alice'] });
    try {
      const { first, again } = await measure(ejabberd);
      console.log(`round trips, ejabberd: first ${String(first)}, again ${String(again)}`);
      expect({ first, again }).toEqual({ first: 6, again: 5 });
    } finally {
      await ejabberd.stop();
    }
  });
});

describe('tokens', () => {
  it('one that the server does not know is forgotten, and the password signs in', async () => {
    const first = connectTo(prosody, prosody.ports.direct);
    await first.online;
    const memory = first.memories.at(-1) as Memory;
    expect(memory.token?.mechanism).toBe('HT-SHA-256-NONE');
    await first.wire.close();
    const token = { mechanism: 'HT-SHA-256-NONE', secret: 'nobody knows this', expiry: 4e12, count: 0 };
    const second = connectTo(prosody, prosody.ports.direct, { memory: { ...memory, token } });
    // These modules stay with tokens on a stream where one was shown, so that it takes another connection.
    expect((await second.closed)?.code).toBe('server-error');
    expect(second.memories.at(-1)).not.toHaveProperty('token');
    const third = connectTo(prosody, prosody.ports.direct, { memory: second.memories.at(-1) as Memory });
    expect((await third.online).scram).toBe(true);
    expect(third.memories.at(-1)?.token?.secret).toMatch(/^secret-token/);
  });

  it('one that was used for the last time is worth nothing any more', async () => {
    const first = connectTo(prosody, prosody.ports.direct);
    await first.online;
    const memory = first.memories.at(-1) as Memory;
    await first.wire.close();
    const last = connectTo(prosody, prosody.ports.direct, { memory, invalidatesToken: true });
    await last.online;
    await last.wire.close();
    const again = connectTo(prosody, prosody.ports.direct, { memory, withoutPassword: true });
    expect(['server-error', 'credentials']).toContain((await again.closed)?.code);
  });

  it('an account without its password survives a power cut: back in one round trip', async () => {
    const { path: profile, remove } = temporaryFolder('sasl2');
    const recorder = await startRecorder(prosody.ports.direct);
    const options = { profile, authority: prosody.authority };
    let engine = await forkEngine(options);
    try {
      const { account } = await engine.call('accounts.signIn', {
        ...prosody.account('bob'),
        keepPassword: false,
        server: { host: '127.0.0.1', port: recorder.port, security: 'direct' },
      });
      await online(engine, account);
      expect(engine.account().keepPassword).toBe(false);
      await engine.kill();
      engine = await forkEngine(options);
      engine.apply(await engine.call('app.snapshot', {}));
      await online(engine, account);
      expect(recorder.recordings).toHaveLength(2);
      const [first, second] = recorder.recordings;
      expect(first?.turns[2]?.text).toContain('SCRAM-SHA-1');
      expect(second?.turns[0]?.text).toMatch(
        /^<\?xml.*<authenticate [^>]*mechanism="HT-SHA-256-NONE".*<resume /,
      );
      expect(second?.turns[1]?.text).toMatch(/<resumed /);
      await engine.call('accounts.remove', { account });
      expect(recorder.recordings[2]?.turns[0]?.text).toMatch(/<fast [^>]*invalidate="true"/);
    } finally {
      if (!engine.isGone()) await engine.kill();
      await recorder.stop();
      remove();
    }
  });
});
