/**
 * A private D-Bus session, with or without an unlocked GNOME keyring in it. It shares nothing with the session
 * of the person who runs the tests.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../build/processes.ts';
import { startDaemon } from './daemon.ts';
import { temporaryFolder } from './folder.ts';

export interface Session {
  /** To be merged into the environment of the program that shall live in this session. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/**
 * No folders of services: the bus starts nothing by itself. With them, whoever asks for the keyring before it has its
 * name makes the bus start a second one, which is locked and empty.
 */
const configuration = (folder: string): string => `<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=${folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** A message bus of its own, without any service. */
export async function startSession(): Promise<Session> {
  const folder = temporaryFolder('session');
  const runtime = join(folder.path, 'runtime');
  mkdirSync(runtime, { mode: 0o700 });
  const env = { XDG_RUNTIME_DIR: runtime };
  const file = join(folder.path, 'bus.conf');
  writeFileSync(file, configuration(runtime));
  const args = [`--config-file=${file}`, '--nofork', '--nopidfile', '--print-address=3'];
  const bus = await startDaemon('dbus-daemon', args, {
    log: join(folder.path, 'bus.log'),
    announces: true,
    env: { ...process.env, ...env },
  });
  return {
    env: { ...env, DBUS_SESSION_BUS_ADDRESS: await bus.announcement() },
    stop: async () => {
      await bus.stop();
      folder.remove();
    },
  };
}

/**
 * A session whose keyring is unlocked and empty. Start the program with `--password-store=gnome-libsecret`.
 * @throws Error when the keyring does not appear on the bus.
 */
export async function startKeyring(): Promise<Session> {
  const session = await startSession();
  const folder = temporaryFolder('keyring');
  // The daemon keeps its files under XDG_DATA_HOME: the person's own keyring is never touched.
  const env = { ...session.env, XDG_DATA_HOME: join(folder.path, 'data') };
  mkdirSync(env.XDG_DATA_HOME, { mode: 0o700 });
  const daemon = await startDaemon(
    'gnome-keyring-daemon',
    ['--foreground', '--unlock', '--components=secrets'],
    { log: join(folder.path, 'keyring.log'), env: { ...process.env, ...env }, input: 'a test keyring' },
  );
  const stop = async (): Promise<void> => {
    await daemon.stop();
    await session.stop();
    folder.remove();
  };
  try {
    await untilUnlocked({ ...process.env, ...env });
  } catch (error) {
    await stop();
    throw error;
  }
  return { env: { ...env, XDG_CURRENT_DESKTOP: 'GNOME' }, stop };
}

/** Asks over the bus, as a client would, for the collection that secrets go to by default. */
async function untilUnlocked(env: NodeJS.ProcessEnv): Promise<void> {
  const question = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.secrets',
    '/org/freedesktop/secrets',
    'org.freedesktop.Secret.Service.ReadAlias',
    'string:default',
  ];
  let answer = '';
  for (let attempt = 0; attempt < 100; attempt++) {
    const { code, output } = await run('dbus-send', question, { env });
    answer = output;
    if (code === 0 && /object path "\/org\/freedesktop\/secrets\/\w+/.test(output)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The keyring did not come up: ${answer}`);
}
