/** The console: told only to who looks, bounded, without secrets, and by hand goes only what is a stanza of ours. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import type { Change } from '../../shared/contract.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

const ME = 'alice@a.test';
let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: ReturnType<typeof temporaryFolder>;
let now = 1_000;
let told: Extract<Change, { put: 'stanzas' }>[] = [];

const watch = (): Promise<unknown> => alice.call('console.watch', { account: alice.account().id });
const send = (xml: string) => alice.call('console.send', { account: alice.account().id, xml });
const stanzas = () => told.flatMap((change) => change.stanzas);
const presence = (extra = ''): string =>
  `<presence xmlns="jabber:client" from="bob@b.test/r">${extra}</presence>`;

beforeEach(async () => {
  [now, told] = [1_000, []];
  folder = temporaryFolder('stanza-watch');
  server = new ScriptedServer();
  engine = createEngine({
    ...createTestHost({ profile: folder.path }),
    now: () => now,
    connect: server.connect,
  });
  alice = new Mirror(engine);
  engine.onChange(({ changes }) => told.push(...changes.filter((change) => change.put === 'stanzas')));
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

describe('looking', () => {
  it('tells nobody who did not ask, nobody who stopped, and nobody who is gone for a minute', async () => {
    server.deliver(presence());
    await watch();
    server.deliver(presence('<status>seen</status>'));
    await eventually(() => Promise.resolve(stanzas().length > 0), 'the stanza');
    now += 60_001;
    server.deliver(presence('<status>too late</status>'));
    await watch();
    await alice.call('console.stop', { account: alice.account().id });
    server.deliver(presence('<status>stopped</status>'));
    await watch();
    server.deliver(presence('<status>again</status>'));
    await eventually(() => Promise.resolve(stanzas().length > 1), 'the other stanza');
    expect(
      stanzas().map(({ xml, isOutgoing }) => [/<status>(.*)<\/status>/u.exec(xml)?.[1], isOutgoing]),
    ).toEqual([
      ['seen', false],
      ['again', false],
    ]);
  });

  it('shows no secret, cuts what is long, and drops what comes all at once', async () => {
    await watch();
    server.deliver(presence('<x xmlns="http://jabber.org/protocol/muc"><password>hunter2</password></x>'));
    server.deliver(presence(`<status>${'x'.repeat(100_000)}</status>`));
    for (let index = 0; index < 500; index += 1) server.deliver(presence());
    await eventually(() => Promise.resolve(told.length > 0), 'the stanzas');
    const [first, second] = stanzas();
    expect(first?.xml).not.toContain('hunter2');
    expect([second?.isCut, second?.xml.length]).toEqual([true, 16_384]);
    expect([stanzas().length, told.reduce((sum, change) => sum + change.dropped, 0)]).toEqual([200, 302]);
  });
});

describe('sending by hand', () => {
  it.each([
    ['', 'not-xml'],
    ['hello', 'not-xml'],
    ['<message><body>1</message>', 'not-xml'],
    ['<message/><message/>', 'not-xml'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><message/>', 'not-xml'],
    ['<message>&b;</message>', 'not-xml'],
    ['</stream:stream><message/>', 'not-xml'],
    ['<stream:error xmlns:stream="http://etherx.jabber.org/streams"/>', 'not-a-stanza'],
    ['<r xmlns="urn:xmpp:sm:3"/>', 'not-a-stanza'],
    ['<message xmlns="jabber:server"/>', 'not-a-stanza'],
    ['<message from="mallory@evil.example"/>', 'sender'],
    ['<message from="alice@a.test.evil.example/x"/>', 'sender'],
    ['<message to="a@b@c"/>', 'address'],
    ['<iq type="get"/>', 'request'],
    ['<iq type="set"><a xmlns="x"/><b xmlns="x"/></iq>', 'request'],
    ['<iq/>', 'request'],
  ] as const)('refuses %s', async (text, problem) => {
    const before = server.sent.length;
    expect((await send(text)).problem).toBe(problem);
    expect(server.sent.length).toBe(before);
  });

  it('sends one stanza as it is, and gives a request an id', async () => {
    expect(await send(' \n<message to="bob@b.test"><body>by hand</body></message>\n')).toEqual({});
    expect(serialize(server.sent.at(-1)!)).toBe('<message to="bob@b.test"><body>by hand</body></message>');
    await send('<iq type="get"><ping xmlns="urn:xmpp:ping"/></iq>');
    expect(server.sent.at(-1)?.attrs['id']).toMatch(/^[0-9a-f-]{36}$/u);
    await alice.call('accounts.setEnabled', { account: alice.account().id, enabled: false });
    await expect(send('<presence/>')).rejects.toThrow('offline');
  });
});
