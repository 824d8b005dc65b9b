/**
 * A room of scripted people, and Alice in it: her engine is real, what the room says is made up by the test. Bob and
 * Mallory are in it as well.
 */
import { afterEach } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { MessageRow } from '../../shared/contract.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import { createTestHost, Mirror } from './engine.ts';
import { eventually } from './people.ts';
import { ScriptedServer } from './scripted-wire.ts';
import { temporaryProfile } from './template.ts';

export const ME = 'alice@a.test';
export const FRIEND = 'bob@b.test';
export const MALLORY = 'mallory@evil.example';
export const ROOM = 'coven@rooms.test';
export const USER = 'http://jabber.org/protocol/muc#user';
export const IDS = 'urn:xmpp:occupant-id:0';
export const STABLE = 'urn:xmpp:sid:0';

const roomInfo = (features: readonly string[]): string =>
  `<iq type="result" id="i"><query xmlns="http://jabber.org/protocol/disco#info"><identity category="conference" type="text" name="Coven"/>${[
    'http://jabber.org/protocol/muc',
    ...features,
  ]
    .map((name) => `<feature var="${name}"/>`)
    .join('')}</query></iq>`;

export const presence = (nick: string, inner: string, id: string, rest = ''): string =>
  `<presence from="${ROOM}/${nick}" to="${ME}/d"><x xmlns="${USER}">${inner}</x><occupant-id xmlns="${IDS}" id="${id}"/>${rest}</presence>`;
export const message = (from: string, inner: string, type = 'groupchat', id = 'm1'): string =>
  `<message from="${from}" to="${ME}/d" type="${type}" id="${id}">${inner}</message>`;
export const by = (id: string): string => `<occupant-id xmlns="${IDS}" id="${id}"/>`;
export const stamped = (id: string): string => `<stanza-id xmlns="${STABLE}" by="${ROOM}" id="${id}"/>`;

export class Coven {
  readonly server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  /** What the room says that it is; a test may change it. */
  features: readonly string[];
  /** What the person was told. */
  readonly notices: { chat?: number | undefined; title: string; body: string }[] = [];
  alice!: Mirror;
  chat = 0;
  #engine!: Engine;
  readonly #folder: Awaited<ReturnType<typeof temporaryProfile>>;

  private constructor(folder: Awaited<ReturnType<typeof temporaryProfile>>, features: readonly string[]) {
    this.#folder = folder;
    this.features = features;
    this.server.answers = ({ to, payload }) =>
      to === ROOM && payload.ns.endsWith('#info') ? parseStanza(roomInfo(this.features)) : undefined;
  }

  /** Alice is online, and in no room yet. It ends with the test. */
  static async online(features: readonly string[]): Promise<Coven> {
    const coven = new Coven(await temporaryProfile('coven'), features);
    running.push(coven);
    await coven.boot();
    await coven.alice.call('accounts.signIn', { address: ME, password: 'x' });
    await coven.alice.until(() => coven.alice.account().state === 'online', 'online');
    return coven;
  }

  /** Alice is in the room. */
  static async open(features: readonly string[]): Promise<Coven> {
    const coven = await Coven.online(features);
    const { alice } = coven;
    const joined = await alice.call('rooms.join', {
      account: alice.account().id,
      address: ROOM,
      nick: 'alice',
    });
    coven.chat = joined.chat;
    await coven.letIn();
    await alice.until(() => alice.rooms.get(coven.chat)?.state === 'in', 'in');
    return coven;
  }

  /** The program starts, and again after `stop`. */
  async boot(): Promise<void> {
    this.#engine = createEngine({
      ...createTestHost({ profile: this.#folder.path }),
      connect: this.server.connect,
      notify: (notice) => this.notices.push(notice),
    });
    this.alice = new Mirror(this.#engine);
    await this.#engine.start();
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
  }

  /** Waits until she knocks, and lets her in. @param item what she is there */
  async letIn(item = '<item affiliation="member" role="participant"/>', rest = ''): Promise<void> {
    const knocks = (): boolean => this.server.sent.some(({ attrs }) => attrs['to'] === `${ROOM}/alice`);
    await eventually(() => Promise.resolve(knocks()), 'the room is entered');
    this.server.deliver(presence('bob', '<item affiliation="member" role="participant"/>', 'id-bob'));
    this.server.deliver(presence('mallory', '<item affiliation="none" role="participant"/>', 'id-mallory'));
    this.server.deliver(presence('alice', `${item}<status code="110"/>${rest}`, 'id-me'));
  }

  /** Delivers, and waits until a message of a friend that follows is there. @returns what was said in the room */
  async after(...stanzas: string[]): Promise<MessageRow[]> {
    const { server, alice } = this;
    for (const each of stanzas) server.deliver(each);
    const text = `after ${String(server.delivered)}`;
    server.deliver(message(`${FRIEND}/r`, `<body>${text}</body>`, 'chat', `f${String(server.delivered)}`));
    await alice.until(() => alice.chatWith(FRIEND)?.last?.text === text, 'the message behind it');
    return this.rows;
  }

  /** What is said in the room, the oldest first. */
  get rows(): MessageRow[] {
    return [...this.alice.messages.values()]
      .filter((row) => row.chat === this.chat)
      .sort((a, b) => a.id - b.id);
  }

  /** The stanza to the room that holds this text somewhere, once it has left. */
  async sent(text: string): Promise<Element> {
    const find = (): Element | undefined =>
      this.server.sent.findLast((each) => each.name === 'message' && serialize(each).includes(text));
    await eventually(() => Promise.resolve(find() !== undefined), `${text} leaves`);
    const found = find();
    if (found === undefined) throw new Error('it has left');
    return found;
  }

  /** Says something, which the room says again as its message of this id. @returns its row */
  async say(text: string, id: string): Promise<MessageRow> {
    const { alice, chat } = this;
    await alice.call('messages.send', { chat, text });
    const { attrs } = await this.sent(`<body>${text}</body>`);
    this.reflect(attrs['id'] ?? '', `<body>${text}</body>`, id);
    const said = (): MessageRow | undefined =>
      this.rows.find((row) => row.text === text && row.delivery === 'sent');
    await alice.until(() => said() !== undefined, 'it is said');
    const row = said();
    if (row === undefined) throw new Error('it is said');
    return row;
  }

  /** The room says again what we said. */
  reflect(stanzaId: string, inner: string, id: string): void {
    const origin = `<origin-id xmlns="${STABLE}" id="${stanzaId}"/>`;
    this.server.deliver(
      message(`${ROOM}/alice`, `${inner}${origin}${stamped(id)}${by('id-me')}`, 'groupchat', stanzaId),
    );
  }

  async end(): Promise<void> {
    await this.#engine.stop();
    this.#folder.remove();
  }
}

const running: Coven[] = [];
afterEach(async () => {
  for (const coven of running.splice(0)) await coven.end();
});
