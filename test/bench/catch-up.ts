/** Catching up with an archive of a real Prosody, rows committed and indexed, beside a socket that throws pages away. */
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { online, signIn } from '../support/people.ts';
import { conversations, seedArchive } from '../support/prosody-archive.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { startRawClient } from './raw-client.ts';
import { sampleOf, type Row } from './table.ts';

const PEOPLE = 40;
/** Prosody's own limit. */
const PAGE = 50;

/** Messages a second that a client gets which reads pages one after the other and forgets them. */
async function measureRaw(prosody: Prosody, name: string, count: number): Promise<number> {
  const client = await startRawClient(prosody, name);
  const done = Promise.withResolvers<undefined>();
  const since = performance.now();
  let messages = 0;
  let tail = '';
  const ask = (after: string): void => {
    client.write(
      `<iq type="set" id="page"><query xmlns="urn:xmpp:mam:2" queryid="q"><set xmlns="http://jabber.org/protocol/rsm">` +
        `<max>${PAGE}</max><after>${after}</after></set></query></iq>`.replace('<after></after>', ''),
    );
  };
  let isDone = false;
  client.listen((bytes) => {
    if (isDone) return;
    client.write(' '); // so that the server need not wait, as we do it
    const text = tail + bytes.toString('latin1');
    messages += text.split('</result>').length - 1;
    const end = text.lastIndexOf('</fin>');
    const last = end < 0 ? undefined : /<last>([^<]*)<\/last>/.exec(text.slice(0, end).slice(-600))?.[1];
    const isComplete = end >= 0 && /<fin [^>]*complete=.true/.test(text.slice(0, end).slice(-600));
    tail = end < 0 ? text.slice(text.lastIndexOf('</result>') + 9) : '';
    isDone = isComplete;
    if (isComplete) done.resolve(undefined);
    else if (last !== undefined) ask(last);
  });
  ask('');
  await done.promise;
  client.close();
  if (messages < count) throw new Error(`the bare socket got ${messages} of ${count}`);
  return (messages * 1_000) / (performance.now() - since);
}

interface Run {
  /** Messages a second, from the connection to the last row. */
  readonly rate: number;
  /** Milliseconds from being bound until the newest message was announced. */
  readonly newest: number;
}

async function measureEngine(
  start: () => Promise<TestEngine>,
  account: number,
  count: number,
  newestText: string,
): Promise<Run> {
  const since = performance.now();
  const engine = await start();
  await engine.until(() => engine.accounts.get(account)?.state === 'catching-up', 'bound');
  const bound = performance.now();
  await engine.until(
    () => [...engine.chats.values()].some(({ last }) => last?.text === newestText),
    'newest',
    60_000,
  );
  const newest = performance.now() - bound;
  await engine.until(() => engine.accounts.get(account)?.state === 'online', 'all', 600_000);
  const rate = (count * 1_000) / (performance.now() - since);
  await engine.stop();
  return { rate, newest };
}

export async function measureCatchUp({ isShort }: { isShort: boolean }): Promise<Row[]> {
  const count = isShort ? 500 : 50_000;
  const repeats = isShort ? 1 : 3;
  const prosody = await startProsody({
    accounts: ['raw', ...Array.from({ length: repeats }, (_, index) => `reader${index}`)],
    config: `max_archive_query_results = ${PAGE}`,
  });
  const runs: Run[] = [];
  const raw: number[] = [];
  try {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const folder = temporaryFolder('bench-catch-up');
      const start = (): Promise<TestEngine> =>
        startTestEngine({ profile: folder.path, authority: prosody.authority });
      const name = `reader${repeat}`;
      const before = await start();
      const account = await signIn(before, prosody, name);
      await online(before, account);
      await before.stop();
      if (repeat === 0) seedArchive(prosody, 'raw', conversations(count, PEOPLE));
      const said = [...conversations(count, PEOPLE)];
      seedArchive(prosody, name, said);
      raw.push(await measureRaw(prosody, 'raw', count));
      runs.push(await measureEngine(start, account, count, said.at(-1)?.text ?? ''));
      folder.remove();
    }
  } finally {
    await prosody.stop();
  }
  return [
    {
      name: `catch-up of ${count} archived messages, stored and indexed`,
      unit: 'per second',
      ours: sampleOf(runs.map(({ rate }) => rate)),
      floor: { name: 'a bare socket', sample: sampleOf(raw) },
    },
    {
      name: 'the newest of them is there after',
      unit: 'ms',
      ours: sampleOf(runs.map(({ newest }) => newest)),
    },
  ];
}
