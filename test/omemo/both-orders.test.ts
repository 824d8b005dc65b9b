/**
 * Three people's devices with both protocols and one with the older alone, who all talk at once over a road that loses order,
 * repeats, and lets some of them be away: every message is read exactly once by every device that it was for.
 */
import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import type { BareJid } from '../../shared/jid.ts';
import type { EncryptedElements } from '../../electron/xmpp/message.ts';
import { seededRandom } from '../support/random.ts';
import { Device, jid, must, Net } from './people.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');
const MESSAGES = 120;

const seed = Number(process.env['OMEMO_SEED'] ?? randomInt(2 ** 32));
console.log(`orders: seed ${String(seed)} (OMEMO_SEED)`);

interface UnderWay {
  readonly to: Device;
  readonly recipient: BareJid;
  readonly sender: BareJid;
  readonly encrypted: EncryptedElements;
  readonly text: string;
}

it('in any order every message is read once by every device, in both protocols', async () => {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => must(list[Math.floor(random() * list.length)]);
  const net = new Net('legacy', 'omemo2');
  const devices: Device[] = [];
  for (const address of [ALICE, ALICE, BOB, BOB]) devices.push(await Device.online(net, address));
  // The last one speaks the older protocol alone.
  const older = must(devices[3]);
  net.newer.lists.set(
    BOB,
    must(net.newer.lists.get(BOB)).filter(({ id }) => id !== older.id),
  );
  for (const device of devices) {
    for (const address of [ALICE, BOB]) {
      device.omemo.handleDeviceList(address, 'omemo2', must(net.newer.lists.get(address)));
      device.hear(address, must(net.lists.get(address)));
    }
  }

  const road: UnderWay[] = [];
  const read = new Map<Device, string[]>(devices.map((device) => [device, []]));
  const expected = new Map<Device, string[]>(devices.map((device) => [device, []]));
  const used = new Set<string>();

  async function arrive(): Promise<void> {
    // Mostly the oldest, sometimes a later one: as roads and archives do.
    const index = random() < 0.6 ? 0 : Math.floor(random() * Math.min(road.length, 8));
    const [message] = road.splice(index, 1);
    if (message === undefined) return;
    const { to, recipient, sender, encrypted, text } = message;
    const opened = await to.receive(encrypted, sender, recipient);
    if (opened.kind === 'content') must(read.get(to)).push(opened.text ?? '');
    expect([text, opened.kind]).toEqual([text, 'content']);
    if (random() < 0.2) expect(await to.read(encrypted, sender, recipient)).toBe('duplicate');
    if (opened.kind !== 'content') return;
    for (const protocol of opened.needsAnswer) {
      const line = { protocol, address: sender, device: opened.device };
      const answered = devices.find(({ id }) => id === opened.device);
      const answer = await to.answerOn(line);
      if (random() < 0.7) await must(answered).receive(answer, to.address);
    }
  }

  for (let count = 0; count < MESSAGES; count += 1) {
    const from = pick(devices);
    const recipient = from.address === ALICE ? BOB : ALICE;
    const text = `${String(count)} from ${String(from.id)}`;
    const encrypted = await from.say(recipient, text);
    for (const protocol of Object.keys(encrypted)) used.add(protocol);
    for (const to of devices) {
      if (to === from) continue;
      must(expected.get(to)).push(text);
      road.push({ to, recipient, sender: from.address, encrypted, text });
    }
    while (road.length > 30 || (road.length > 0 && random() < 0.5)) await arrive();
    if (random() < 0.05) pick(devices).restart();
  }
  while (road.length > 0) await arrive();

  for (const device of devices) {
    expect(must(read.get(device)).toSorted()).toEqual(must(expected.get(device)).toSorted());
    device.close();
  }
  expect(used).toEqual(new Set(['legacy', 'omemo2']));
});
