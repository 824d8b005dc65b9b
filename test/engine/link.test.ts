/**
 * The connection as people see it: whether the server learns that nobody looks, what the operators say of an outage, and
 * that others do not see us flicker. The whole engine, with a connection that a test can break.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { FetchOptions } from '../../electron/engine/host.ts';
import type { Problem } from '../../shared/contract.ts';
import type { FullJid } from '../../shared/jid.ts';
import type { Connect, Wire, WireEvents } from '../../electron/xmpp/wire.ts';
import { stanza } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { parseXml } from '../support/xml.ts';
import { temporaryProfile } from '../support/template.ts';

const ADDRESS = 'https://status.a.test/s.json';

let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let clock: number;
let fetched: [string, FetchOptions][];
let status: () => Promise<string>;
let events: WireEvents | undefined;
/** How the next connections go. */
let next: 'bind' | 'resume' | Problem['code'];

const connect: Connect = (options, heard) => {
  events = heard;
  if (next !== 'bind' && next !== 'resume') {
    const code = next;
    queueMicrotask(() => {
      heard.state({ kind: 'closed', problem: { code } });
    });
    return Object.create(null) as Wire;
  }
  if (next === 'bind') return server.connect(options, heard);
  // The scripted server binds; this one goes on with the session.
  const wire = server.connect(options, {
    ...heard,
    state: (state) => {
      if (state.kind !== 'online') return;
      heard.state({
        ...state,
        jid: `alice@a.test/${options.resource}` as FullJid,
        resumed: { acknowledged: server.sent.length },
      });
    },
  });
  return wire;
};

beforeEach(async () => {
  folder = await temporaryProfile('link');
  clock = Date.UTC(2026, 10, 21, 12);
  fetched = [];
  next = 'bind';
  status = () => Promise.resolve('{}');
  server = new ScriptedServer([{ jid: 'bob@b.test', subscription: 'both' }]);
  server.answers = ({ to, payload }) =>
    to === 'a.test' && payload.ns === 'http://jabber.org/protocol/disco#info'
      ? stanza(
          'iq',
          { type: 'result' },
          parseXml(`<query xmlns='${payload.ns}'><x xmlns='jabber:x:data' type='result'>
            <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:sos:0</value></field>
            <field var='external-status-addresses'><value>http://plain.a.test/</value><value>${ADDRESS}</value></field>
            </x></query>`),
        )
      : undefined;
  engine = createEngine({
    ...createTestHost({ profile: folder.path }),
    now: () => clock,
    connect,
    fetchText: (address, options) => {
      fetched.push([address, options]);
      return status();
    },
  });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
  await online();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const online = (): Promise<unknown> => alice.until(() => alice.account().state === 'online', 'online');

/** The connection breaks for a reason, and the next attempts fare so. */
function breakFor(code: Problem['code'], then: typeof next = code): void {
  next = then;
  events?.state({ kind: 'closed', problem: { code } });
}

describe('an outage (XEP-0455)', () => {
  const outage = JSON.stringify({
    planned: true,
    beginning: '2026-11-21T11:00:00Z',
    message: { default: 'Umzug', en: 'Moving' },
  });

  it('is looked up where the server said before, and shown', async () => {
    status = () => Promise.resolve(outage);
    breakFor('unreachable');
    const shown = await alice.until(() => alice.account().outage, 'the outage');
    expect(shown).toEqual({
      isPlanned: true,
      beginning: Date.UTC(2026, 10, 21, 11),
      messages: { default: 'Umzug', en: 'Moving' },
    });
    expect(fetched).toEqual([[ADDRESS, { limit: 65_536, timeout: 15_000 }]]);
    // Not for each failed attempt.
    await alice.call('accounts.reconnect', { account: alice.account().id });
    await alice.until(() => alice.account().state === 'offline', 'it fails again');
    expect(fetched).toHaveLength(1);
    clock += 301_000;
    await alice.call('accounts.reconnect', { account: alice.account().id });
    await eventually(() => Promise.resolve(fetched.length === 2), 'a second look');
    next = 'bind';
    await alice.call('accounts.reconnect', { account: alice.account().id });
    await online();
    expect(alice.account().outage).toBeUndefined();
  });

  it.each<Problem['code']>(['offline', 'credentials', 'certificate', 'proxy', 'storage', 'conflict'])(
    'is not what %s means',
    async (code) => {
      breakFor(code);
      await alice.until(() => alice.account().state === 'offline', 'offline');
      expect(fetched).toEqual([]);
    },
  );

  it.each(['{}', '<html>', '[]'])('is not there when the page says %s', async (text) => {
    status = () => Promise.resolve(text);
    breakFor('timeout');
    await eventually(() => Promise.resolve(fetched.length === 1), 'a look');
    await alice.until(() => alice.account().state === 'offline', 'offline');
    expect(alice.account().outage).toBeUndefined();
  });

  it('a page that cannot be had is no more than that', async () => {
    status = () => Promise.reject(new Error('no route'));
    breakFor('timeout');
    await eventually(() => Promise.resolve(fetched.length === 1), 'a look');
    expect(alice.account()).toMatchObject({ state: 'offline', problem: { code: 'timeout' } });
  });
});

describe('somebody looks, or nobody', () => {
  it('is told when it changes, and again on every stream', async () => {
    engine.setActive(true);
    expect(server.active).toEqual([]);
    engine.setActive(false);
    engine.setActive(false);
    expect(server.active).toEqual([false]);
    breakFor('closed', 'bind');
    await alice.until(() => alice.account().state === 'offline', 'offline');
    await alice.call('accounts.reconnect', { account: alice.account().id });
    await online();
    expect(server.active).toEqual([false, false]);
    engine.setActive(true);
    expect(server.active).toEqual([false, false, true]);
  });
});

describe('presence', () => {
  const presences = (): (string | undefined)[] =>
    server.sent.filter(({ name }) => name === 'presence').map(({ attrs }) => attrs['type']);

  it('is sent once, and not again when the session goes on', async () => {
    expect(presences()).toEqual([undefined]);
    server.deliver("<presence from='bob@b.test/r'/>");
    await alice.until(() => alice.contacts.get('bob@b.test')?.availability === 'online', 'Bob is here');
    for (let i = 0; i < 3; i += 1) {
      breakFor('closed', 'resume');
      await alice.until(() => alice.account().state === 'offline', 'offline');
      // Nor do the others flicker here: what they are is as true as it was.
      expect(alice.contacts.get('bob@b.test')?.availability).toBe('online');
      await alice.call('accounts.reconnect', { account: alice.account().id });
      await online();
    }
    expect(presences()).toEqual([undefined]);
    expect(alice.contacts.get('bob@b.test')?.availability).toBe('online');
  });

  it('is sent again to a new session', async () => {
    breakFor('closed', 'bind');
    await alice.until(() => alice.account().state === 'offline', 'offline');
    await alice.call('accounts.reconnect', { account: alice.account().id });
    await online();
    expect(presences()).toEqual([undefined, undefined]);
  });

  it('leaves for a moment only after a restart, to learn who is there', async () => {
    await engine.stop();
    engine = createEngine({ ...createTestHost({ profile: folder.path }), connect });
    alice = new Mirror(engine);
    next = 'resume';
    server.sent.length = 0;
    await engine.start();
    await online();
    expect(presences()).toEqual(['unavailable', undefined]);
  });
});

describe('a session that was resumed, and on which nothing is acknowledged', () => {
  /** Goes on with the session, and finds it deaf. */
  async function findDeaf(): Promise<void> {
    breakFor('closed', 'resume');
    await alice.until(() => alice.account().state !== 'online', 'offline');
    await online();
    breakFor('timeout', 'resume');
    await alice.until(() => alice.account().state !== 'online', 'offline again');
    await online();
  }

  it('is tried once more, because it may have been the network, and then given up', async () => {
    await findDeaf();
    expect(server.options?.resume).toBeDefined();
    breakFor('timeout', 'bind');
    await alice.until(() => alice.account().state !== 'online', 'deaf again');
    await online();
    expect(server.options).not.toHaveProperty('resume');
  });

  it('is as good as ever once it is heard', async () => {
    for (let round = 0; round < 3; round += 1) {
      await findDeaf();
      expect(server.options?.resume).toBeDefined();
      events?.acknowledged(0);
    }
  });
});
