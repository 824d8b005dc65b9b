/** OMEMO: sessions begun, messages encrypted and decrypted per second, beside the library as it is published. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Device, jid, Net } from '../omemo/people.ts';
import { sampleOf, type Row, type Sample } from './table.ts';

interface Rates {
  readonly sessions: number[];
  readonly encrypt: number[];
  readonly decrypt: number[];
}

const perSecond = (count: number, since: number): number => (count * 1_000) / (performance.now() - since);

/** Our way includes the database: what is decrypted is committed. */
async function measureOurs(count: number, repeats: number): Promise<Rates> {
  const rates: Rates = { sessions: [], encrypt: [], decrypt: [] };
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const net = new Net();
    const alice = await Device.online(net, jid('alice@a.example'));
    const friends = await Promise.all(
      Array.from({ length: Math.ceil(count / 10) }, (_, index) =>
        Device.online(net, jid(`friend${index}@b.example`)),
      ),
    );
    for (const friend of friends) await alice.omemo.prepareFor(friend.address, alice.network);
    let since = performance.now();
    for (const friend of friends) await alice.send(friend.address, 'first');
    rates.sessions.push(perSecond(friends.length, since));

    const [bob] = friends;
    if (bob === undefined) throw new Error('nobody to write to');
    await bob.receive(await alice.send(bob.address, 'hello'), alice.address);
    await alice.receive(await answer(bob, alice), bob.address);
    since = performance.now();
    const sealed = [];
    for (let index = 0; index < count; index += 1)
      sealed.push(await alice.send(bob.address, `message ${index}`));
    rates.encrypt.push(perSecond(count, since));
    since = performance.now();
    for (const each of sealed) await bob.receive(each, alice.address);
    rates.decrypt.push(perSecond(count, since));
    for (const device of [alice, ...friends]) device.close();
  }
  return rates;
}

async function answer(from: Device, to: Device): ReturnType<Device['send']> {
  await from.omemo.prepareFor(to.address, from.network);
  return from.send(to.address, 'answer');
}

/** In a process of its own, where nobody has replaced any of its parts. */
function measureStock(count: number, repeats: number): Rates {
  const script = fileURLToPath(new URL('stock.mjs', import.meta.url));
  const args = ['--disable-warning=DEP0040', script, String(count), String(repeats)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Rates;
}

export async function measureCrypto({ isShort }: { isShort: boolean }): Promise<Row[]> {
  const [count, repeats] = isShort ? [40, 1] : [400, 5];
  const ours = await measureOurs(count, repeats);
  const stock = measureStock(count, repeats);
  const row = (name: string, kind: keyof Rates): Row => ({
    name,
    unit: 'per second',
    ours: sampleOf(ours[kind]),
    floor: { name: 'stock library, in memory', sample: sampleOf(stock[kind]) satisfies Sample },
  });
  return [
    row('OMEMO sessions begun, with the first message', 'sessions'),
    row('OMEMO messages encrypted, stored', 'encrypt'),
    row('OMEMO messages decrypted, stored', 'decrypt'),
  ];
}
