/**
 * Damaged stanzas into a whole engine, with a real database and real keys: each is counted exactly once, nothing falls
 * over, and what an honest friend writes in between arrives.
 */
import { createEngine } from '../../electron/engine/engine.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { serialize, type Element } from '../../electron/xmpp/xml.ts';
import { isStanza } from '../../electron/xmpp/online.ts';
import { below, damage } from '../support/documents.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/people.ts';
import { seededRandom } from '../support/random.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { elementsOf, scenes } from './scenes.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test';
const SENDERS = [
  FRIEND,
  `${FRIEND}/r`,
  ME,
  `${ME}/d1`,
  'a.test',
  'mallory@evil.example/x',
  'room@muc.a.test/mal',
  '',
];
const BATCH = 200;

const isForUs = (element: Element): boolean =>
  isStanza(element) && !(element.name === 'iq' && /^(result|error)$/.test(element.attrs['type'] ?? ''));

/** The stanzas of all scenes, also those that are inside of others. */
function corpus(): Buffer[] {
  const found: Element[] = [];
  const collect = (element: Element): void => {
    if (isForUs(element)) found.push(element);
    for (const child of element.children) if (typeof child !== 'string') collect(child);
  };
  for (const scene of scenes) for (const element of elementsOf(scene)) collect(element);
  return found.map((element) => Buffer.from(serialize(element, '')));
}

export async function fuzzStanzas({ seed, runs }: { seed: number; runs: number }): Promise<void> {
  const random = seededRandom(seed);
  const stanzas = corpus();
  const faults: unknown[] = [];
  const events = new Map<string, number>();
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error: unknown) => faults.push(error));
  }
  const folder = temporaryFolder('fuzz');
  const server = new ScriptedServer([{ jid: FRIEND, subscription: 'both', name: 'Bob' }]);
  const engine = createEngine({
    ...createTestHost({
      profile: folder.path,
      log: (area, event) => events.set(`${area} ${event}`, (events.get(`${area} ${event}`) ?? 0) + 1),
    }),
    connect: server.connect,
  });
  const alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');

  const next = (): string => {
    for (;;) {
      const original = stanzas[below(random, stanzas.length)] ?? Buffer.alloc(0);
      const sender = SENDERS[below(random, SENDERS.length)] ?? '';
      const text = original
        .toString()
        .replace(/ from="[^"]*"/, sender === '' ? '' : ` from="${sender}"`)
        .replaceAll('@localhost', '@b.test');
      const damaged = random() < 0.2 ? Buffer.from(text) : damage(random, Buffer.from(text), 2);
      const element = parseStanza(damaged.toString());
      if (element !== undefined && isForUs(element)) return serialize(element);
    }
  };
  try {
    const since = performance.now();
    for (let done = 0; done < runs;) {
      const batch = Math.min(BATCH, runs - done);
      for (let index = 0; index < batch; index += 1) server.deliver(next());
      done += batch;
      const canary = `benign ${done}`;
      server.deliver(
        `<message from="${FRIEND}/r" to="${ME}/d1" type="chat" id="c${done}"><body>${canary}</body></message>`,
      );
      await alice.until(() => alice.chatWith(FRIEND)?.last?.text === canary, canary, 60_000);
      await eventually(() => Promise.resolve(server.handled.length >= server.delivered), 'all are handled');
      const exact = new Set(server.handled);
      if (server.handled.length !== server.delivered || exact.size !== server.delivered) {
        throw new Error(
          `${server.delivered} came, ${server.handled.length} were counted, ${exact.size} different`,
        );
      }
      if (faults.length > 0) throw faults[0];
    }
    const told = [...events].sort(([, a], [, b]) => b - a).slice(0, 12);
    console.log(
      `${runs} damaged stanzas (seed ${seed}): each counted once, nothing thrown, every friend heard; ` +
        `${((performance.now() - since) / 1_000).toFixed(0)} s\n${told.map(([event, count]) => `${event}: ${count}`).join(', ')}`,
    );
  } finally {
    await engine.stop();
    folder.remove();
  }
}
