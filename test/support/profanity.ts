/**
 * Another program on the other side: Debian's Profanity 0.13 in a terminal of its own (tmux), driven by keys and read
 * from its screen, as its user would. Its files lie in a temporary folder; it shares nothing with the person's own.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../build/processes.ts';
import { askPublish } from '../../electron/xmpp/xep/xep0060.ts';
import { NODE_DEVICES, writeDeviceList } from '../../electron/xmpp/xep/xep0384.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { temporaryFolder } from './folder.ts';
import { eventually } from './people.ts';
import type { Prosody } from './prosody.ts';
import { speakAs } from './speak-as.ts';

export interface Profanity {
  readonly address: string;
  /** The fingerprint of its OMEMO key: 64 hex characters. */
  readonly fingerprint: string;
  /** Writes a message in the chat with somebody; a line break would end it. */
  readonly say: (to: string, text: string) => Promise<void>;
  /** Runs a command that begins with a slash. */
  readonly command: (line: string) => Promise<void>;
  /** From now on what it writes to somebody is encrypted. */
  readonly startEncryption: (to: string) => Promise<void>;
  /** What its screen shows now, without trailing spaces. */
  readonly screen: () => Promise<string>;
  /** The line of its screen that contains the text, waited for. @throws with the screen when it does not come */
  readonly waitFor: (text: string | RegExp) => Promise<string>;
  /** Everything it received and sent, as its own log has it. */
  readonly traffic: () => string;
  /** Ends and starts it again with the same keys. */
  readonly restart: () => Promise<void>;
  readonly end: () => Promise<void>;
  /** Starts it again after `end`. */
  readonly launch: () => Promise<void>;
  /** Ends it and deletes everything. */
  readonly stop: () => Promise<void>;
}

/** Wide and high enough for every line of a test. */
const SIZE = ['-x', '160', '-y', '120'];

/**
 * Starts it, signed in as an account of the server, with OMEMO keys made and published.
 * @throws Error with its screen when it does not come online.
 */
export async function startProfanity({
  prosody,
  name,
  resource = 'profanity',
  isFirst = true,
}: {
  readonly prosody: Prosody;
  readonly name: string;
  readonly resource?: string;
  /** False when its account has devices already. */
  readonly isFirst?: boolean;
}): Promise<Profanity> {
  const folder = temporaryFolder('profanity');
  const { address, password } = prosody.account(name);
  if (isFirst) await publishEmptyDeviceList(prosody, name);
  writeFiles(folder.path, { address, password, resource, port: prosody.ports.starttls });
  const socket = join(folder.path, 'tmux');
  const log = join(folder.path, 'profanity.log');
  const env = {
    PATH: process.env['PATH'],
    HOME: folder.path,
    XDG_CONFIG_HOME: join(folder.path, 'config'),
    XDG_DATA_HOME: join(folder.path, 'data'),
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
  const tmux = async (...args: string[]): Promise<string> => {
    const { code, output } = await run('tmux', ['-u', '-S', socket, ...args], { env });
    if (code !== 0) throw new Error(`tmux ${args[0] ?? ''} failed: ${output}`);
    return output;
  };

  const screen = async (): Promise<string> =>
    (await tmux('capture-pane', '-p', '-J', '-t', 'peer')).replaceAll(/(?:[ \t]*\n)+/g, '\n');
  const waitFor = async (text: string | RegExp): Promise<string> => {
    const isIt = (line: string): boolean =>
      typeof text === 'string' ? line.includes(text) : text.test(line);
    let found: string | undefined;
    const isThere = async (): Promise<boolean> => {
      found = (await screen()).split('\n').find(isIt);
      return found !== undefined;
    };
    await eventually(isThere, `"${String(text)}" on the screen`).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await screen()}`);
    });
    return found ?? '';
  };
  const type = async (line: string): Promise<void> => {
    await tmux('send-keys', '-t', 'peer', '-l', '--', line);
    await tmux('send-keys', '-t', 'peer', 'Enter');
  };

  let server: Daemon | undefined;
  const launch = async (): Promise<void> => {
    // In the foreground, so that it ends with us; a session is a command of its own then.
    server = await startDaemon('tmux', ['-u', '-S', socket, '-f', '/dev/null', '-D'], {
      env,
      cwd: folder.path,
      log: join(folder.path, 'tmux.log'),
    });
    const program = `exec profanity -l DEBUG -f '${log}' 2>'${join(folder.path, 'errors.log')}'`;
    const isUp = (): Promise<boolean> =>
      tmux('new-session', '-d', '-s', 'peer', ...SIZE, program).then(
        () => true,
        () => false,
      );
    await eventually(isUp, 'the terminal');
    await waitFor(`${address}/${resource} logged in successfully`);
  };
  const end = async (): Promise<void> => {
    // Signs out when asked to; without its window the terminal has nothing left to show.
    await type('/quit').catch(() => undefined);
    const isGone = (): Promise<boolean> =>
      tmux('has-session', '-t', 'peer').then(
        () => false,
        () => true,
      );
    await eventually(isGone, 'the end of Profanity', 5_000).catch(() => undefined);
    await server?.stop();
  };
  const stop = async (): Promise<void> => {
    await end();
    folder.remove();
  };

  let fingerprint: string;
  try {
    await launch();
    await type('/omemo gen');
    // It trusts the key that it finds on the server: so list and bundle are there for others, too.
    await waitFor(`Blind trust for ${address} device`);
    await type('/omemo fingerprint');
    const line = await waitFor('Your OMEMO fingerprint:');
    fingerprint = (/[0-9a-f]{8}(?:-[0-9a-f]{8}){7}/i.exec(line)?.[0] ?? '').replaceAll('-', '').toLowerCase();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    address,
    fingerprint,
    command: type,
    say: (to, text) => type(`/msg ${to} ${text}`),
    startEncryption: async (to) => {
      await type(`/msg ${to}`);
      await type('/omemo start');
      await waitFor('[OMEMO]');
    },
    screen,
    waitFor,
    traffic: () => readFileSync(log, 'utf8'),
    restart: async () => {
      await end();
      await launch();
    },
    end,
    launch,
    stop,
  };
}

/** It cannot create the node of its device list itself (0.13.1): an empty one that everybody may read is enough. */
async function publishEmptyDeviceList(prosody: Prosody, name: string): Promise<void> {
  await speakAs(prosody, name, async (wire) => {
    await askPublish(wire, {
      node: NODE_DEVICES,
      id: 'current',
      payload: writeDeviceList([]),
      options: { access_model: 'open', persist_items: true },
    });
  });
}

/** Its accounts and preferences, as it writes them itself. */
function writeFiles(
  folder: string,
  {
    address,
    password,
    resource,
    port,
  }: {
    readonly address: string;
    readonly password: string;
    readonly resource: string;
    readonly port: number;
  },
): void {
  for (const kind of ['config', 'data']) mkdirSync(join(folder, kind, 'profanity'), { recursive: true });
  const section = (name: string, values: Record<string, string>): string =>
    `[${name}]\n${Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')}\n`;
  writeFileSync(
    join(folder, 'data', 'profanity', 'accounts'),
    section(address, {
      enabled: 'true',
      jid: address,
      password,
      server: '127.0.0.1',
      port: String(port),
      resource,
      // Our authority is not among those that the system trusts.
      'tls.policy': 'trust',
      'presence.last': 'online',
      'presence.login': 'online',
      'omemo.policy': 'automatic',
    }),
  );
  writeFileSync(
    join(folder, 'config', 'profanity', 'profrc'),
    section('connection', { account: address, 'correction.allow': 'true' }) +
      section('logging', { maxsize: '10485760', rotate: 'false', chlog: 'true' }) +
      section('omemo', { log: 'on', policy: 'automatic', trustmode: 'blind' }) +
      section('ui', { splash: 'false', occupants: 'false', 'titlebar.muc.title.jid': 'true' }) +
      section('notifications', { message: 'off' }) +
      section('chatstates', { enabled: 'true' }),
  );
}
