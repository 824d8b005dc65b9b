/**
 * What is learned about servers and clients, by the whole engine on a scripted server: asked once, kept, verified, and
 * never more believed than it deserves (XEP-0030, XEP-0115, XEP-0390).
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { Disco, infoOf, recordOf } from '../../electron/engine/disco.ts';
import { EntityCapabilities } from '../../electron/engine/capabilities.ts';
import { createProfile, type Profile } from '../../electron/engine/profile.ts';
import type { Account } from '../../electron/engine/account.ts';
import * as accounts from '../../electron/store/accounts.ts';
import * as contacts from '../../electron/store/contacts.ts';
import * as discovery from '../../electron/store/discovery.ts';
import type { Database } from '../../electron/store/database.ts';
import { StanzaError, type IqRequest } from '../../electron/xmpp/wire.ts';
import { readPresence, type Presence } from '../../electron/xmpp/xep/presence.ts';
import { verificationOf } from '../../electron/xmpp/xep/xep0115.ts';
import { hashSetOf } from '../../electron/xmpp/xep/xep0390.ts';
import { stanza, type Element } from '../../electron/xmpp/xml.ts';
import { bareOf, readFullJid, resourceOf, type BareJid, type FullJid } from '../../shared/jid.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/people.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { bare, parseXml } from '../support/xml.ts';
import { temporaryDatabase } from '../store/profile.ts';
import { temporaryProfile } from '../support/template.ts';

const NS_INFO = 'http://jabber.org/protocol/disco#info';
const info = (content: string): Element => parseXml(`<query xmlns='${NS_INFO}'>${content}</query>`);
const features = (...names: string[]): string => names.map((name) => `<feature var='${name}'/>`).join('');
const client = "<identity category='client' type='pc'/>";
const result = (payload: Element): Element => stanza('iq', { type: 'result' }, payload);

describe('our server', () => {
  let folder: Awaited<ReturnType<typeof temporaryProfile>>;
  let server: ScriptedServer;
  let engine: Engine;
  let alice: Mirror;

  beforeEach(async () => {
    folder = await temporaryProfile('disco');
    server = new ScriptedServer();
    server.answers = ({ to, payload }: IqRequest) => {
      if (payload.ns === 'http://jabber.org/protocol/disco#items') {
        return result(
          parseXml(`<query xmlns='${payload.ns}'><item jid='upload.a.test'/><item jid='muc.a.test'/>
            <item jid='silent.a.test'/><item jid='alice@a.test'/><item jid='a.test'/></query>`),
        );
      }
      if (payload.ns !== NS_INFO) return undefined;
      switch (to) {
        case 'a.test':
          return result(
            info(`<identity category='server' type='im'/>${features('urn:xmpp:carbons:2', 'urn:xmpp:blocking')}
              <x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>
              <value>http://jabber.org/network/serverinfo</value></field>
              <field var='abuse-addresses'><value>mailto:abuse@a.test</value></field></x>`),
          );
        case 'upload.a.test':
          return result(
            info(`<identity category='store' type='file'/>${features('urn:xmpp:http:upload:0')}`),
          );
        case 'silent.a.test':
          return Promise.reject(new StanzaError('service-unavailable', 'cancel'));
        default:
          return undefined;
      }
    };
  });

  afterEach(async () => {
    await engine.stop();
    folder.remove();
  });

  const start = async (isFirst: boolean): Promise<void> => {
    engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
    alice = new Mirror(engine);
    await engine.start();
    if (isFirst) await alice.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
    await alice.until(() => alice.account().state === 'online', 'online');
  };
  const asked = (): string[] =>
    server.requests
      .filter(({ payload }) => payload.ns.startsWith('http://jabber.org/protocol/disco#'))
      .map(({ to, payload }) => `${payload.ns.replace(/.*#/, '')} ${to ?? ''}`)
      .sort();
  const described = async (): Promise<Readonly<Record<string, string>>> => {
    const { features: list } = await alice.call('server.describe', { account: alice.account().id });
    return Object.fromEntries(list.map(({ feature, state }) => [feature, state]));
  };

  it('is asked once, with its services, and described', async () => {
    await start(true);
    await eventually(() => Promise.resolve(asked().length === 6), 'all questions');
    expect(asked()).toEqual([
      'info a.test',
      'info alice@a.test',
      'info muc.a.test',
      'info silent.a.test',
      'info upload.a.test',
      'items a.test',
    ]);
    expect(await described()).toMatchObject({
      carbons: 'offered',
      blocking: 'offered',
      upload: 'offered',
      rooms: 'missing',
      push: 'missing',
      'stable-ids': 'offered',
      // The scripted wire tells nothing of its stream.
      resumption: 'unknown',
    });
    const page = await alice.call('server.describe', { account: alice.account().id });
    expect(page).toMatchObject({
      domain: 'a.test',
      contacts: [{ purpose: 'abuse', addresses: ['mailto:abuse@a.test'] }],
    });
  });

  it('is known before it answers, after a restart', async () => {
    await start(true);
    await eventually(() => Promise.resolve(asked().length === 6), 'all questions');
    await engine.stop();
    server.answers = ({ payload }) =>
      payload.ns.includes('disco#') ? new Promise<Element>(() => undefined) : undefined;
    engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
    alice = new Mirror(engine);
    await engine.start();
    await alice.until(() => alice.account().state === 'catching-up', 'it goes online and waits');
    server.answers = () => undefined;
    expect(await described()).toMatchObject({ carbons: 'offered', upload: 'offered', archive: 'missing' });
  });
});

// ————— Clients ———————————————————————————————————————————————————————————————————————————————————————————————

const BOB = 'bob@b.test/r';
const CAROL = 'carol@c.test/r';
const MALLORY = 'mallory@evil.example/x';

/** One account without a connection manager: its database and a wire on which clients answer. */
class Desk {
  readonly #folder = temporaryFolder('capabilities');
  readonly database: Database;
  readonly profile: Profile;
  readonly logged: string[] = [];
  readonly asked: { to: string | undefined; node: string | undefined }[] = [];
  readonly answers = new Map<string, () => Promise<Element> | Element>();
  readonly presences = new Map<BareJid, Map<string, Presence>>();
  readonly account: Account;
  readonly capabilities: EntityCapabilities;
  isOnline = true;
  now = 1_000_000;

  constructor(other?: Desk) {
    const host = {
      ...createTestHost({ profile: this.#folder.path }),
      now: () => this.now,
      log: (_area: string, event: string, data?: unknown) =>
        this.logged.push(`${event} ${JSON.stringify(data)}`),
    };
    this.database = other?.database ?? temporaryDatabase();
    const announce = (): undefined => undefined;
    this.profile = other?.profile ?? createProfile(host, this.database, announce, announce);
    const address = bare(other === undefined ? 'alice@a.test' : 'alice@second.test');
    const id = accounts.insertAccount(this.database, {
      address,
      password: 'x',
      resource: 'd',
      hue: 0,
      enabled: true,
      keepPassword: true,
      pins: [],
      scramSeen: false,
    } as Parameters<typeof accounts.insertAccount>[1]);
    const request = async ({ to, payload }: IqRequest): Promise<Element> => {
      this.asked.push({ to, node: payload.attrs['node'] });
      const answer = this.answers.get(to ?? '');
      if (answer === undefined) throw new StanzaError('service-unavailable', 'cancel');
      return result(await answer());
    };
    const wire = (): unknown => (this.isOnline ? { request } : undefined);
    this.account = {
      id,
      address,
      profile: this.profile,
      presences: this.presences,
      get wire() {
        return wire();
      },
      log: (event: string, data?: unknown) => host.log('account', event, data),
    } as unknown as Account;
    this.capabilities = new EntityCapabilities(this.account);
  }

  befriend(address: string, subscription: 'both' | 'to' | 'from' = 'both'): void {
    contacts.putContact(this.database, {
      account: this.account.id,
      address: bare(address),
      name: '',
      subscription,
      asking: false,
      groups: [],
    });
  }

  /** A presence arrives; resolves when nothing is being asked any more. */
  async appears(jid: string, ...elements: string[]): Promise<void> {
    const presence = readPresence(parseXml(`<presence from='${jid}'>${elements.join('')}</presence>`));
    const full = fullOf(jid);
    if (presence === undefined) throw new Error('no presence');
    const resources = this.presences.get(bareOf(full)) ?? new Map<string, Presence>();
    this.presences.set(bareOf(full), resources.set(resourceOf(full), presence));
    this.capabilities.noteAvailable(full);
    await idle();
  }

  featuresOf(jid: string): string[] | undefined {
    const known = this.capabilities.known(fullOf(jid));
    return known && [...known.features];
  }

  rows(): number {
    return (this.database.prepare('SELECT count(*) AS count FROM capabilities').get() as { count: number })
      .count;
  }

  close(): void {
    this.profile.settle();
    this.database.close();
    this.#folder.remove();
  }
}

const fullOf = (jid: string): FullJid => {
  const full = readFullJid(jid);
  if (full === undefined) throw new Error(`no full address: ${jid}`);
  return full;
};
const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const old = (query: Element, hash = 'sha-1'): string =>
  `<c xmlns='http://jabber.org/protocol/caps' hash='${hash}' node='urn:node' ver='${verificationOf(query) ?? ''}'/>`;
const set = (query: Element): string =>
  `<c xmlns='urn:xmpp:caps'>${(hashSetOf(query) ?? [])
    .map(({ algorithm, value }) => `<hash xmlns='urn:xmpp:hashes:2' algo='${algorithm}'>${value}</hash>`)
    .join('')}</c>`;

describe('clients of others', () => {
  let desk: Desk;
  const honest = info(client + features('urn:a', 'urn:b'));
  const lie = info(client + features('urn:a', 'urn:evil'));

  beforeEach(() => {
    desk = new Desk();
    for (const each of [BOB, CAROL, MALLORY]) desk.befriend(each.replace(/\/.*/, ''));
  });
  afterEach(() => {
    desk.close();
  });

  it.each([
    ['XEP-0115', old(honest), `urn:node#${verificationOf(honest) ?? ''}`],
    ['XEP-0390', set(honest), `urn:xmpp:caps#sha-256.${hashSetOf(honest)?.[0]?.value ?? ''}`],
    [
      'both: the better one',
      old(lie) + set(honest),
      `urn:xmpp:caps#sha-256.${hashSetOf(honest)?.[0]?.value ?? ''}`,
    ],
  ])('are asked once for each hash: %s', async (_, element, node) => {
    desk.answers.set(BOB, () => honest);
    await desk.appears(BOB, element);
    await desk.appears(BOB, element);
    await desk.appears(CAROL, element);
    expect(desk.asked).toEqual([{ to: BOB, node }]);
    expect(desk.featuresOf(BOB)).toEqual(['urn:a', 'urn:b']);
    expect(desk.featuresOf(CAROL)).toEqual(['urn:a', 'urn:b']);
    expect(desk.rows()).toBe(1);
  });

  it('share what is verified with all accounts', async () => {
    desk.answers.set(BOB, () => honest);
    await desk.appears(BOB, set(honest));
    const second = new Desk(desk);
    second.befriend('carol@c.test');
    await second.appears(CAROL, set(honest));
    expect(second.asked).toEqual([]);
    expect(second.featuresOf(CAROL)).toEqual(['urn:a', 'urn:b']);
  });

  it.each([
    ['XEP-0115', old(honest)],
    ['XEP-0390', set(honest)],
  ])('cannot poison the hash of others: %s', async (_, element) => {
    desk.answers.set(MALLORY, () => lie);
    desk.answers.set(BOB, () => honest);
    await desk.appears(MALLORY, element);
    // Mallory may say about herself what she likes, and about nobody else.
    expect(desk.featuresOf(MALLORY)).toEqual(['urn:a', 'urn:evil']);
    expect(desk.rows()).toBe(0);
    await desk.appears(BOB, element);
    expect(desk.featuresOf(BOB)).toEqual(['urn:a', 'urn:b']);
    expect(desk.rows()).toBe(1);
  });

  it('cannot poison it by an answer that can be read in two ways', async () => {
    const split = info(
      `${client}<feature var='urn:a&lt;urn:b'/>`, // hashes as the two features do
    );
    desk.answers.set(MALLORY, () => split);
    desk.answers.set(BOB, () => honest);
    await desk.appears(MALLORY, old(honest));
    expect(desk.rows()).toBe(0);
    await desk.appears(BOB, old(honest));
    expect(desk.featuresOf(BOB)).toEqual(['urn:a', 'urn:b']);
  });

  it('are not believed when the answer is ill-formed', async () => {
    desk.answers.set(MALLORY, () => info(client + client + features('urn:a')));
    await desk.appears(MALLORY, old(honest));
    expect(desk.featuresOf(MALLORY)).toBeUndefined();
    expect(desk.logged.filter((line) => line.includes('ill-formed-capabilities'))).toHaveLength(1);
    await desk.appears(MALLORY, old(honest));
    expect(desk.asked).toHaveLength(1);
  });

  it('speak for themselves with a hash that nobody knows', async () => {
    desk.answers.set(BOB, () => honest);
    await desk.appears(BOB, old(honest, 'md5'));
    expect(desk.featuresOf(BOB)).toEqual(['urn:a', 'urn:b']);
    await desk.appears(CAROL, old(honest, 'md5'));
    expect(desk.featuresOf(CAROL)).toBeUndefined();
    expect(desk.rows()).toBe(0);
  });

  it('two at the same time: the false answer of one does not serve the other', async () => {
    const { promise, resolve } = Promise.withResolvers<Element>();
    desk.answers.set(MALLORY, () => promise);
    desk.answers.set(BOB, () => honest);
    await desk.appears(MALLORY, old(honest));
    const bob = desk.appears(BOB, old(honest));
    expect(desk.asked).toHaveLength(1);
    resolve(lie);
    await bob;
    await idle();
    expect(desk.featuresOf(BOB)).toEqual(['urn:a', 'urn:b']);
    expect(desk.featuresOf(MALLORY)).toEqual(['urn:a', 'urn:evil']);
  });

  it('are believed as long as they claim the same', async () => {
    desk.answers.set(MALLORY, () => lie);
    await desk.appears(MALLORY, old(honest));
    expect(desk.featuresOf(MALLORY)).toEqual(['urn:a', 'urn:evil']);
    await desk.appears(MALLORY);
    expect(desk.featuresOf(MALLORY)).toBeUndefined();
  });

  it.each([
    ['a stranger', 'eve@evil.example/x'],
    ['somebody whom we only watch', 'watched@b.test/r'],
  ])('%s is not asked, because the question shows that we are here', async (_, jid) => {
    desk.befriend('watched@b.test', 'to');
    await desk.appears(jid, set(honest));
    expect(desk.asked).toEqual([]);
  });

  it('who says something new all the time is not asked each time', async () => {
    desk.answers.set(MALLORY, () => lie);
    for (let i = 0; i < 100; i += 1) {
      const query = info(client + features(`urn:${String(i)}`));
      desk.answers.set(MALLORY, () => query);
      await desk.appears(MALLORY, set(query));
    }
    expect(desk.asked).toHaveLength(10);
    desk.now += 60_000;
    await desk.appears(MALLORY, set(lie));
    expect(desk.asked).toHaveLength(11);
  });

  it('a long answer is its own, and not kept', async () => {
    const long = info(
      client + features(...Array.from({ length: 400 }, (_, i) => `urn:${'x'.repeat(100)}:${String(i)}`)),
    );
    desk.answers.set(BOB, () => long);
    await desk.appears(BOB, set(long));
    expect(desk.featuresOf(BOB)).toHaveLength(400);
    expect(desk.rows()).toBe(0);
  });

  it('who cannot be reached is asked again, who refuses is not', async () => {
    desk.isOnline = false;
    await desk.appears(BOB, set(honest));
    desk.isOnline = true;
    await desk.appears(BOB, set(honest));
    await desk.appears(BOB, set(honest));
    expect(desk.asked).toHaveLength(1);
  });

  it('at most four are asked at the same time', async () => {
    const people = Array.from({ length: 20 }, (_, i) => `p${String(i)}@b.test/r`);
    const answers = people.map(() => Promise.withResolvers<Element>());
    for (const [i, jid] of people.entries()) {
      desk.befriend(jid.replace('/r', ''));
      const query = info(client + features(`urn:${String(i)}`));
      desk.answers.set(jid, () => answers[i]?.promise ?? query);
      await desk.appears(jid, set(query));
    }
    expect(desk.asked).toHaveLength(4);
    for (const [i, answer] of answers.entries()) answer.resolve(info(client + features(`urn:${String(i)}`)));
    for (let i = 0; i < 50; i += 1) await idle();
    expect(desk.asked).toHaveLength(20);
    expect(people.map((jid) => desk.featuresOf(jid)?.[0])).toEqual(people.map((_, i) => `urn:${String(i)}`));
  });
});

describe('what is kept', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.close();
  });

  it('comes back as it was', () => {
    const record = recordOf({
      identities: [{ category: 'client', type: 'pc', name: 'X', language: 'de' }],
      features: new Set(['b', 'a', '__proto__']),
      forms: [{ type: 'result', formType: 'urn:f', fields: new Map([['x', ['1', '2']]]) }],
    });
    const key = { protocol: 'p', algorithm: 'a', value: 'v' };
    expect(discovery.putCapabilities(desk.database, key, record, 1)).toBe(true);
    expect(discovery.getCapabilities(desk.database, key)).toEqual(record);
    expect(recordOf(infoOf(record))).toEqual(record);
    discovery.putDiscovered(desk.database, desk.account.id, 'a.test', record);
    expect(new Disco(desk.account).server.features).toEqual(new Set(['b', 'a', '__proto__']));
  });

  it('is bounded: what was not needed for longest goes first', () => {
    const record = recordOf({ identities: [], features: new Set(['x']), forms: [] });
    const key = (i: number): discovery.CapabilityKey => ({ protocol: 'p', algorithm: 'a', value: String(i) });
    for (let i = 0; i <= discovery.MOST_CAPABILITIES; i += 1) {
      discovery.putCapabilities(desk.database, key(i), record, i);
      if (i === 500) discovery.touchCapabilities(desk.database, key(0), 5_000);
    }
    expect(desk.rows()).toBe(discovery.MOST_CAPABILITIES - 99);
    expect(discovery.getCapabilities(desk.database, key(0))).toEqual(record);
    expect(discovery.getCapabilities(desk.database, key(1))).toBeUndefined();
  });

  it.each([
    '',
    'no json',
    '[]',
    '{"identities":7,"features":[1,"a"],"forms":[{"fields":[[1],["n",["v",2]]]}]}',
  ])('nonsense in the database is nothing: %s', (text) => {
    desk.database
      .prepare('INSERT INTO capabilities (protocol, algorithm, value, info, used) VALUES (?, ?, ?, ?, 0)')
      .run('p', 'a', 'v', text);
    const record = discovery.getCapabilities(desk.database, { protocol: 'p', algorithm: 'a', value: 'v' });
    expect(record?.identities).toEqual([]);
    expect(record && infoOf(record).forms.length).toBe(text.includes('forms') ? 1 : 0);
  });
});
