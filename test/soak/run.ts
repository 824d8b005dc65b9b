/**
 * `npm run soak`: two engines talk for a long time through a real Prosody, encrypted. Nothing may be lost, doubled or
 * reordered; what memory did is printed. `--minutes=N` (60 unless given), `--short` for a hundred messages.
 */
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody } from '../support/prosody.ts';

const words = process.argv.slice(2);
const minutes = Number(words.find((word) => word.startsWith('--minutes='))?.split('=')[1] ?? 60);
const end = words.includes('--short') ? { messages: 100 } : { at: Date.now() + minutes * 60_000 };
const ROUND = 50;

const prosody = await startProsody({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
const folders = [temporaryFolder('soak-a'), temporaryFolder('soak-b')] as const;
const start = (folder: { path: string }): Promise<TestEngine> =>
  startTestEngine({ profile: folder.path, authority: prosody.authority });
const [alice, bob] = [await start(folders[0]), await start(folders[1])];
await signIn(alice, prosody, 'alice');
await signIn(bob, prosody, 'bob');
const chat = await openEncryptedChat(alice, 'bob@localhost');

const memory = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);
const said: string[] = [];
const before = memory();
while ('at' in end ? Date.now() < end.at : said.length < end.messages) {
  for (let index = 0; index < ROUND; index += 1) {
    const text = `message ${said.length}`;
    said.push(text);
    await alice.call('messages.send', { chat, text });
  }
  const last = said.at(-1);
  await bob.until(() => bob.chatWith('alice@localhost')?.last?.text === last, `${last}`, 120_000);
  if (said.length % 5_000 === 0) console.log(`${said.length} messages, ${memory()} MiB`);
}
const heard = (await bob.history('alice@localhost')).map((message) => message.text);
const isSame = heard.length === said.length && heard.every((text, index) => text === said[index]);
console.log(
  `${said.length} said, ${heard.length} heard, ${isSame ? 'the same in order' : 'NOT the same'}; ${before} → ${memory()} MiB`,
);
await alice.stop();
await bob.stop();
await prosody.stop();
for (const folder of folders) folder.remove();
process.exit(isSame ? 0 : 1);
