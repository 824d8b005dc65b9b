/**
 * Hostile archives, and strangers who speak as one: results count only from our own account, for a query that runs, and
 * no server makes us page for ever.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { fin, ScriptedArchive, type Asked } from '../support/scripted-archive.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const MALLORY = 'mallory@evil.example';
const PWN = 'PWN';

let server: ScriptedServer;
let archive: ScriptedArchive;
let engine: Engine;
let alice: Mirror;
let logged: string[];
let folder: Awaited<ReturnType<typeof temporaryProfile>>;

const boot = async (): Promise<void> => {
  engine = createEngine({
    ...createTestHost({
      profile: folder.path,
      log: (_area, event, data) => logged.push(`${event} ${JSON.stringify(data)}`),
    }),
    connect: server.connect,
  });
  alice = new Mirror(engine);
  await engine.start();
};

beforeEach(async () => {
  folder = await temporaryProfile('hostile-history');
  logged = [];
  server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  archive = new ScriptedArchive(server);
  archive.put('first', said('first'));
  await boot();
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

function said(text: string, content = ''): string {
  return `<message xmlns="jabber:client" from="${FRIEND}/r" to="${ME}" type="chat"><body>${text}</body>${content}</message>`;
}

const signIn = async (): Promise<void> => {
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
};
const texts = async (): Promise<string[]> => (await alice.history(FRIEND)).map((each) => each.text);
const drops = (rule: string): string[] => logged.filter((line) => line.includes(`"rule":"${rule}"`));

/** Something benign that follows still arrives, and everything was counted. */
const expectAlive = async (): Promise<void> => {
  server.deliver(said('after'));
  await alice.until(() => alice.chatWith(FRIEND)?.last?.text === 'after', 'the message after it');
  await eventually(() => Promise.resolve(server.handled.length === server.delivered), 'all counted');
  expect(JSON.stringify([...alice.messages.values()])).not.toContain(PWN);
};

describe('while a query runs', () => {
  /** Sends something in the middle of an honest page. */
  const meanwhile = (attack: (asked: Asked) => void): void => {
    archive.answer = (asked) => {
      attack(asked);
      return archive.honestAnswer(asked);
    };
  };

  it.each([
    ['H09 a stranger who knows the query', `${MALLORY}/x`],
    ['H09 a contact', `${FRIEND}/r`],
    ['another resource of ours', `${ME}/evil`],
    ['our domain', 'a.test'],
    ['no address', '@@'],
  ])('%s is not our archive', async (_who, from) => {
    meanwhile(({ queryId }) => archive.send(queryId, { id: 'pwn', at: 0, message: said(PWN) }, from));
    await signIn();
    expect(await texts()).toEqual(['first']);
    expect(drops('forged-archive-result')).toHaveLength(archive.asked.length);
    await expectAlive();
  });

  it.each([
    ['H10 another query', 'zz'],
    ['H10 an empty one', ''],
    ['a name that objects have', '__proto__'],
  ])('%s is not ours', async (_what, queryId) => {
    meanwhile(() => archive.send(queryId, { id: 'pwn', at: 0, message: said(PWN) }));
    await signIn();
    expect(drops('unasked-archive-result')).toHaveLength(archive.asked.length);
    await expectAlive();
  });

  it('our own address in other letters, or none, is our archive', async () => {
    archive.answer = (asked) => {
      if (archive.asked.length > 1) return fin(true);
      archive.send(asked.queryId, { id: 'a', at: 0, message: said('bare') }, 'ALICE@a.test');
      archive.send(asked.queryId, { id: 'b', at: 1_000, message: said('none') });
      return fin(true, { first: 'a', last: 'b' });
    };
    await signIn();
    expect(await texts()).toEqual(['bare', 'none']);
  });

  it.each([
    [
      'H07 a carbon in a result',
      `<message xmlns="jabber:client" from="${ME}" to="${ME}/d1"><received xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0">${said(PWN)}</forwarded></received></message>`,
    ],
    [
      'H07 a result in a result',
      `<message xmlns="jabber:client" from="${ME}"><result xmlns="urn:xmpp:mam:2" queryid="q" id="i"><forwarded xmlns="urn:xmpp:forward:0">${said(PWN)}</forwarded></result></message>`,
    ],
    ['a room', said(PWN).replace('type="chat"', 'type="groupchat"')],
    ['an address that is none', said(PWN).replace(`${FRIEND}/r`, '@@')],
    [
      'an event',
      `<message xmlns="jabber:client" from="${ME}"><event xmlns="http://jabber.org/protocol/pubsub#event"><items node="eu.siacs.conversations.axolotl.devicelist"><item id="current"><list xmlns="eu.siacs.conversations.axolotl"><device id="4711"/></list></item></items></event></message>`,
    ],
  ])('%s is not unwrapped', async (_what, inner) => {
    archive.put('inner', inner);
    await signIn();
    expect(await texts()).toEqual(['first']);
    const { chat } = await alice.call('chats.open', { account: alice.account().id, address: FRIEND });
    const { devices } = await alice.call('chats.devices', { chat });
    expect(devices.filter(({ device }) => device === 4_711)).toEqual([]);
    await expectAlive();
  });
});

describe('when no query runs', () => {
  it('H10 results that come late are none', async () => {
    const asked: Asked[] = [];
    archive.answer = (each) => {
      asked.push(each);
      return archive.honestAnswer(each);
    };
    await signIn();
    for (const { queryId } of asked) archive.send(queryId, { id: 'late', at: 0, message: said(PWN) });
    await expectAlive();
    expect(drops('unasked-archive-result')).toHaveLength(asked.length);
  });

  it('H10 results behind the end of their page are none', async () => {
    archive.put('second', said('second'));
    archive.answer = (asked) => {
      const answer = archive.honestAnswer(asked);
      if (archive.asked.length === 1) {
        archive.send(asked.queryId, { id: 'behind', at: 0, message: said(PWN) });
      }
      return answer;
    };
    await signIn();
    expect(await texts()).toEqual(['first', 'second']);
    expect(drops('archive-result-behind-the-end')).toHaveLength(1);
    await expectAlive();
  });

  it('H09 the text beside a forged result is dropped with it', async () => {
    await signIn();
    server.deliver(
      `<message from="${FRIEND}/r" type="chat"><body>${PWN}</body><result xmlns="urn:xmpp:mam:2" queryid="q" id="1"/></message>`,
    );
    await expectAlive();
    expect(drops('forged-archive-result')).toHaveLength(1);
  });
});

describe('H13 an archive without end', () => {
  type Lie = (asked: Asked) => ReturnType<typeof fin>;
  const resend = ({ queryId }: Asked, id: string): void =>
    archive.send(queryId, { id, at: 0, message: said(`of ${id}`) });
  const stuck = (): string[] => logged.filter((line) => line.startsWith('history-stuck'));

  const lies: [string, Lie][] = [
    [
      'the same page again',
      (asked) => (resend(asked, 'again'), fin(false, { first: 'again', last: 'again' })),
    ],
    ['empty pages, the same last', () => fin(false, { last: 'first' })],
    ['empty pages, another last each', () => fin(false, { last: `made-up-${Math.random()}` })],
    ['an empty last', () => fin(false, { last: '' })],
    ['nothing at all', () => fin(false)],
    [
      'two pages in a circle',
      (asked) => {
        const id = asked.after === 'left' || asked.before === 'left' ? 'right' : 'left';
        resend(asked, id);
        return fin(false, { first: id, last: id });
      },
    ],
  ];

  /** Answers honestly, a message at a time, until it was asked so often. */
  const lieAfter = (honest: number, lie: Lie): void => {
    archive.limit = 1;
    archive.answer = (asked) => (archive.asked.length <= honest ? archive.honestAnswer(asked) : lie(asked));
  };

  it.each(lies)('%s, in the past', async (_what, lie) => {
    archive.put('second', said('second'));
    lieAfter(1, lie);
    await signIn();
    await eventually(() => Promise.resolve(stuck().length > 0), 'it gives up');
    expect(archive.asked.length).toBeLessThan(6);
    await expectAlive();
    expect((await texts()).filter((text) => text === 'of again').length).toBeLessThan(2);
    expect(stuck()).toHaveLength(1);
  });

  it.each(lies)('%s, in what we missed', async (_what, lie) => {
    await signIn();
    await engine.stop();
    for (const id of ['second', 'third', 'fourth']) archive.put(id, said(id));
    archive.asked.length = 0;
    server.handled.length = 0; // positions begin anew with the stream
    lieAfter(2, lie);
    await boot();
    await alice.until(() => alice.account().state === 'online', 'online');
    expect(archive.asked.length).toBeLessThan(7);
    expect(stuck()).toHaveLength(1);
    await expectAlive();
    // Nothing of it is believed to be complete: an honest archive gives the rest.
    await engine.stop();
    archive.answer = (asked) => archive.honestAnswer(asked);
    await boot();
    await alice.until(() => alice.account().state === 'online', 'online again');
    expect(await texts()).toEqual(expect.arrayContaining(['first', 'second', 'third', 'fourth']));
  });

  it('a flood of results to one question', async () => {
    lieAfter(0, (asked) => {
      for (let index = 0; index < 1_500; index += 1) resend(asked, `flood-${index}`);
      return fin(true, { first: 'flood-0', last: 'flood-1499' });
    });
    await signIn();
    await eventually(() => Promise.resolve(drops('archive-flood').length > 0), 'it is noticed');
    await expectAlive();
    expect((await texts()).length).toBeLessThanOrEqual(1_001);
    // What was left out counts as missing.
    expect(archive.asked.length).toBeGreaterThan(1);
  });
});
