/**
 * One question to the desktop's message bus: is there somebody of this name? Enough of the D-Bus protocol for calls of the
 * bus itself (D-Bus Specification 0.43, "Message Protocol" and "Message Bus Messages"), and nothing more.
 */
import { connect, type Socket } from 'node:net';

/** Whoever shows icons in a panel has this name (StatusNotifierItem, "StatusNotifierWatcher"). */
export const TRAY = 'org.kde.StatusNotifierWatcher';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Bus {
  /** Calls a method of the bus that takes a name, perhaps with flags, and answers with a number or a truth. */
  ask(member: string, name: string, flags?: number): Promise<number>;
  close(): void;
}

/** Whether somebody on the session's bus has this name. No bus, or one that does not answer in time, has nobody. */
export async function isOnBus(name: string, env: Environment, patience = 1_000): Promise<boolean> {
  let bus: Bus | undefined;
  try {
    bus = await openBus(env, patience);
    return (await bus.ask('NameHasOwner', name)) === 1;
  } catch {
    return false; // whatever is wrong with the bus, nobody can be reached on it
  } finally {
    bus?.close();
  }
}

/** @throws when there is no bus at the address that the environment names, or `patience` milliseconds passed in silence */
export async function openBus(env: Environment, patience: number): Promise<Bus> {
  const path = pathOf(env);
  if (path === undefined) throw new Error('no session bus');
  const socket = connect(path);
  socket.setTimeout(patience, () => socket.destroy(new Error('the bus is silent')));
  const read = reader(socket);
  // The identity is what the socket says it is; the number only names it ("EXTERNAL").
  const identity = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${identity}\r\n`);
  const answer = await read((bytes) => {
    const end = bytes.indexOf('\r\n');
    return end < 0 ? undefined : end + 2;
  });
  if (!answer.toString('latin1').startsWith('OK ')) throw new Error('the bus refuses us');
  socket.write('BEGIN\r\n');
  let serial = 0;
  const call = async (member: string, name?: string, flags?: number): Promise<number> => {
    socket.write(message((serial += 1), member, name, flags));
    for (;;) {
      const reply = await read(lengthOf);
      const kind = reply[1];
      if (kind === 2) return bodyOf(reply);
      if (kind === 3) throw new Error('the bus says no');
    }
  };
  await call('Hello');
  return { ask: call, close: () => socket.destroy() };
}

/** The first address that is a path we can reach ("Server Addresses"); else the usual one of systemd. */
function pathOf(env: Environment): string | undefined {
  for (const address of (env['DBUS_SESSION_BUS_ADDRESS'] ?? '').split(';')) {
    const [, kind, value] = /^unix:(?:[^,]*,)*?(path|abstract)=([^,]+)/u.exec(address) ?? [];
    if (value !== undefined) return (kind === 'abstract' ? '\0' : '') + unescapeValue(value);
  }
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime === undefined ? undefined : `${runtime}/bus`;
}

function unescapeValue(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Takes pieces from a stream, one after the other. */
function reader(socket: Socket): (measure: (bytes: Buffer) => number | undefined) => Promise<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let wake = (): void => undefined;
  let problem: Error | undefined;
  socket.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    if (held.length > 65_536) socket.destroy(new Error('the bus says too much'));
    wake();
  });
  socket.on('error', (error) => (problem = error));
  socket.on('close', () => {
    problem ??= new Error('the bus hung up');
    wake();
  });
  return async (measure) => {
    for (;;) {
      const length = measure(held);
      if (length !== undefined && held.length >= length) {
        const piece = held.subarray(0, length);
        held = held.subarray(length);
        return piece;
      }
      if (problem !== undefined) throw problem;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
}

const DRIVER = 'org.freedesktop.DBus';

function message(serial: number, member: string, name?: string, flags?: number): Buffer {
  const signature = `${name === undefined ? '' : 's'}${flags === undefined ? '' : 'u'}`;
  const body = new Writer();
  if (name !== undefined) body.text(name);
  if (flags !== undefined) body.number(flags);
  const fields = new Writer();
  fields.field(1, 'o', '/org/freedesktop/DBus');
  fields.field(2, 's', DRIVER);
  fields.field(3, 's', member);
  fields.field(6, 's', DRIVER);
  if (signature !== '') fields.field(8, 'g', signature);
  const head = new Writer();
  head.bytes(0x6c, 1, 0, 1); // little-endian, a call, no flags, version 1
  head.number(body.length);
  head.number(serial);
  head.number(fields.length);
  const before = Buffer.concat([head.result(), fields.result()]);
  return Buffer.concat([before, Buffer.alloc(-before.length & 7), body.result()]);
}

/** "Marshaling (Wire Format)": everything stands at a multiple of its size. Fields start at one of 8: so may this. */
class Writer {
  readonly #bytes: number[] = [];
  get length(): number {
    return this.#bytes.length;
  }
  bytes(...values: readonly number[]): void {
    this.#bytes.push(...values);
  }
  #align(size: number): void {
    while (this.#bytes.length % size !== 0) this.#bytes.push(0);
  }
  number(value: number): void {
    this.#align(4);
    for (let shift = 0; shift < 32; shift += 8) this.#bytes.push((value >>> shift) & 0xff);
  }
  text(value: string): void {
    const bytes = Buffer.from(value);
    this.number(bytes.length);
    this.#bytes.push(...bytes, 0);
  }
  field(code: number, type: 'o' | 's' | 'g', value: string): void {
    this.#align(8);
    this.bytes(code, 1, type.charCodeAt(0), 0);
    if (type === 'g') this.bytes(value.length, ...Buffer.from(value), 0);
    else this.text(value);
  }
  result(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < 16) return undefined;
  const fields = numberAt(bytes, 12);
  return 16 + fields + (-fields & 7) + numberAt(bytes, 4);
}

function bodyOf(bytes: Buffer): number {
  return numberAt(bytes, 4) < 4 ? 0 : numberAt(bytes, bytes.length - numberAt(bytes, 4));
}

function numberAt(bytes: Buffer, place: number): number {
  return bytes[0] === 0x42 ? bytes.readUInt32BE(place) : bytes.readUInt32LE(place);
}
