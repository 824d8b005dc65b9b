/** Messages from engine to engine through a real Prosody, committed at both ends, beside bare sockets doing the same. */
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { startRawClient } from './raw-client.ts';
import { sampleOf, type Row } from './table.ts';

const TEXT = 'The quick brown fox jumps over the lazy dog. ';

async function measureRaw(prosody: Prosody, count: number, repeats: number): Promise<number[]> {
  const sender = await startRawClient(prosody, 'raw-a');
  const receiver = await startRawClient(prosody, 'raw-b');
  const rates: number[] = [];
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    const since = performance.now();
    let bytes = '';
    for (let index = 0; index < count; index += 1) {
      bytes += `<message to="raw-b@localhost" type="chat" id="${repeat}-${index}"><body>${TEXT}</body></message>`;
    }
    sender.write(bytes);
    await receiver.untilMessages(repeat * count);
    rates.push((count * 1_000) / (performance.now() - since));
  }
  sender.close();
  receiver.close();
  return rates;
}

/** From the call to the last message stored at the other side. */
async function measureEngines(
  [sender, receiver]: readonly [TestEngine, TestEngine],
  mode: 'on' | 'off',
  count: number,
  repeats: number,
): Promise<number[]> {
  const chat = await openEncryptedChat(sender, 'engine-b@localhost');
  await sender.call('chats.setEncryption', { chat, mode });
  const rates: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const last = `${mode} ${repeat} ${count - 1}`;
    const since = performance.now();
    for (let index = 0; index < count; index += 1) {
      await sender.call('messages.send', { chat, text: index === count - 1 ? last : TEXT });
    }
    await receiver.until(() => receiver.chatWith('engine-a@localhost')?.last?.text === last, last, 120_000);
    rates.push((count * 1_000) / (performance.now() - since));
  }
  await sender.call('chats.setEncryption', { chat, mode: 'automatic' });
  return rates;
}

export async function measureThroughput({ isShort }: { isShort: boolean }): Promise<Row[]> {
  const [count, repeats] = isShort ? [20, 1] : [500, 5];
  const prosody = await startProsody({
    accounts: ['raw-a', 'raw-b', 'engine-a', 'engine-b'],
    contacts: [['engine-a', 'engine-b']],
    without: ['mam'], // the archive is the server's work, and would hide ours
  });
  const folders = [temporaryFolder('bench-a'), temporaryFolder('bench-b')] as const;
  const start = (folder: { path: string }): Promise<TestEngine> =>
    startTestEngine({ profile: folder.path, authority: prosody.authority });
  const engines = [await start(folders[0]), await start(folders[1])] as const;
  try {
    await signIn(engines[0], prosody, 'engine-a');
    await signIn(engines[1], prosody, 'engine-b');
    const raw = { name: 'bare sockets', sample: sampleOf(await measureRaw(prosody, count, repeats)) };
    const row = async (name: string, mode: 'on' | 'off'): Promise<Row> => ({
      name,
      unit: 'per second',
      ours: sampleOf(await measureEngines(engines, mode, count, repeats)),
      floor: raw,
    });
    return [
      await row('messages engine → Prosody → engine, plain', 'off'),
      await row('messages engine → Prosody → engine, OMEMO', 'on'),
    ];
  } finally {
    await Promise.all(engines.map((engine) => engine.stop()));
    await prosody.stop();
    for (const folder of folders) folder.remove();
  }
}
