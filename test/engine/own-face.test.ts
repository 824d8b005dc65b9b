/** What we publish of ourselves, and what we ask others for: nothing is lost, nothing asked of strangers, nothing kept of them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { StanzaError, type IqRequest } from '../../electron/xmpp/wire.ts';
import { child, serialize, stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { pngOf, sha1 } from '../support/pictures.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { parseXml as parse } from '../support/xml.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const MALLORY = 'mallory@evil.example';
const DISCO = 'http://jabber.org/protocol/disco#info';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const RED = pngOf([200, 30, 30], 64);

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
/** Whether the server keeps vCard and presence in step with what we publish. */
let converts = true;
/** Our vCard as it lies there; an error is what we get instead. */
let vcard: Element | StanzaError;
/** Cards of others. */
let cards: Map<string, Element>;
let asked: IqRequest[];

beforeEach(async () => {
  folder = await temporaryProfile('own-face');
  vcard = parse("<vCard xmlns='vcard-temp'><FN>Alice</FN><X-CAT>Dinah</X-CAT></vCard>");
  cards = new Map<string, Element>();
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both' }]);
  server.answers = answer;
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  asked = [];
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const result = (payload?: Element): Element => stanza('iq', { type: 'result', id: 'x' }, payload);

function answer(iq: IqRequest): Element | undefined {
  const { type, to, payload } = iq;
  asked.push(iq);
  if (payload.ns === DISCO && (to === undefined || to === ME)) {
    const pep = xml('identity', DISCO, { category: 'pubsub', type: 'pep' });
    return result(
      xml(
        'query',
        DISCO,
        {},
        pep,
        converts && xml('feature', DISCO, { var: 'urn:xmpp:pep-vcard-conversion:0' }),
      ),
    );
  }
  if (payload.ns === 'vcard-temp') {
    if (vcard instanceof StanzaError) throw vcard;
    if (to !== undefined) return result(cards.get(to) ?? xml('vCard', 'vcard-temp'));
    if (type === 'set') vcard = payload;
    return result(type === 'set' ? undefined : vcard);
  }
  return undefined;
}

/** What was written, as text; of personal nodes only what the contacts get. */
const written = (): string[] =>
  asked.flatMap(({ type, payload }) =>
    type === 'set' ? [serialize(child(payload, 'publish', PUBSUB) ?? payload)] : [],
  );
const account = (): number => alice.account().id;
const picture = Uint8Array.from(RED);

describe('our picture', () => {
  it('is published by the newer way alone where the server converts', async () => {
    await alice.call('self.setPicture', { account: account(), picture });
    expect(written().map((text) => /node="([^"]*)"/.exec(text)?.[1])).toEqual([
      'urn:xmpp:avatar:data',
      'urn:xmpp:avatar:metadata',
    ]);
    expect(alice.account().avatar).toBe(sha1(RED));
    expect(
      server.sent.map((each) => serialize(each)).some((text) => text.includes('vcard-temp:x:update')),
    ).toBe(false);
  });

  it.each([
    ['no PNG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['one that is too large to be shown so small', pngOf([0, 0, 0], 600)],
    ['a broken one', RED.subarray(0, 60)],
  ])('is not %s', async (_name, bytes) => {
    const order = { account: account(), picture: Uint8Array.from(bytes) };
    await expect(alice.call('self.setPicture', order)).rejects.toMatchObject({ code: 'invalid' });
    expect(written()).toEqual([]);
  });
});

describe('our picture, where the server does not convert', () => {
  beforeAll(() => void (converts = false));
  afterAll(() => void (converts = true));

  it('is put on the vCard as well where it does not, beside all that is there, and into presence', async () => {
    await alice.call('self.setPicture', { account: account(), picture });
    const text = serialize(vcard as Element);
    expect(text).toContain('<FN>Alice</FN><X-CAT>Dinah</X-CAT><PHOTO><TYPE>image/png</TYPE><BINVAL>');
    expect(serialize(server.sent.at(-1)!)).toContain(`<photo>${sha1(RED)}</photo>`);
    await alice.call('self.removePicture', { account: account() });
    expect(serialize(vcard as Element)).toBe(
      '<vCard xmlns="vcard-temp"><FN>Alice</FN><X-CAT>Dinah</X-CAT></vCard>',
    );
    expect(serialize(server.sent.at(-1)!)).toContain('<photo/>');
    expect(alice.account().avatar).toBeUndefined();
  });

  it('does not replace a vCard that could not be read', async () => {
    vcard = new StanzaError('internal-server-error', 'wait');
    await expect(alice.call('self.setPicture', { account: account(), picture })).rejects.toMatchObject({
      code: 'refused',
    });
    expect(written().some((text) => text.includes('<vCard'))).toBe(false);
  });
});

describe('our card', () => {
  const card = { fullName: 'Alice L.', nickname: 'Ally', emails: [], phones: [], pages: [] };

  it('keeps what other programs wrote, in both forms', async () => {
    await alice.call('self.saveCard', { account: account(), card });
    const text = serialize(vcard as Element);
    expect(text).toContain('<FN>Alice L.</FN><X-CAT>Dinah</X-CAT><NICKNAME>Ally</NICKNAME>');
    expect(written().some((each) => each.includes('urn:xmpp:vcard4'))).toBe(true);
    expect(alice.account().nickname).toBe('Ally');
  });

  it('is left alone when it could not be read', async () => {
    vcard = new StanzaError('forbidden', 'auth');
    await expect(alice.call('self.saveCard', { account: account(), card })).rejects.toMatchObject({
      code: 'refused',
    });
    expect(written()).toEqual([]);
  });

  it('has no name that looks like an address', async () => {
    const order = { account: account(), card: { ...card, nickname: 'bob＠b.test' } };
    await expect(alice.call('self.saveCard', order)).rejects.toMatchObject({ code: 'invalid' });
    expect(written()).toEqual([]);
  });
});

describe('the card of somebody', () => {
  const said = (name: string): Element => parse(`<vCard xmlns='vcard-temp'><FN>${name}</FN></vCard>`);
  const ask = (address: string) => alice.call('people.card', { account: account(), address });

  it('is asked of a contact once, and names them where nobody else does', async () => {
    cards.set(FRIEND, said('Robert'));
    expect((await ask(FRIEND)).card?.fullName).toBe('Robert');
    expect(alice.contacts.get(FRIEND)?.called).toBe('Robert');
    const count = asked.length;
    expect((await ask(FRIEND)).card?.fullName).toBe('Robert');
    expect(asked).toHaveLength(count);
  });

  it('names nobody by an address', async () => {
    cards.set(FRIEND, said('mallory@evil.example'));
    await ask(FRIEND);
    expect(alice.contacts.get(FRIEND)?.called).toBeUndefined();
  });

  it('is not asked of a stranger', async () => {
    cards.set(MALLORY, said('Mal'));
    expect(await ask(MALLORY)).toEqual({ isOld: false });
    expect(asked).toEqual([]);
  });
});

describe('a note', () => {
  it('stays with the contact, and goes with the chat of a stranger', async () => {
    for (const address of [FRIEND, MALLORY]) {
      await alice.call('chats.open', { account: account(), address });
      await alice.call('people.setNote', { account: account(), address, text: ` about ${address} ` });
    }
    for (const address of [FRIEND, MALLORY]) {
      expect((await alice.call('people.note', { account: account(), address })).text).toBe(
        `about ${address}`,
      );
      await alice.call('chats.remove', { chat: alice.chatWith(address)!.id });
    }
    expect((await alice.call('people.note', { account: account(), address: FRIEND })).text).not.toBe('');
    expect((await alice.call('people.note', { account: account(), address: MALLORY })).text).toBe('');
    expect(JSON.stringify(asked)).not.toContain('about ');
  });
});
