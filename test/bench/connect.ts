/** From nothing to online on a real Prosody over direct TLS, how often we wait for the server after TLS, and how long. */
import { readFileSync } from 'node:fs';
import type { ResumableSession } from '../../electron/xmpp/wire.ts';
import { startProsody } from '../support/prosody.ts';
import { roundTripsUntil, startRecorder } from '../support/tls-recorder.ts';
import { listen, type Listener, type ListenOptions } from '../support/wire-listener.ts';
import { startRawClient } from './raw-client.ts';
import { sampleOf, type Row } from './table.ts';

const ONLINE = /<(?:enabled|resumed) [^>]*urn:xmpp:sm:3/;

export async function measureConnect({ isShort }: { isShort: boolean }): Promise<Row[]> {
  const repeats = isShort ? 1 : 15;
  const rows: Row[] = [];
  for (const [name, sasl2] of [
    ['plain Prosody', false],
    ['Prosody with SASL2', true],
  ] as const) {
    const server = await startProsody({ accounts: ['raw', 'alice'], ...(sasl2 && { sasl2 }) });
    const connect = (port: number, options: ListenOptions = {}): Listener =>
      listen({
        ca: [readFileSync(server.authority, 'utf8')],
        server: { host: '127.0.0.1', port, security: 'direct' },
        ...server.account('alice'),
        ...options,
      });
    const timed = async (start: () => Promise<unknown>): Promise<number> => {
      const since = performance.now();
      await start();
      return performance.now() - since;
    };
    /** Online once, and again with all that is remembered. */
    const twice = async (port: number): Promise<[number, number]> => {
      const first = connect(port);
      const cold = await timed(() => first.online);
      const { session, jid } = await first.online;
      first.wire.drop();
      const memory = first.memories.at(-1);
      const resume: ResumableSession = { id: session?.id ?? '', jid, received: first.wire.handledUpTo };
      const second = connect(port, { resume, ...(memory !== undefined && { memory }) });
      const warm = await timed(() => second.online);
      await second.wire.close();
      return [cold, warm];
    };
    try {
      const [raw, cold, warm]: [number[], number[], number[]] = [[], [], []];
      for (let repeat = 0; repeat < repeats; repeat += 1) {
        raw.push(await timed(async () => (await startRawClient(server, 'raw')).close()));
        const [one, two] = await twice(server.ports.direct);
        cold.push(one);
        warm.push(two);
      }
      const recorder = await startRecorder(server.ports.direct);
      await twice(recorder.port);
      await recorder.stop();
      const [first, again] = recorder.recordings.map((recording) => roundTripsUntil(recording, ONLINE));
      const floor = { name: 'a bare socket with PLAIN', sample: sampleOf(raw) };
      rows.push(
        { name: `connect to online, ${name}, first`, unit: 'ms', ours: sampleOf(cold), floor },
        { name: `connect to online, ${name}, again`, unit: 'ms', ours: sampleOf(warm), floor },
        {
          name: `round trips after TLS, ${name}, first`,
          unit: 'round trips',
          ours: sampleOf([first ?? NaN]),
        },
        {
          name: `round trips after TLS, ${name}, again`,
          unit: 'round trips',
          ours: sampleOf([again ?? NaN]),
        },
      );
    } finally {
      await server.stop();
    }
  }
  return rows;
}
