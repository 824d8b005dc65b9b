/** Plays one downgrade against the real client, and says what was wrong about how it took it. */
import { readFileSync } from 'node:fs';
import { authorityCertificate } from './certificates.ts';
import { toldTooMuch, type Downgrade } from './downgrades.ts';
import { startFakeServer } from './fake-server.ts';
import { listen } from './wire-listener.ts';

/** @returns one line for each fault; none when the client told nothing and gave up for the right reason */
export async function faultsOf(downgrade: Downgrade): Promise<string[]> {
  const certificate = await downgrade.certificate?.();
  const server = await startFakeServer({
    ...downgrade.server,
    ...(downgrade.domain !== undefined && { domain: downgrade.domain }),
    ...(certificate && { certificate }),
    serve: downgrade.serve,
  });
  const { wire, closed, states } = listen({
    ca: [readFileSync(await authorityCertificate(), 'utf8')],
    server: server.address,
    address: `alice@${server.domain}`,
    scramSeen: downgrade.scramSeen ?? false,
    // Enough for a busy machine; only the answer that is none waits for it.
    limits: { secure: 2_000 },
  });
  const code = (await closed)?.code;
  wire.drop();
  await Promise.all(server.sessions.map(async (session) => await session.gone));
  const faults: string[] = [];
  for (const session of server.sessions) {
    const told = toldTooMuch(downgrade, session);
    if (told !== undefined) faults.push(`told ${told}`);
  }
  if (server.sessions.length !== 1) faults.push(`connected ${server.sessions.length} times`);
  if (code === undefined || !downgrade.code.includes(code)) faults.push(`gave up for ${String(code)}`);
  if (states.some(({ kind }) => kind === 'online')) faults.push('went online');
  await server.stop();
  return faults;
}
