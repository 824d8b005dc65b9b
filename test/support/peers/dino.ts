/**
 * Debian's Dino 0.4 on a screen and a message bus of its own. Chats are opened over the bus and words typed by xdotool;
 * what it heard is read from its own database. It takes no port and trusts only the system, so it has a namespace.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { run } from '../../../build/processes.ts';
import { startDisplay, type Display } from '../display.ts';
import { temporaryFolder } from '../folder.ts';
import { startSession, type Session } from '../keyring.ts';
import { eventually } from '../people.ts';
import { startIsolated } from './namespace.ts';
import type { Heard, HeardInRoom, Peer, PeerInRooms, PeerOptions, PeerRoom } from './peer.ts';

/** Milliseconds. */
const PATIENCE = 90_000;
/** Entities.Encryption of libdino. */
const OMEMO = 2;

export async function startDino({
  server,
  name,
  resource,
  contacts,
  rooms = [],
}: PeerOptions): Promise<Peer> {
  const folder = temporaryFolder('dino');
  const { address, password } = server.account(name);
  const data = join(folder.path, 'data', 'dino');
  const file = join(data, 'dino.db');
  const log = join(folder.path, 'dino.log');
  mkdirSync(data, { recursive: true });
  writeDatabase(file, { address, password, resource, contacts, rooms });

  let running:
    | { display: Display; session: Session; program: Awaited<ReturnType<typeof startIsolated>> }
    | undefined;

  const stop = async (): Promise<void> => {
    if (running === undefined) return;
    const { display, session, program } = running;
    await bus('org.gtk.Actions.Activate', 'quit', '[]', '{}').catch(() => undefined);
    await Promise.race([program.ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
    running = undefined;
    await program.stop(); // also when it has ended: the bridge
    await session.stop();
    await display.stop();
  };
  const environment = (): NodeJS.ProcessEnv => {
    if (running === undefined) throw new Error('Dino is not running');
    return {
      PATH: process.env['PATH'],
      HOME: folder.path,
      XDG_CONFIG_HOME: join(folder.path, 'config'),
      XDG_DATA_HOME: join(folder.path, 'data'),
      XDG_CACHE_HOME: join(folder.path, 'cache'),
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      DISPLAY: running.display.name,
      GDK_BACKEND: 'x11',
      GSK_RENDERER: 'cairo',
      GTK_A11Y: 'none',
      GIO_USE_PROXY_RESOLVER: 'dummy',
      GSETTINGS_BACKEND: 'memory',
      ...running.session.env,
    };
  };
  const bus = async (method: string, ...args: string[]): Promise<string> => {
    const target = ['--session', '--dest', 'im.dino.Dino', '--object-path', '/im/dino/Dino'];
    const { code, output } = await run('gdbus', ['call', ...target, '--method', method, ...args], {
      env: environment(),
    });
    if (code !== 0) throw new Error(`Dino did not answer ${method}: ${output}`);
    return output;
  };
  const xdotool = async (...args: string[]): Promise<void> => {
    const { code, output } = await run('xdotool', args, { env: environment() });
    if (code !== 0) throw new Error(`xdotool ${args.join(' ')} failed: ${output}`);
  };
  const start = async (): Promise<void> => {
    const display = await startDisplay({ isPrivate: true });
    const session = await startSession();
    running = { display, session, program: { ended: Promise.resolve(), stop: () => Promise.resolve() } };
    const before = existsSync(log) ? readFileSync(log, 'utf8').length : 0;
    const program = await startIsolated({
      command: ['dino-im', '--print-xmpp=all'],
      folder: folder.path,
      port: server.ports.starttls,
      authority: server.authority,
      env: environment(),
      log,
    });
    running = { display, session, program };
    const isUp = (): Promise<boolean> =>
      Promise.resolve(existsSync(log) && /carbons/.test(readFileSync(log, 'utf8').slice(before)));
    await eventually(isUp, 'Dino is online', PATIENCE).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${readFileSync(log, 'utf8').split('\n').slice(-30).join('\n')}`);
    });
  };
  const remove = async (): Promise<void> => {
    await stop();
    folder.remove();
  };

  const untilSaid = async (text: string): Promise<void> => {
    const isSaid = (): Promise<boolean> => Promise.resolve(saidIn(file).includes(text));
    await eventually(isSaid, `Dino says "${text}"`, PATIENCE);
  };
  /** Writes into the chat that is open. Without a window manager the keys go to where the mouse is. */
  const type = async (text: string, before = 'ctrl+a'): Promise<void> => {
    await xdotool('mousemove', '700', '660', 'click', '1', 'key', before);
    await xdotool('key', 'ctrl+a');
    await xdotool('type', '--delay', '2', text);
    await xdotool('key', 'Return');
  };
  const openRoom = async (room: string): Promise<void> => {
    const isIn = (): Promise<boolean> => Promise.resolve(roomIn(file, room)?.active === 1);
    await eventually(isIn, `Dino is in ${room}`, PATIENCE);
    const id = String(roomIn(file, room)?.id ?? 0);
    await bus('org.gtk.Actions.Activate', 'open-conversation', `[<int32 ${id}>]`, '{}');
  };
  const inRooms: PeerInRooms = {
    say: async (room, text) => {
      await openRoom(room);
      await type(text);
      await untilSaid(text);
    },
    correct: async (room, text) => {
      await openRoom(room);
      await type(text, 'Up'); // what was said last, to be written anew
      await untilSaid(text);
    },
    setNick: async (room, nick) => {
      await openRoom(room);
      await type(`/nick ${nick}`);
    },
    setSubject: async (room, subject) => {
      await openRoom(room);
      await type(`/topic ${subject}`);
    },
    heard: (room) => Promise.resolve(heardInRoom(file, room)),
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
      await bus('org.freedesktop.Application.Open', `['xmpp:${to}?message']`, '{}');
      await type(text);
      await untilSaid(text);
    },
    heard: (from) => Promise.resolve(heardIn(file, from)),
  };
}

/** One of its tables, read while it writes; nothing as long as it has not made it. */
function read<Row>(file: string, query: string, ...values: string[]): Row[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(query).all(...values) as Row[];
  } catch (error) {
    if (/no such table/.test(String(error))) return [];
    throw error;
  } finally {
    database.close();
  }
}

const saidIn = (file: string): string[] =>
  read<{ body: string }>(file, 'SELECT body FROM message WHERE direction = 1').map(({ body }) => body);

function heardIn(file: string, from: string): Heard[] {
  return read<{ body: string; encryption: number }>(
    file,
    `SELECT body, encryption FROM message JOIN jid ON jid.id = message.counterpart_id
     WHERE jid.bare_jid = ? AND direction = 0 ORDER BY message.id`,
    from,
  ).map(({ body, encryption }) => ({ text: body, isEncrypted: encryption === OMEMO }));
}

/** Entities.Conversation.Type.GROUPCHAT of libdino. */
const ROOM = 1;

const roomIn = (file: string, room: string): { id: number; active: number } | undefined =>
  read<{ id: number; active: number }>(
    file,
    `SELECT c.id, c.active FROM conversation c JOIN jid ON jid.id = c.jid_id
     WHERE jid.bare_jid = ? AND c.type = ${ROOM}`,
    room,
  )[0];

/** What its timeline shows: of a message with other words, those. */
function heardInRoom(file: string, room: string): HeardInRoom[] {
  return read<{ nick: string; body: string; encryption: number }>(
    file,
    `SELECT m.counterpart_resource AS nick, m.body, m.encryption FROM content_item item
     JOIN message m ON item.content_type = 1 AND m.id = item.foreign_id JOIN jid ON jid.id = m.counterpart_id
     WHERE jid.bare_jid = ? AND m.direction = 0 ORDER BY item.time, item.id`,
    room,
  ).map(({ nick, body, encryption }) => ({ nick, text: body, isEncrypted: encryption === OMEMO }));
}

interface Settings {
  readonly rooms: readonly PeerRoom[];
  readonly address: string;
  readonly password: string;
  readonly resource: string;
  readonly contacts: readonly string[];
}

/**
 * An account, and chats that are to be encrypted, in tables as it makes them itself; it adds the others.
 * −1: it need not look into the archive from before.
 */
function writeDatabase(file: string, { address, password, resource, contacts, rooms }: Settings): void {
  const database = new DatabaseSync(file);
  try {
    database.exec(`
      CREATE TABLE account (id INTEGER PRIMARY KEY AUTOINCREMENT, bare_jid TEXT NOT NULL UNIQUE, resourcepart TEXT,
        password TEXT, alias TEXT, enabled INTEGER, roster_version TEXT, mam_earliest_synced INTEGER);
      CREATE TABLE jid (id INTEGER PRIMARY KEY AUTOINCREMENT, bare_jid TEXT NOT NULL UNIQUE);
      CREATE TABLE conversation (id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL,
        jid_id INTEGER NOT NULL, resource TEXT, active INTEGER, active_last_changed INTEGER NOT NULL DEFAULT 0,
        last_active INTEGER, type INTEGER, encryption INTEGER, read_up_to INTEGER,
        read_up_to_item INTEGER NOT NULL DEFAULT -1, notification INTEGER, send_typing INTEGER, send_marker INTEGER,
        pinned INTEGER DEFAULT 0)`);
    database
      .prepare(
        'INSERT INTO account (bare_jid, resourcepart, password, enabled, mam_earliest_synced) VALUES (?, ?, ?, 1, -1)',
      )
      .run(address, `dino.${resource}`, password);
    const jid = database.prepare('INSERT INTO jid (bare_jid) VALUES (?)');
    const chat = database.prepare(
      `INSERT INTO conversation (account_id, jid_id, active, last_active, type, encryption, read_up_to, notification,
        send_typing, send_marker) VALUES (1, ?, 0, 0, ?, ?, -1, 0, 0, 0)`,
    );
    for (const contact of contacts) chat.run(jid.run(contact).lastInsertRowid, 0, OMEMO);
    for (const room of rooms)
      chat.run(jid.run(room.address).lastInsertRowid, ROOM, room.isEncrypted ? OMEMO : 0);
  } finally {
    database.close();
  }
}
