/** Whose pictures and names are taken in, and what of them: hostile rows H18, H60, H64 and H79 beside the usual ones. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { StanzaError, type IqRequest } from '../../electron/xmpp/wire.ts';
import { child, childElements, stanza, xml, type Element } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { pngOf, sha1 } from '../support/pictures.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const HIDDEN = 'carol@c.test';
const MALLORY = 'mallory@evil.example';
const META = 'urn:xmpp:avatar:metadata';
const DATA = 'urn:xmpp:avatar:data';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const RED = pngOf([200, 30, 30]);
const BLUE = pngOf([30, 30, 200]);

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let now: number;
/** What lies on data nodes by hash, and in vCards by address. */
let data: Map<string, Uint8Array>;
let photos: Map<string, Uint8Array>;

async function start(): Promise<void> {
  const host = createTestHost({ profile: folder.path, now: () => now });
  engine = createEngine({ ...host, connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
}

beforeEach(async () => {
  folder = await temporaryProfile('faces');
  data = new Map();
  photos = new Map();
  now = Date.now();
  server = new ScriptedServer([
    { jid: FRIEND, subscription: 'both' },
    { jid: HIDDEN, subscription: 'from' },
  ]);
  server.answers = answer;
  await start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const result = (payload: Element): Element => stanza('iq', { type: 'result', id: 'x' }, payload);

function answer({ type, to, payload }: IqRequest): Element | undefined {
  if (type !== 'get') return undefined;
  if (payload.ns === 'vcard-temp') {
    const photo = photos.get(to ?? ME);
    const inner = photo && xml('PHOTO', 'vcard-temp', {}, xml('BINVAL', 'vcard-temp', {}, base64(photo)));
    return result(xml('vCard', 'vcard-temp', {}, inner));
  }
  const items = child(payload, 'items', PUBSUB);
  const id = items && child(items, 'item', PUBSUB)?.attrs['id'];
  if (items?.attrs['node'] !== DATA || id === undefined) return undefined;
  const bytes = data.get(id);
  if (bytes === undefined) throw new StanzaError('item-not-found', 'cancel');
  const item = xml('item', PUBSUB, { id }, xml('data', DATA, {}, base64(bytes)));
  return result(xml('pubsub', PUBSUB, {}, xml('items', PUBSUB, { node: DATA }, item)));
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const event = (from: string, node: string, payload: string, id = 'i'): string =>
  `<message from="${from}" to="${ME}/d1" type="headline"><event xmlns="${PUBSUB}#event"><items node="${node}"><item id="${id}">${payload}</item></items></event></message>`;
const metadata = (from: string, hash: string, { bytes = 100, url = '' } = {}): string =>
  event(
    from,
    META,
    `<metadata xmlns="${META}"><info id="${hash}" bytes="${bytes}" type="image/png"${url === '' ? '' : ` url="${url}"`}/></metadata>`,
    hash,
  );
const nothing = (from: string): string => event(from, META, `<metadata xmlns="${META}"/>`);
const nick = (from: string, name: string): string =>
  event(
    from,
    'http://jabber.org/protocol/nick',
    `<nick xmlns="http://jabber.org/protocol/nick">${name}</nick>`,
  );
const presence = (from: string, photo: string): string =>
  `<presence from="${from}/r"><x xmlns="vcard-temp:x:update">${photo}</x></presence>`;

function offer(bytes: Uint8Array): string {
  data.set(sha1(bytes), bytes);
  return sha1(bytes);
}
const friend = () => alice.contacts.get(FRIEND);
const shows = (hash: string | undefined): Promise<unknown> =>
  alice.until(() => friend()?.avatar === hash, `shows ${hash}`);
/** All requests for pictures so far, by whose they are. */
const asked = (): string[] =>
  server.requests
    .filter(
      ({ type, payload }) =>
        type === 'get' &&
        (payload.ns === 'vcard-temp' || childElements(payload).some(({ attrs }) => attrs['node'] === DATA)),
    )
    .map(({ to }) => to ?? ME);
/** Everything that was delivered is handled, and every picture that is to be asked for was. */
async function settled(): Promise<void> {
  const mark = `mark ${server.delivered}`;
  server.deliver(`<presence from="${FRIEND}/r"><status>${mark}</status></presence>`);
  await alice.until(() => friend()?.status === mark, mark);
  await new Promise(setImmediate);
}

describe('a picture', () => {
  it('of a contact is fetched once, shown, kept over a restart, and gone when they say so', async () => {
    const hash = offer(RED);
    server.deliver(metadata(FRIEND, hash));
    await shows(hash);
    const piece = await engine.readFile(hash, 0, 1_000_000);
    expect(piece).toEqual({ type: 'image/png', size: RED.length, bytes: Uint8Array.from(RED) });
    server.deliver(metadata(FRIEND, hash));
    server.deliver(presence(FRIEND, `<photo>${hash}</photo>`));
    await settled();
    expect(asked()).toEqual([FRIEND]);

    await engine.stop();
    await start();
    await alice.call('app.snapshot', {}).then((snapshot) => alice.apply(snapshot));
    expect(friend()?.avatar).toBe(hash);

    await alice.until(() => alice.account().state === 'online', 'online');
    server.deliver(nothing(FRIEND));
    await shows(undefined);
    expect(await engine.readFile(hash, 0, 10)).toBeUndefined();
  });

  it('of ours is shown on the account', async () => {
    const hash = offer(BLUE);
    server.deliver(metadata(ME, hash));
    await alice.until(() => alice.account().avatar === hash, 'own picture');
  });

  it('in a vCard is found by the hash in presence, and lets the newer way go first', async () => {
    photos.set(FRIEND, RED);
    server.deliver(presence(FRIEND, `<photo>${sha1(RED)}</photo>`));
    await shows(sha1(RED));
    server.deliver(metadata(FRIEND, offer(BLUE)));
    await shows(sha1(BLUE));
    server.deliver(presence(FRIEND, '<photo/>'));
    await settled();
    expect(friend()?.avatar).toBe(sha1(BLUE));
  });

  it('shown by two is kept once, and as long as one of them shows it', async () => {
    const hash = offer(RED);
    server.deliver(metadata(FRIEND, hash));
    await shows(hash);
    server.deliver(metadata(ME, hash));
    await alice.until(() => alice.account().avatar === hash, 'own picture');
    expect(asked()).toEqual([FRIEND]);
    server.deliver(metadata(FRIEND, offer(BLUE)));
    await shows(sha1(BLUE));
    expect(await engine.readFile(hash, 0, 10)).toBeDefined();
    server.deliver(nothing(ME));
    await alice.until(() => alice.account().avatar === undefined, 'no own picture');
    expect(await engine.readFile(hash, 0, 10)).toBeUndefined();
  });

  it('goes with the right to see them', async () => {
    const hash = offer(RED);
    server.deliver(metadata(FRIEND, hash));
    await shows(hash);
    server.deliver(
      `<iq type="set" id="p" to="${ME}/d1"><query xmlns="jabber:iq:roster"><item jid="${FRIEND}" subscription="from"/></query></iq>`,
    );
    await shows(undefined);
    expect(await engine.readFile(hash, 0, 10)).toBeUndefined();
  });

  it('goes with the contact', async () => {
    const hash = offer(RED);
    server.deliver(metadata(FRIEND, hash));
    await shows(hash);
    server.deliver(
      `<iq type="set" id="p" to="${ME}/d1"><query xmlns="jabber:iq:roster"><item jid="${FRIEND}" subscription="remove"/></query></iq>`,
    );
    await alice.until(() => friend() === undefined, 'gone');
    expect(await engine.readFile(hash, 0, 10)).toBeUndefined();
  });
});

describe('nothing is asked of, and nothing believed of', () => {
  it.each([
    ['a stranger', metadata(MALLORY, sha1(RED))],
    ['a stranger, by presence', presence(MALLORY, `<photo>${sha1(RED)}</photo>`)],
    ['somebody who does not let us see them', metadata(HIDDEN, sha1(RED))],
    ['a full address, which owns no node', metadata(`${FRIEND}/r`, sha1(RED))],
    ['a picture on the web', metadata(FRIEND, sha1(RED), { url: 'http://127.0.0.1/x' })],
    ['a picture that is announced as too large', metadata(FRIEND, sha1(RED), { bytes: 262_145 })],
    ['a hash that is none', metadata(FRIEND, '../../../etc/passwd')],
  ])('%s', async (_name, text) => {
    offer(RED);
    server.deliver(text);
    await settled();
    expect(asked()).toEqual([]);
    expect(friend()?.avatar).toBeUndefined();
  });

  it('a stranger who speaks in the name of a contact', async () => {
    server.deliver(metadata(FRIEND, offer(RED)));
    await shows(sha1(RED));
    server.deliver(nothing(MALLORY));
    server.deliver(nick(MALLORY, 'Bob'));
    await settled();
    expect(friend()).toMatchObject({ avatar: sha1(RED) });
    expect(friend()?.called).toBeUndefined();
  });
});

describe('what is refused', () => {
  const refused = async (text: string): Promise<void> => {
    server.deliver(text);
    await eventually(() => Promise.resolve(asked().length === 1), 'asked');
    await settled();
    expect(friend()?.avatar).toBeUndefined();
  };

  it('is not asked for again for a day', async () => {
    const hash = sha1(RED); // it is not there
    await refused(metadata(FRIEND, hash));
    server.deliver(nothing(FRIEND));
    server.deliver(metadata(FRIEND, hash));
    await settled();
    expect(asked()).toEqual([FRIEND]);
    now += 86_400_001;
    offer(RED);
    server.deliver(nothing(FRIEND));
    server.deliver(metadata(FRIEND, hash));
    await shows(hash);
  });

  it('data that is not what was announced', async () => {
    data.set(sha1(RED), BLUE);
    await refused(metadata(FRIEND, sha1(RED)));
  });

  it('another vCard than the one that was announced', async () => {
    photos.set(FRIEND, BLUE);
    await refused(presence(FRIEND, `<photo>${sha1(RED)}</photo>`));
  });

  it('a contact who changes it all the time', async () => {
    for (let n = 0; n < 30; n += 1) {
      server.deliver(metadata(FRIEND, offer(pngOf([n, n, n]))));
      await settled();
    }
    expect(asked().length).toBeLessThanOrEqual(6);
  });
});

describe('a nickname', () => {
  it('is what a contact is called, until the person names them', async () => {
    server.deliver(nick(FRIEND, ' Bobby \u202E Tables '));
    await alice.until(() => friend()?.called === 'Bobby Tables', 'called');
    expect(friend()?.name).toBe('');
    server.deliver(nick(FRIEND, 'alice@a.test'));
    await alice.until(() => friend()?.called === undefined, 'not called');
  });

  it('of ours stands on the account', async () => {
    server.deliver(nick(ME, 'Ally'));
    await alice.until(() => alice.account().nickname === 'Ally', 'own');
  });
});
