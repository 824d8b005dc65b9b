/**
 * A program in a network of its own, where 127.0.0.1:5222 leads to the server of a test and the tests' authority is
 * trusted: for clients that take neither a port nor a certificate. Everything it starts ends with it. Linux only.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../../build/processes.ts';
import { startDaemon, type Daemon } from '../daemon.ts';

const RELAY = fileURLToPath(new URL('relay.ts', import.meta.url));
/** A person without root's rights needs a user namespace, and may be refused one. */
const rights = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user', '--keep-caps'];
const kinds = [...rights, '--net', '--mount', '--pid', '--fork', '--kill-child'];

/** Whether this machine lets us make one. */
export async function canIsolate(): Promise<boolean> {
  const { code } = await run('unshare', [...kinds, 'ip', 'link', 'set', 'lo', 'up'], { limit: 10_000 });
  return code === 0;
}

export interface IsolatedOptions {
  readonly command: readonly string[];
  /** Holds what this needs beside the program; to be deleted by the caller. */
  readonly folder: string;
  /** On 127.0.0.1 of the machine. */
  readonly port: number;
  /** Path of a PEM file. */
  readonly authority: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
}

/** Starts it. `stop` ends it as a power failure would, with everything that it has started. */
export async function startIsolated(options: IsolatedOptions): Promise<Pick<Daemon, 'ended' | 'stop'>> {
  const { command, folder, port, authority, env, log } = options;
  const [bridge, trusted, names] = ['bridge', 'trusted.pem', 'names'].map((file) => join(folder, file));
  if (bridge === undefined || trusted === undefined || names === undefined) throw new Error('no folder');
  writeFileSync(trusted, readFileSync(authority));
  writeFileSync(names, ''); // nobody to ask: questions fail at once
  const server = createServer((inside) => {
    const outside = connect(port, '127.0.0.1');
    inside.on('error', () => outside.destroy()).on('close', () => outside.destroy());
    outside.on('error', () => inside.destroy()).on('close', () => inside.destroy());
    inside.pipe(outside).pipe(inside);
  });
  await once(server.listen(bridge), 'listening');
  const script = `set -e
ip link set lo up
mount --bind "$TRUSTED" /etc/ssl/certs/ca-certificates.crt
mount --bind "$NAMES" /etc/resolv.conf
"$NODE" "$RELAY" "$BRIDGE" &
exec "$@"`;
  const daemon = await startDaemon('unshare', [...kinds, 'sh', '-c', script, 'sh', ...command], {
    log,
    cwd: folder,
    env: {
      ...env,
      TRUSTED: trusted,
      NAMES: names,
      NODE: process.execPath,
      RELAY,
      BRIDGE: bridge,
    },
  });
  const end = async (): Promise<void> => {
    await daemon.stop('SIGKILL');
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return { ended: daemon.ended, stop: end };
}
