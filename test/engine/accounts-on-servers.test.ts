/** Invitations, moves and passwords against people who lie and a server that refuses, forgets and wants to know more. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { StanzaError, WireClosed, type IqRequest } from '../../electron/xmpp/wire.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { parseXml } from '../support/xml.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'romeo@montague.example';
const OLD = 'juliet@im.example.net';
const NEW = 'juliet@capulet.example';
const MALLORY = 'mallory@evil.example';

let server: ScriptedServer;
let engine: Engine;
let romeo: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let account: number;

const boot = async (): Promise<void> => {
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  romeo = new Mirror(engine);
  await engine.start();
};

beforeEach(async () => {
  folder = await temporaryProfile('accounts');
  server = new ScriptedServer([
    { jid: OLD, subscription: 'both', name: 'My Juliet' },
    { jid: 'nurse@capulet.example', subscription: 'to' },
  ]);
  await boot();
  ({ account } = await romeo.call('accounts.signIn', { address: ME, password: 'first' }));
  await romeo.until(() => romeo.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const sent = (to: string): string[] =>
  server.sent.filter(({ attrs }) => attrs['to'] === to).map(({ attrs }) => attrs['type'] ?? '');
const subscribe = (from: string, inner = ''): void =>
  server.deliver(
    `<presence xmlns="jabber:client" from="${from}" to="${ME}" type="subscribe">${inner}</presence>`,
  );
const moved = (old: string): string => `<moved xmlns="urn:xmpp:moved:1"><old-jid>${old}</old-jid></moved>`;
const statement = (address: string): Element =>
  parseXml(`<iq type="result"><pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="urn:xmpp:moved:1">
    <item id="current"><moved xmlns="urn:xmpp:moved:1"><new-jid>${address}</new-jid></moved></item></items></pubsub></iq>`);
const asksStatement = ({ to, payload }: IqRequest): boolean =>
  to === OLD && serialize(payload).includes('urn:xmpp:moved:1');
const statementsAsked = (): number => server.requests.filter(asksStatement).length;

describe('a move', () => {
  it('is believed when the old address says the same', async () => {
    server.answers = (iq) => (asksStatement(iq) ? statement(NEW) : undefined);
    subscribe(NEW, moved(OLD));
    await romeo.until(() => romeo.requests.get(NEW)?.movedFrom === OLD, 'verified');
  });

  it.each([
    ['the old address names somebody else', MALLORY, OLD, statement(NEW), 1],
    ['the old address says nothing', MALLORY, OLD, undefined, 1],
    ['the old address was never a contact', MALLORY, 'stranger@x.example', statement(MALLORY), 0],
    ['the old address could not see us', MALLORY, 'nurse@capulet.example', statement(MALLORY), 0],
    ['the old address is the same', MALLORY, MALLORY, statement(MALLORY), 0],
  ])('is only a request when %s', async (_why, from, old, answer, asked) => {
    server.answers = (iq) => (asksStatement(iq) ? answer : undefined);
    subscribe(from, moved(old));
    await romeo.until(() => romeo.requests.get(from), 'the request');
    // A second stranger's request is handled after the first one's, and after what it asked for.
    subscribe('other@x.example');
    await romeo.until(() => romeo.requests.get('other@x.example'), 'the other request');
    expect(romeo.requests.get(from)).not.toHaveProperty('movedFrom');
    expect(statementsAsked()).toBe(asked);
    expect(sent(from)).toEqual([]);
    expect(sent(OLD)).not.toContain('unsubscribed');
  });
});

describe('a token', () => {
  it('that nobody gave lets nobody in', async () => {
    await romeo.call('accounts.invite', { account });
    subscribe(MALLORY, '<preauth xmlns="urn:xmpp:pars:0" token="guessed"/>');
    await romeo.until(() => romeo.requests.get(MALLORY), 'the request');
    expect(sent(MALLORY)).toEqual([]);
  });

  it('of ours lets in whoever has it, under no name of their own, and only once', async () => {
    const { uri } = await romeo.call('accounts.invite', { account });
    const token = /preauth=([^;]+)/.exec(uri)?.[1] ?? '';
    expect(token.length).toBeGreaterThanOrEqual(22);
    const preauth = `<preauth xmlns="urn:xmpp:pars:0" token="${token}"/><nick xmlns="http://jabber.org/protocol/nick">Juliet</nick>`;
    subscribe(NEW, preauth);
    subscribe(MALLORY, preauth);
    await romeo.until(() => romeo.requests.get(MALLORY), 'the request of the second');
    expect(sent(NEW)).toEqual(['subscribed', 'subscribe']);
    expect(sent(MALLORY)).toEqual([]);
    const added = server.requests.filter(({ payload }) => serialize(payload).includes(NEW));
    expect(added.map(({ payload }) => serialize(payload))).toEqual([
      `<query xmlns="jabber:iq:roster"><item jid="${NEW}"/></query>`,
    ]);
  });
});

describe('a password', () => {
  const isChange = ({ payload }: IqRequest): boolean => payload.ns === 'jabber:iq:register';
  const signInAgain = async (): Promise<string | undefined> => {
    await romeo.call('accounts.setEnabled', { account, enabled: false });
    await romeo.call('accounts.setEnabled', { account, enabled: true });
    await romeo.until(() => romeo.account().state === 'online', 'online');
    return server.options?.password;
  };

  it('that the server refuses leaves the old one', async () => {
    server.answers = (iq) =>
      isChange(iq) ? Promise.reject(new StanzaError('not-allowed', 'cancel')) : undefined;
    await expect(
      romeo.call('accounts.changePassword', { account, password: 'second' }),
    ).rejects.toMatchObject({
      condition: 'not-allowed',
    });
    expect(await signInAgain()).toBe('first');
  });

  it('that nobody knows of is tried after the old one, which is kept as long as it works', async () => {
    server.answers = (iq) => (isChange(iq) ? Promise.reject(new WireClosed('gone')) : undefined);
    await expect(
      romeo.call('accounts.changePassword', { account, password: 'second' }),
    ).rejects.toMatchObject({
      code: 'offline',
    });
    expect(await signInAgain()).toBe('first');
    const tried: (string | undefined)[] = [];
    const { connect } = server;
    await engine.stop();
    engine = createEngine({
      ...createTestHost({ profile: folder.path }),
      connect: (options, events) => {
        tried.push(options.password);
        if (options.password !== 'first') return connect(options, events);
        const wire = connect(options, { ...events, state: () => undefined });
        queueMicrotask(() => events.state({ kind: 'closed', problem: { code: 'credentials' } }));
        return wire;
      },
    });
    romeo = new Mirror(engine);
    await engine.start();
    romeo.apply(await romeo.call('app.snapshot', {}));
    await romeo.until(() => romeo.account().state === 'online', 'online by the second');
    expect(tried).toEqual(['first', 'second']);
  });

  it('that needs more first brings a form, and what was typed goes into it', async () => {
    const refusal =
      parseXml(`<iq type="error"><query xmlns="jabber:iq:register"><x xmlns="jabber:x:data" type="form">
      <field type="hidden" var="FORM_TYPE"><value>jabber:iq:register:changepassword</value></field>
      <field type="text-single" var="username"><required/></field>
      <field type="text-private" var="old_password"><required/></field>
      <field type="text-private" var="password"><required/></field></x></query></iq>`);
    let isFirst = true;
    server.answers = (iq) => {
      if (!isChange(iq) || !isFirst) return undefined;
      isFirst = false;
      return Promise.reject(new StanzaError('not-authorized', 'modify', undefined, refusal));
    };
    const { form } = await romeo.call('accounts.changePassword', { account, password: 'second' });
    expect(form?.fields.map(({ name }) => name)).toEqual(['username', 'old_password', 'password']);
    const answers = ['username', 'old_password', 'password'].map((name) => ({ name, values: ['romeo'] }));
    expect(await romeo.call('accounts.changePassword', { account, password: 'second', answers })).toEqual({});
    const last = server.requests.filter(isChange).at(-1);
    expect(last && serialize(last.payload)).toContain(
      '<field var="password" type="text-private"><value>second</value></field>',
    );
    expect(await signInAgain()).toBe('second');
  });
});

describe('a link from outside', () => {
  it('waits for the person, one at a time, and is nothing when it is none', async () => {
    await expect(romeo.call('app.openUri', { uri: 'https://evil.example' })).rejects.toMatchObject({
      code: 'not-an-address',
    });
    await romeo.call('app.openUri', { uri: `xmpp:${MALLORY}?remove` });
    await romeo.call('app.openUri', { uri: `xmpp:${NEW}?roster` });
    const { changes } = await romeo.call('app.snapshot', {});
    expect(changes.filter(({ put }) => put === 'intent')).toEqual([
      { put: 'intent', uri: `xmpp:${NEW}?roster` },
    ]);
    expect(sent(NEW)).toEqual([]);
    await romeo.call('app.dropIntent', {});
    expect(romeo.intent).toBeUndefined();
  });

  it('is forgotten for a chat that is asked for, which has to be there', async () => {
    await romeo.call('app.openUri', { uri: `xmpp:${NEW}?roster` });
    const { chat } = await romeo.call('chats.open', { account: romeo.account().id, address: NEW });
    await romeo.call('app.showChat', { chat });
    const asked = async (): Promise<unknown[]> =>
      (await romeo.call('app.snapshot', {})).changes.filter(
        ({ put }) => put === 'intent' || put === 'wanted',
      );
    expect(await asked()).toEqual([{ put: 'wanted', chat }]);
    await expect(romeo.call('app.showChat', { chat: chat + 1_000 })).rejects.toMatchObject({
      code: 'not-found',
    });
    await romeo.call('app.dropIntent', {});
    expect(await asked()).toEqual([]);
  });
});
