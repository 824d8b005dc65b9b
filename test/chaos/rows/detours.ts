/**
 * R15: broken ways to a server: one family of addresses leads nowhere, servers are dead, names take five seconds. How
 * long until TLS stands is compared with the same on a sound network in the same run. What others had the processor for is
 * allowed for.
 */
import { readFileSync } from 'node:fs';
import { dial } from '../../../electron/xmpp/transport/dial.ts';
import { usualDialLimits } from '../../../electron/xmpp/transport/dial.ts';
import type { Network } from '../../../electron/xmpp/transport/network.ts';
import { authorityCertificate } from '../../support/certificates.ts';
import { detours, slowRecords, soundNetwork } from '../../support/detours.ts';
import { startFakeServer } from '../../support/fake-server.ts';
import { waitedForProcessor } from '../processor.ts';
import { percentile95, type Context, type Result, type Row } from '../frame.ts';

async function run({ count, note }: Context): Promise<Result> {
  const server = await startFakeServer({
    serve: async (session) => {
      await session.startTls();
      await session.gone;
    },
  });
  const ca = [readFileSync(await authorityCertificate(), 'utf8')];
  const connect = async (network: Network): Promise<number> => {
    const since = performance.now();
    const { socket } = await dial(
      { domain: 'a.test', pins: [], ca, network, limits: usualDialLimits },
      new AbortController().signal,
    );
    socket.destroy();
    return performance.now() - since;
  };
  const { port } = server.address;
  const best: number[] = [];
  const failures: string[] = [];
  const figures: Record<string, string | number> = {};
  let tried = 0;
  let longestWait = 0;
  try {
    for (let index = 0; index < 5 + count; index += 1) best.push(await connect(soundNetwork(port)));
    const sound = percentile95(best);
    figures['sound network, p95 ms'] = Math.round(sound);
    for (const detour of [...detours, slowRecords]) {
      const times: number[] = [];
      for (let index = 0; index < count; index += 1) {
        const before = waitedForProcessor();
        const milliseconds = await connect(detour.network(port));
        const waited = waitedForProcessor() - before;
        longestWait = Math.max(longestWait, waited);
        tried += 1;
        times.push(milliseconds);
        note('connected', { detour: detour.name, milliseconds, waited });
        if (milliseconds > sound + detour.within + waited) {
          const others = `${Math.round(sound)} when sound, ${Math.round(waited)} without the processor`;
          failures.push(`${detour.name}: ${Math.round(milliseconds)} ms; ${others}`);
        }
      }
      figures[`${detour.name}, p95 ms`] = Math.round(percentile95(times));
    }
    figures['longest wait for the processor, ms'] = Math.round(longestWait);
  } finally {
    await server.stop();
  }
  return { tried, failures, figures };
}

export const detourRow: Row = { name: 'R15', title: 'broken ways to the server', full: 20, short: 1, run };
