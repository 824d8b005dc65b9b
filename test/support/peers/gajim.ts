/**
 * Debian's Gajim 1.7 with its OMEMO plugin, on a screen and a message bus of its own. A script in the same process
 * (gajim-driver.py) writes into its composer and presses Return; what it heard is read from its own archive.
 */
import { existsSync, mkdirSync, copyFileSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { serverCertificate } from '../certificates.ts';
import { startDaemon, type Daemon } from '../daemon.ts';
import { startDisplay, type Display } from '../display.ts';
import { temporaryFolder } from '../folder.ts';
import { startSession, type Session } from '../keyring.ts';
import { eventually } from '../people.ts';
import type { Heard, HeardInRoom, Peer, PeerInRooms, PeerOptions } from './peer.ts';

/** Debian's own Python: another one does not see Debian's packages. */
const PYTHON = '/usr/bin/python3';
const DRIVER = fileURLToPath(new URL('gajim-driver.py', import.meta.url));
/** Milliseconds: it has a window to build, and the machine may be busy. */
const PATIENCE = 90_000;

export async function startGajim({ server, name, resource, rooms = [] }: PeerOptions): Promise<Peer> {
  const folder = temporaryFolder('gajim');
  const { address, password } = server.account(name);
  const profile = join(folder.path, 'profile');
  const archive = join(profile, 'logs.db');
  const log = join(folder.path, 'gajim.log');
  const path = join(folder.path, 'driver');
  mkdirSync(join(profile, 'cert_store'), { recursive: true });
  // It takes a certificate that it does not know when a person has accepted it before.
  copyFileSync((await serverCertificate(server.domain)).certificate, join(profile, 'cert_store', 'server'));
  writeSettings(join(profile, 'settings.sqlite'), {
    address,
    password,
    resource,
    port: server.ports.starttls,
  });

  let running: { display: Display; session: Session; program: Daemon; socket: string } | undefined;
  let starts = 0;

  const ask = async (order: Readonly<Record<string, string>>): Promise<unknown> => {
    if (running === undefined) throw new Error('Gajim is not running');
    const answer = await askSocket(running.socket, order);
    if (answer.error !== undefined) throw new Error(`Gajim could not ${order['do'] ?? ''}: ${answer.error}`);
    return answer.value;
  };
  const stop = async (): Promise<void> => {
    if (running === undefined) return;
    const { program, session, display } = running;
    await ask({ do: 'quit' }).catch(() => undefined);
    await Promise.race([program.ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
    running = undefined;
    if (!program.hasEnded()) await program.stop('SIGKILL');
    await session.stop();
    await display.stop();
  };
  const start = async (): Promise<void> => {
    const display = await startDisplay({ isPrivate: true });
    const session = await startSession();
    starts += 1;
    const socket = `${path}${starts}`;
    const home = join(folder.path, 'home');
    mkdirSync(home, { recursive: true });
    const program = await startDaemon(
      PYTHON,
      [DRIVER, socket, '-s', '-c', profile, '-l', 'gajim=INFO,gajim.p.omemo=DEBUG'],
      {
        log,
        cwd: home,
        env: {
          PATH: '/usr/bin:/bin',
          HOME: home,
          XDG_CONFIG_HOME: join(home, 'config'),
          XDG_DATA_HOME: join(home, 'data'),
          XDG_CACHE_HOME: join(home, 'cache'),
          LANG: 'C.UTF-8',
          TZ: 'UTC',
          NO_AT_BRIDGE: '1',
          GDK_BACKEND: 'x11',
          GIO_USE_PROXY_RESOLVER: 'dummy',
          PYTHON_KEYRING_BACKEND: 'keyring.backends.null.Keyring',
          PYTHONDONTWRITEBYTECODE: '1',
          DISPLAY: display.name,
          ...session.env,
        },
      },
    );
    running = { display, session, program, socket };
    const isUp = async (): Promise<boolean> =>
      existsSync(socket) && (await ask({ do: 'state' }).catch(() => false)) === true;
    await eventually(isUp, 'Gajim is online', PATIENCE).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${readFileSync(log, 'utf8').split('\n').slice(-30).join('\n')}`);
    });
  };
  const remove = async (): Promise<void> => {
    await stop();
    folder.remove();
  };

  const encryptionIn = (room: string): string =>
    rooms.some(({ address: each, isEncrypted }) => each === room && isEncrypted) ? 'OMEMO' : '';
  const untilDone = async (order: Readonly<Record<string, string>>): Promise<void> => {
    const isDone = async (): Promise<boolean> => (await ask(order)) === true;
    await eventually(isDone, `Gajim to ${JSON.stringify(order)}`, PATIENCE);
  };
  const inRooms: PeerInRooms = {
    say: (room, text) => untilDone({ do: 'say-in', address: room, text, encryption: encryptionIn(room) }),
    correct: (room, text) =>
      untilDone({ do: 'correct-in', address: room, text, encryption: encryptionIn(room) }),
    setNick: async (room, nick) => {
      await ask({ do: 'nick', address: room, text: nick });
    },
    setSubject: async (room, subject) => {
      await ask({ do: 'set-subject', address: room, text: subject });
    },
    subject: async (room) => String(await ask({ do: 'subject', address: room })),
    heard: (room) => Promise.resolve(heardInRoom(archive, room)),
  };

  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    address,
    rooms: inRooms,
    start,
    stop,
    remove,
    say: async (to, text) => {
      // The first time it has to look for keys, and leaves the words where they are.
      const isSaid = async (): Promise<boolean> => (await ask({ do: 'say', address: to, text })) === true;
      await eventually(isSaid, `Gajim says "${text}"`, PATIENCE);
    },
    heard: (from) => Promise.resolve(heardIn(archive, from)),
  };
}

/** One line to the driver, one line back. */
async function askSocket(
  path: string,
  order: Readonly<Record<string, string>>,
): Promise<{ value?: unknown; error?: string }> {
  const socket = createConnection(path);
  try {
    socket.write(`${JSON.stringify(order)}\n`);
    for await (const line of createInterface({ input: socket })) {
      return JSON.parse(line) as { value?: unknown; error?: string };
    }
    throw new Error('Gajim hung up');
  } finally {
    socket.destroy();
  }
}

/** KindConstant.CHAT_MSG_RECV and GC_MSG of gajim/common/const.py. */
const RECEIVED = 4;
const IN_ROOM = 2;

const heardIn = (archive: string, from: string): Heard[] =>
  heard(archive, from, RECEIVED).map(({ text, isEncrypted }) => ({ text, isEncrypted }));

const heardInRoom = (archive: string, room: string): HeardInRoom[] => heard(archive, room, IN_ROOM);

function heard(archive: string, from: string, kind: number): (Heard & HeardInRoom)[] {
  if (!existsSync(archive)) return [];
  const database = new DatabaseSync(archive, { readOnly: true });
  try {
    const rows = database
      .prepare(
        `SELECT contact_name AS nick, message, additional_data AS more FROM logs JOIN jids USING (jid_id)
         WHERE jid = ? AND kind = ? AND message IS NOT NULL ORDER BY log_line_id`,
      )
      .all(from, kind) as { nick: string | null; message: string; more: string | null }[];
    return rows.map(({ nick, message, more }) => {
      const { encrypted } = JSON.parse(more ?? '{}') as { encrypted?: { name?: string } };
      return { nick: nick ?? '', text: message, isEncrypted: encrypted?.name === 'OMEMO' };
    });
  } finally {
    database.close();
  }
}

interface Settings {
  readonly address: string;
  readonly password: string;
  readonly resource: string;
  readonly port: number;
}

/** Its settings (version 5 of their schema), as it writes them itself. */
function writeSettings(file: string, { address, password, resource, port }: Settings): void {
  const [name = '', hostname = ''] = address.split('@');
  const workspace = { name: 'Chats', color: '', avatar_sha: '', chats: [] };
  const app = {
    use_keyring: false,
    check_for_update: false,
    plugins_auto_update: false,
    plugins_update_check: false,
    plugins_repository_enabled: false,
    workspace_order: ['first'],
  };
  const groups: Readonly<Record<string, unknown>> = {
    app,
    soundevents: {},
    status_presets: {},
    proxies: {},
    plugins: { omemo: { active: true, BLIND_TRUST: true } },
    workspaces: { first: workspace },
  };
  const account = {
    name,
    hostname,
    resource,
    password,
    savepass: true,
    autoconnect: true,
    active: true,
    account_label: 'lab',
    use_custom_host: true,
    custom_host: '127.0.0.1',
    custom_port: port,
    custom_type: 'START TLS',
    confirm_unencrypted_connection: false,
    autojoin_sync: false,
  };
  const database = new DatabaseSync(file);
  try {
    database.exec(`CREATE TABLE settings(name TEXT UNIQUE, settings TEXT);
      CREATE TABLE account_settings(account TEXT UNIQUE, settings TEXT); PRAGMA user_version = 5`);
    const put = database.prepare('INSERT INTO settings VALUES (?, ?)');
    for (const [group, values] of Object.entries(groups)) put.run(group, JSON.stringify(values));
    database
      .prepare('INSERT INTO account_settings VALUES (?, ?)')
      .run('lab', JSON.stringify({ account, contact: {}, group_chat: {} }));
  } finally {
    database.close();
  }
}
