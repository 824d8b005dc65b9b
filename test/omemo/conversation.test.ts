/** Two or more people talk: what they rely on when the network is kind, and when it is not. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Encrypted } from '../../electron/xmpp/xep/xep0384.ts';
import { Device, jid, MINUTE, Net, must } from './people.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');

let net: Net;
let alice: Device;
let bob: Device;
let others: Device[];

beforeEach(async () => {
  net = new Net();
  others = [];
  alice = await Device.online(net, ALICE);
  bob = await Device.online(net, BOB);
});

afterEach(() => {
  for (const device of [alice, bob, ...others]) device.close();
});

async function join(address: typeof ALICE): Promise<Device> {
  const device = await Device.online(net, address);
  others.push(device);
  return device;
}

/** Everybody learns the lists as they are now, as their servers would tell them. */
function announce(): void {
  for (const device of [alice, bob, ...others]) {
    for (const address of [ALICE, BOB]) device.hear(address, net.lists.get(address) ?? []);
  }
}

/** Alice and Bob have both written once, so that nothing is initial any more. */
async function acquaint(): Promise<void> {
  expect(await bob.read(await alice.send(BOB, 'hello'), ALICE)).toBe('hello');
  expect(await alice.read(await bob.send(ALICE, 'hi'), BOB)).toBe('hi');
}

describe('first contact', () => {
  it('is readable at once, in both directions, and leaves the initial form after the answer', async () => {
    const first = await alice.send(BOB, 'Grüße 👋 שלום');
    expect(first.keys).toMatchObject([{ device: bob.id, isPreKey: true }]);
    expect(first.iv).toHaveLength(12);
    expect(await bob.receive(first, ALICE)).toMatchObject({
      kind: 'content',
      text: 'Grüße 👋 שלום',
      device: alice.id,
      trust: 'blind',
      needsAnswer: ['legacy'],
    });
    const reply = await bob.send(ALICE, 'hello');
    expect(reply.keys).toMatchObject([{ device: alice.id, isPreKey: false }]);
    expect(await alice.receive(reply, BOB)).toMatchObject({ text: 'hello', needsAnswer: [] });
    expect((await alice.send(BOB, 'again')).keys).toMatchObject([{ isPreKey: false }]);
  });

  it('is confirmed by an empty answer, once', async () => {
    const sent = [await alice.send(BOB, 'one'), await alice.send(BOB, 'two'), await alice.send(BOB, 'three')];
    expect(sent.every(({ keys }) => keys[0]?.isPreKey)).toBe(true);
    expect(await bob.receive(must(sent[0]), ALICE)).toMatchObject({ needsAnswer: ['legacy'] });
    const answer = await bob.answer(ALICE, alice.id);
    expect(answer.payload).toBeUndefined();
    // Still in the initial form, but answered already.
    expect(await bob.receive(must(sent[1]), ALICE)).toMatchObject({ text: 'two', needsAnswer: [] });
    expect(await alice.receive(answer, BOB)).toMatchObject({
      kind: 'key-transport',
      trust: 'blind',
      needsAnswer: [],
    });
    expect((await alice.send(BOB, 'four')).keys).toMatchObject([{ isPreKey: false }]);
    expect(await bob.read(must(sent[2]), ALICE)).toBe('three');
  });

  it('works when both begin at the same time, and stays working', async () => {
    const fromAlice = await alice.send(BOB, 'me first');
    const fromBob = await bob.send(ALICE, 'no, me');
    expect(await bob.read(fromAlice, ALICE)).toBe('me first');
    expect(await alice.read(fromBob, BOB)).toBe('no, me');
    for (let turn = 0; turn < 10; turn++) {
      const crossing = [await alice.send(BOB, `a${turn}`), await bob.send(ALICE, `b${turn}`)] as const;
      expect(await bob.read(crossing[0], ALICE)).toBe(`a${turn}`);
      expect(await alice.read(crossing[1], BOB)).toBe(`b${turn}`);
    }
    expect((await alice.send(BOB, 'settled')).keys[0]?.isPreKey).toBe(false);
    expect((await bob.send(ALICE, 'settled')).keys[0]?.isPreKey).toBe(false);
  });

  it('asks for no more than it needs, and for nothing the second time', async () => {
    net.asked.length = 0;
    await alice.send(BOB, 'one');
    expect(net.asked).toEqual([`list ${BOB}`, `bundle ${BOB}/${bob.id}`]);
    net.asked.length = 0;
    await alice.send(BOB, 'two');
    expect(net.asked).toEqual([]);
  });

  it('looks again soon where there was nobody: the reason may have passed', async () => {
    await acquaint();
    const list = must(net.lists.get(BOB));
    net.lists.delete(BOB); // or it is refused to us: both are no list
    await alice.omemo.refreshDevices(BOB, alice.network);
    expect(await alice.seal(BOB, 'anybody?')).toMatchObject({ refused: 'no-devices' });
    net.lists.set(BOB, list);
    expect(await alice.seal(BOB, 'anybody now?')).toMatchObject({ refused: 'no-devices' });
    net.time += 11_000;
    expect(await bob.read(await alice.send(BOB, 'there you are'), ALICE)).toBe('there you are');
    expect(alice.omemo.hasDevices(BOB)).toBe('yes');
  });

  it('carries every text unchanged', async () => {
    await acquaint();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        expect(await bob.read(await alice.send(BOB, text), ALICE)).toBe(text.toWellFormed());
      }),
      { numRuns: 50 },
    );
    for (const text of ['', '\uFEFFmark', 'x'.repeat(65_536), '\0']) {
      expect(await bob.read(await alice.send(BOB, text), ALICE)).toBe(text);
    }
  });
});

describe('a conversation', () => {
  it('goes back and forth 200 times', async () => {
    for (let turn = 0; turn < 100; turn++) {
      expect(await bob.read(await alice.send(BOB, `question ${turn}`), ALICE)).toBe(`question ${turn}`);
      expect(await alice.read(await bob.send(ALICE, `answer ${turn}`), BOB)).toBe(`answer ${turn}`);
    }
    expect(new Set([...alice.log, ...bob.log].map(({ event }) => event))).toEqual(new Set());
  });

  it('survives any order and any loss', async () => {
    await acquaint();
    const script = fc.array(
      fc.record({
        fromAlice: fc.boolean(),
        count: fc.integer({ min: 1, max: 6 }),
        ranks: fc.array(fc.nat(9), { minLength: 6, maxLength: 6 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(script, async (turns) => {
        for (const { fromAlice, count, ranks } of turns) {
          const [sender, receiver] = fromAlice ? [alice, bob] : [bob, alice];
          const sent: { text: string; encrypted: Encrypted; rank: number }[] = [];
          for (let index = 0; index < count; index++) {
            const text = `message ${index}`;
            const rank = must(ranks[index]);
            sent.push({ text, encrypted: await sender.send(receiver.address, text), rank });
          }
          // Rank 0 is lost, the others arrive in the order of their rank.
          for (const { text, encrypted } of sent
            .filter(({ rank }) => rank > 0)
            .sort((a, b) => a.rank - b.rank)) {
            expect(await receiver.read(encrypted, sender.address)).toBe(text);
            expect(await receiver.read(encrypted, sender.address)).toBe('duplicate');
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('wants an answer when one side talks for long, once for each turn of the ratchet', async () => {
    await acquaint();
    const wanted: number[] = [];
    for (let index = 0; index < 120; index++) {
      const opened = await bob.receive(await alice.send(BOB, String(index)), ALICE);
      if (opened.kind === 'content' && opened.needsAnswer.length > 0) wanted.push(index);
    }
    expect(wanted).toEqual([53]);
    expect(await alice.read(await bob.answer(ALICE, alice.id), BOB)).toBe('key-transport');
    expect(await bob.read(await alice.send(BOB, 'turned'), ALICE)).toBe('turned');
  });

  it('goes on with a new session, and a late message of the old one harms neither', async () => {
    await acquaint();
    expect(await bob.read(await alice.send(BOB, 'of the first session'), ALICE)).toBe('of the first session');
    expect(await alice.read(await bob.send(ALICE, 'answer'), BOB)).toBe('answer');
    const late = await alice.send(BOB, 'late, with a new ratchet key');
    await alice.omemo.restartSessions(BOB, bob.id);
    expect(await bob.read(await alice.send(BOB, 'of the second'), ALICE)).toBe('of the second');
    expect(await alice.read(await bob.send(ALICE, 'answer'), BOB)).toBe('answer');
    expect(await bob.read(await alice.send(BOB, 'of the second again'), ALICE)).toBe('of the second again');
    const underWay = [await alice.send(BOB, 'held 0'), await alice.send(BOB, 'held 1')] as const;

    expect(await bob.read(late, ALICE)).toBe('late, with a new ratchet key');
    expect(await bob.read(late, ALICE)).toBe('duplicate');

    expect(await bob.read(underWay[0], ALICE)).toBe('held 0');
    expect(await alice.read(await bob.send(ALICE, 'and back'), BOB)).toBe('and back');
    expect(await bob.read(underWay[1], ALICE)).toBe('held 1');
    for (let turn = 0; turn < 5; turn++) {
      expect(await bob.read(await alice.send(BOB, `on ${turn}`), ALICE)).toBe(`on ${turn}`);
      expect(await alice.read(await bob.send(ALICE, `on ${turn}`), BOB)).toBe(`on ${turn}`);
    }
  });

  it('survives garbage while an archived session is there', async () => {
    await acquaint();
    await alice.omemo.restartSessions(BOB, bob.id);
    await acquaint();
    const good = await alice.send(BOB, 'good');
    const [key] = good.keys;
    const data = Uint8Array.from(must(key).data, (byte, index) => (index === 20 ? byte ^ 1 : byte));
    const before = bob.record(ALICE, alice.id);
    expect(await bob.read({ ...good, keys: [{ ...must(key), data }] }, ALICE)).toBe('forged');
    expect(bob.record(ALICE, alice.id)).toBe(before);
    expect(await bob.read(good, ALICE)).toBe('good');
  });
});

describe('a crash', () => {
  it('between decrypting and committing loses nothing', async () => {
    const first = await alice.send(BOB, 'before');
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await bob.peek(first, ALICE)).toMatchObject({ kind: 'content', text: 'before' });
      bob.restart();
    }
    expect(await bob.read(first, ALICE)).toBe('before');
    bob.restart();
    expect(await bob.read(first, ALICE)).toBe('duplicate');
    const reply = await bob.send(ALICE, 'after');
    expect(await alice.peek(reply, BOB)).toMatchObject({ text: 'after' });
    alice.restart();
    expect(await alice.read(reply, BOB)).toBe('after');
    expect(await alice.read(reply, BOB)).toBe('duplicate');
  });

  it('between encrypting and committing seals the next message as if nothing had been sealed', async () => {
    await acquaint();
    const lost = await alice.omemo.exclusive((keys) =>
      keys.encrypt(BOB, { text: 'never left', elements: [] }),
    );
    expect(lost).toMatchObject({ skipped: [] });
    alice.restart();
    expect(await bob.read(await alice.send(BOB, 'left'), ALICE)).toBe('left');
  });

  it('before the first message left takes another bundle, so that no prekey is used twice', async () => {
    await alice.omemo.prepareFor(BOB, alice.network);
    await alice.omemo.exclusive((keys) => keys.encrypt(BOB, { text: 'never left', elements: [] }));
    net.asked.length = 0;
    const sent = await alice.send(BOB, 'left');
    expect(net.asked).toEqual([`bundle ${BOB}/${bob.id}`]);
    expect(await bob.read(sent, ALICE)).toBe('left');
  });

  it('within a page of messages keeps all or none of it', async () => {
    const page = [await alice.send(BOB, 'one'), await alice.send(BOB, 'two'), await alice.send(BOB, 'three')];
    const readAll = (): Promise<string[]> =>
      bob.omemo.exclusive(async (keys) => {
        const texts: string[] = [];
        for (const encrypted of [...page, must(page[0])]) {
          const opened = await keys.decrypt({ legacy: encrypted }, bob.occasion(ALICE));
          texts.push(opened.kind === 'content' ? (opened.text ?? '') : opened.kind);
        }
        return texts;
      });
    expect(await readAll()).toEqual(['one', 'two', 'three', 'duplicate']);
    bob.restart();
    expect(await readAll()).toEqual(['one', 'two', 'three', 'duplicate']);
  });
});

describe('many devices', () => {
  it('ten on each side: everybody else reads what one of them writes', async () => {
    for (let count = 1; count < 10; count++) {
      await join(ALICE);
      await join(BOB);
    }
    announce();
    const everybody = [alice, bob, ...others];
    const sealed = await alice.seal(BOB, 'to all');
    if ('refused' in sealed) throw new Error(sealed.refused);
    expect(sealed.recipients).toHaveLength(19);
    expect(sealed.skipped).toEqual([]);
    expect(new Set(must(sealed.encrypted.legacy).keys.map(({ device }) => device)).size).toBe(19);
    for (const device of everybody) {
      if (device !== alice) expect(await device.read(sealed.encrypted, ALICE)).toBe('to all');
    }
    // Its own message comes back to a device as a copy now and then.
    expect(await alice.read(sealed.encrypted, ALICE)).toBe('duplicate');
    const reply = await must(everybody[1]).send(ALICE, 'from one');
    for (const device of everybody) {
      if (device !== everybody[1]) expect(await device.read(reply, BOB)).toBe('from one');
    }
  });

  it('a device that comes gets the next message, one that goes gets none', async () => {
    await acquaint();
    const second = await join(BOB);
    announce();
    const both = await alice.send(BOB, 'to both');
    expect([await bob.read(both, ALICE), await second.read(both, ALICE)]).toEqual(['to both', 'to both']);
    await second.omemo.withdraw(second.network);
    announce();
    const one = await alice.send(BOB, 'to one');
    expect([await bob.read(one, ALICE), await second.read(one, ALICE)]).toEqual([
      'to one',
      'not-for-this-device',
    ]);
  });

  it('an answer that only carries another device’s ratchet on is nothing to show', async () => {
    await acquaint();
    const second = await join(BOB);
    expect(await second.read(await alice.answer(BOB, bob.id), ALICE)).toBe('duplicate');
  });

  it('notes to oneself reach the other devices', async () => {
    expect(await alice.seal(ALICE, 'nobody there')).toEqual({ refused: 'no-devices', skipped: [] });
    const second = await join(ALICE);
    announce();
    expect(await second.read(await alice.send(ALICE, 'milk'), ALICE)).toBe('milk');
  });

  it('two people whose devices have the same id do not disturb each other', async () => {
    const second = await join(ALICE);
    announce();
    const encrypted = await alice.send(BOB, 'which is mine?');
    // As if Alice's second device had Bob's device id: two keys for one id, the wrong one first.
    const keys = encrypted.keys
      .toSorted((a) => (a.device === second.id ? -1 : 1))
      .map((key) => ({ ...key, device: bob.id }));
    expect(await bob.read({ ...encrypted, keys }, ALICE)).toBe('which is mine?');
    expect(await bob.read({ ...encrypted, keys }, ALICE)).toBe('duplicate');
  });
});

describe('a new installation of the other side', () => {
  it('with a new device id simply takes part', async () => {
    await acquaint();
    await bob.omemo.withdraw(bob.network);
    const reborn = await join(BOB);
    announce();
    const sent = await alice.send(BOB, 'welcome back');
    expect(sent.keys.map(({ device }) => device)).toEqual([reborn.id]);
    expect(await reborn.read(sent, ALICE)).toBe('welcome back');
  });

  it('from an old backup is understood again after the session was restarted', async () => {
    await acquaint();
    const backup = bob.record(ALICE, alice.id);
    for (let turn = 0; turn < 3; turn++) await acquaint();
    bob.database.prepare('UPDATE omemo_sessions SET record = ?').run(backup);
    expect(await bob.read(await alice.send(BOB, 'lost'), ALICE)).toBe('forged');
    await bob.omemo.restartSessions(ALICE, alice.id);
    net.time += MINUTE;
    expect(await alice.read(await bob.send(ALICE, 'again'), BOB)).toBe('again');
    expect(await bob.read(await alice.send(BOB, 'understood'), ALICE)).toBe('understood');
  });
});
