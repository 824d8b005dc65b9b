/** Who is blocked is not heard and not told anything, and nobody but our own account says who that is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { Notice } from '../../electron/engine/host.ts';
import type { IqRequest } from '../../electron/xmpp/wire.ts';
import { serialize, stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const BOB = 'bob@b.test';
const CAROL = 'carol@c.test';
const MALLORY = 'mallory@evil.example';
const NS = 'urn:xmpp:blocking';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let logged: string[];
let notices: Notice[];
/** What the server keeps. */
let kept: string[];
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

function answer({ type, payload }: IqRequest): Element | undefined {
  if (payload.ns !== NS || type !== 'get') return undefined;
  const items = kept.map((jid) => xml('item', NS, { jid }));
  return stanza('iq', { type: 'result', id: 'x' }, xml('blocklist', NS, {}, items));
}

async function start(): Promise<void> {
  engine = createEngine({
    ...createTestHost({
      profile: folder.path,
      log: (_area, event, data) => logged.push(`${event} ${JSON.stringify(data)}`),
    }),
    notify: (notice) => notices.push(notice),
    connect: server.connect,
  });
  alice = new Mirror(engine);
  await engine.start();
}

async function enter(): Promise<void> {
  await start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  server.sent.length = 0;
}

beforeEach(async () => {
  folder = await temporaryProfile('blocking');
  [logged, notices, kept] = [[], [], []];
  server = new ScriptedServer([
    { jid: BOB, subscription: 'both', name: 'Bob' },
    { jid: CAROL, subscription: 'both' },
  ]);
  server.features = ['urn:xmpp:carbons:2', 'urn:xmpp:sid:0', NS, 'urn:xmpp:reporting:1'];
  server.answers = answer;
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const list = (): readonly string[] | undefined => alice.blocked.get(alice.account().id)?.addresses;
const push = (from: string | undefined, payload: string): void => {
  server.deliver(
    `<iq${from === undefined ? '' : ` from="${from}"`} type="set" id="p1" to="${ME}/d">${payload}</iq>`,
  );
};
const item = (name: string, jid: string): string => `<${name} xmlns="${NS}"><item jid="${jid}"/></${name}>`;
const message = (from: string, text: string, more = ''): string =>
  `<message from="${from}" to="${ME}" type="chat" id="${text}"><body>${text}</body>${more}</message>`;

/** Waits until all that was delivered before is handled. */
async function settled(): Promise<void> {
  const text = `marker-${String(server.delivered)}`;
  server.deliver(message(`${CAROL}/r`, text));
  await alice.until(() => alice.chatWith(CAROL)?.last?.text === text, text);
}

/** Every text that leaves, without the requests. */
const sent = (): string[] => server.sent.map((element) => serialize(element));

describe('the list', () => {
  it('is fetched after binding and kept by pushes', async () => {
    kept = [MALLORY, 'spam.test'];
    await enter();
    await alice.until(() => list()?.length === 2, 'the list');
    expect(alice.blocked.get(alice.account().id)).toEqual({
      account: alice.account().id,
      isOffered: true,
      canReport: true,
      addresses: [MALLORY, 'spam.test'],
    });
    push(undefined, item('block', 'Ann@b.test'));
    push(ME, item('unblock', MALLORY));
    await settled();
    expect(list()).toEqual(['ann@b.test', 'spam.test']);
    expect(sent().filter((text) => text.includes('type="result"'))).toHaveLength(2);
    push(ME, `<unblock xmlns="${NS}"/>`);
    await settled();
    expect(list()).toEqual([]);
  });

  it('is there at once after a restart, before any server said anything', async () => {
    kept = [MALLORY];
    await enter();
    await alice.until(() => list()?.length === 1, 'the list');
    await engine.stop();
    server.isReachable = false;
    await start();
    expect(list()).toEqual([MALLORY]);
  });

  it.each([
    ['a stranger', `${MALLORY}/x`, item('unblock', MALLORY)],
    ['a stranger, for everybody', MALLORY, `<unblock xmlns="${NS}"/>`],
    ['a contact', BOB, item('block', CAROL)],
    ['our server', 'a.test', item('block', CAROL)],
    ['a device of ours', `${ME}/other`, item('unblock', MALLORY)],
    ['an address that looks like ours', 'alice@a.test.evil.example', item('unblock', MALLORY)],
    ['an address that is none', '@', item('unblock', MALLORY)],
  ])('is not changed by %s, who gets no answer (H14)', async (_, from, payload) => {
    kept = [MALLORY];
    await enter();
    await alice.until(() => list()?.length === 1, 'the list');
    push(from, payload);
    await settled();
    expect(list()).toEqual([MALLORY]);
    expect(logged.filter((line) => line.includes('forged-block-push'))).toHaveLength(1);
    expect(sent().filter((text) => text.includes('type="result"') || text.includes('type="error"'))).toEqual(
      [],
    );
  });

  it('is not emptied by what cannot be understood', async () => {
    kept = [MALLORY];
    await enter();
    await alice.until(() => list()?.length === 1, 'the list');
    push(ME, `<unblock xmlns="${NS}"><item jid="@"/></unblock>`);
    push(ME, `<unblock xmlns="${NS}"/><unblock xmlns="${NS}"/>`);
    await settled();
    expect(list()).toEqual([MALLORY]);
  });
});

describe('somebody who is blocked', () => {
  beforeEach(async () => {
    kept = [BOB, 'evil.example'];
    await enter();
    await alice.until(() => list()?.length === 2, 'the list');
  });

  it.each([
    ['a message', message(`${BOB}/r`, 'hello')],
    ['a message in other letters', message('BOB@B.test/r', 'hello')],
    ['a message of a blocked server', message(`${MALLORY}/x`, 'hello')],
    [
      'a carbon',
      `<message from="${ME}" to="${ME}/d"><received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">` +
        `<message xmlns="jabber:client" from="${BOB}/r" to="${ME}/e" type="chat"><body>hello</body></message></forwarded></received></message>`,
    ],
  ])('is not heard, should the server let it through: %s (H80)', async (_, text) => {
    server.deliver(text);
    await settled();
    expect([...alice.chats.values()].map(({ address }) => address)).toEqual([CAROL]);
    expect(logged.filter((line) => line.includes('"rule":"blocked"'))).toHaveLength(1);
    expect(notices.every(({ title }) => title === CAROL)).toBe(true);
  });

  it('cannot ask for anything, and is not shown as being there', async () => {
    server.deliver(`<presence from="${BOB}/r" to="${ME}"/>`);
    server.deliver(`<presence from="${MALLORY}" to="${ME}" type="subscribe"/>`);
    server.deliver(
      `<iq from="${BOB}/r" to="${ME}/d" type="get" id="q1"><query xmlns="jabber:iq:version"/></iq>`,
    );
    await settled();
    expect(alice.requests.size).toBe(0);
    expect(alice.contacts.get(BOB)?.availability).toBe('offline');
    expect(sent().some((text) => text.includes('subscribed'))).toBe(false);
    expect(sent().find((text) => text.includes('q1'))).toContain('service-unavailable');
  });

  it('learns nothing: no word, no typing, no receipt', async () => {
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: BOB });
    server.requests.length = 0;
    await alice.call('chats.setEncryption', { chat, mode: 'off' });
    await alice.call('chats.setTyping', { chat, isTyping: true });
    const { message: id } = await alice.call('messages.send', { chat, text: 'into the void' });
    await alice.until(() => alice.messages.get(id)?.delivery === 'failed', 'the refusal');
    expect(alice.messages.get(id)?.failure).toEqual({ code: 'blocked' });
    await alice.call('people.card', { account: alice.account().id, address: BOB });
    await settled();
    expect(sent().filter((text) => text.includes(BOB))).toEqual([]);
    expect(server.requests.filter(({ to }) => to?.startsWith(BOB))).toEqual([]);
  });

  it('is heard again once it is over', async () => {
    await alice.call('blocking.unblock', { account: alice.account().id, addresses: [BOB] });
    expect(list()).toEqual(['evil.example']);
    server.deliver(message(`${BOB}/r`, 'at last', '<request xmlns="urn:xmpp:receipts"/>'));
    await alice.until(() => alice.chatWith(BOB)?.last?.text === 'at last', 'the message');
    await settled();
    expect(sent().some((text) => text.includes('urn:xmpp:receipts') && text.includes(BOB))).toBe(true);
  });
});

describe('what a person does', () => {
  beforeEach(enter);

  it('blocks a person, a server and many, with the report that was chosen', async () => {
    const account = alice.account().id;
    server.deliver(`<presence from="one@spam.test" to="${ME}" type="subscribe"/>`);
    server.deliver(`<presence from="two@spam.test" to="${ME}" type="subscribe"/>`);
    server.deliver(`<presence from="ann@b.test" to="${ME}" type="subscribe"/>`);
    await alice.until(() => alice.requests.size === 3, 'the requests');
    server.requests.length = 0;
    const report = { reason: 'spam', text: '', mayForward: false } as const;
    await alice.call('blocking.block', { account, addresses: ['Spam.test'], report });
    expect([...alice.requests.keys()]).toEqual(['ann@b.test']);
    const many = Array.from({ length: 450 }, (_, i) => `n${String(i)}@c.test`);
    await alice.call('blocking.block', { account, addresses: many });
    expect(list()).toHaveLength(451);
    const asked = server.requests.filter(({ payload }) => payload.ns === NS).map(({ payload }) => payload);
    expect(asked.map((payload) => payload.children.length)).toEqual([1, 200, 200, 50]);
    expect(serialize(asked[0] ?? xml('none', NS))).toBe(
      '<block xmlns="urn:xmpp:blocking"><item jid="spam.test"><report xmlns="urn:xmpp:reporting:1" reason="urn:xmpp:reporting:spam"/></item></block>',
    );
    // Nobody was told.
    expect(sent().filter((text) => text.includes('spam.test'))).toEqual([]);
  });

  it.each([
    [ME, 'not-allowed'],
    [`${ME}/phone`, 'not-allowed'],
    ['a.test', 'not-allowed'],
    ['A.Test', 'not-allowed'],
    ['mallory', 'not-an-address'],
    ['a@b@c', 'not-an-address'],
  ])('cannot block %s', async (address, code) => {
    const blocking = alice.call('blocking.block', { account: alice.account().id, addresses: [BOB, address] });
    await expect(blocking).rejects.toMatchObject({ code });
    expect(list()).toEqual([]);
  });

  it('refuses many who ask at once, and only those who ask', async () => {
    const account = alice.account().id;
    for (const name of ['one', 'two', 'three']) {
      server.deliver(`<presence from="${name}@spam.test" to="${ME}" type="subscribe"/>`);
    }
    await alice.until(() => alice.requests.size === 3, 'the requests');
    const requests = ['one@spam.test', 'two@spam.test', BOB].map((address) => ({ account, address }));
    await alice.call('contacts.refuseAll', { requests });
    expect([...alice.requests.keys()]).toEqual(['three@spam.test']);
    expect(sent().filter((text) => text.includes('unsubscribed'))).toEqual([
      '<presence to="one@spam.test" type="unsubscribed"/>',
      '<presence to="two@spam.test" type="unsubscribed"/>',
    ]);
  });
});

it('a list that names ourselves or our server does not make us deaf', async () => {
  kept = [ME, 'a.test'];
  await enter();
  await alice.until(() => list()?.length === 2, 'the list');
  server.deliver(message(`${ME}/other`, 'note to self'));
  await alice.until(() => alice.chatWith(ME)?.last?.text === 'note to self', 'our own word');
});

it('a server that cannot block says so, and a report that it does not take is not sent', async () => {
  server.features = ['urn:xmpp:carbons:2', 'urn:xmpp:sid:0'];
  await enter();
  const account = alice.account().id;
  await alice.until(() => alice.blocked.get(account)?.isOffered === false, 'the answer');
  await expect(alice.call('blocking.block', { account, addresses: [BOB] })).rejects.toMatchObject({
    code: 'not-allowed',
  });
  expect(server.requests.filter(({ payload }) => payload.ns === NS)).toEqual([]);
});
