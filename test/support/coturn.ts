/** A private coturn on 127.0.0.1: a relay for calls, which lets only those through to whom an XMPP server has given a word. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon } from './daemon.ts';
import { temporaryFolder } from './folder.ts';
import { accepts, comesTrue, freePorts } from './ports.ts';

/** An address of nobody (RFC 5737). */
const SHOWN = '203.0.113.9';

export interface Relay {
  /** Lines for Prosody, whose module gives out the credentials (XEP-0215). */
  readonly config: string;
  /** How many relayed ways it has made. */
  readonly allocations: () => number;
  readonly stop: () => Promise<void>;
}

/** @throws Error when it does not answer within ten seconds */
export async function startRelay(): Promise<Relay> {
  const folder = temporaryFolder('coturn');
  const [port = 0] = await freePorts(1);
  const secret = randomBytes(16).toString('hex');
  const log = join(folder.path, 'coturn.log');
  const daemon = await startDaemon(
    'turnserver',
    [
      ...['-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${String(port)}`],
      // A candidate on the loopback is refused, as it should be: it says another address, and takes that for its own.
      `--external-ip=${SHOWN}/127.0.0.1`,
      ...['--no-tls', '--no-dtls', '--no-cli', '--allow-loopback-peers', '--realm=localhost'],
      ...['--use-auth-secret', `--static-auth-secret=${secret}`, '--log-file=stdout', '--verbose'],
      ...[`--pidfile=${join(folder.path, 'pid')}`, `--db=${join(folder.path, 'db')}`],
    ],
    { cwd: folder.path, log },
  );
  const stop = async (): Promise<void> => {
    await daemon.stop();
    folder.remove();
  };
  if (!(await comesTrue(10_000, () => accepts(port)))) {
    await stop();
    throw new Error('coturn did not start');
  }
  return {
    config: [
      'turn_external_host = "127.0.0.1"',
      `turn_external_port = ${String(port)}`,
      `turn_external_secret = "${secret}"`,
    ].join('\n'),
    allocations: () => readFileSync(log, 'utf8').split(/ALLOCATE processed, success/u).length - 1,
    stop,
  };
}
