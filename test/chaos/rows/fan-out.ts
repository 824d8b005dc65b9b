/**
 * R8: two people with ten devices each write to each other, everybody to all, in OMEMO; devices come and go meanwhile.
 * Who belongs reads everything once; who was taken out gets no key. What travels is XML; the network loses nothing, but
 * every device reads when it pleases.
 */
import type { BareJid } from '../../../shared/jid.ts';
import { readMessage, writeMessage } from '../../../electron/xmpp/message.ts';
import { parseStanza } from '../../../electron/xmpp/transport/parser.ts';
import { serialize } from '../../../electron/xmpp/xml.ts';
import { Device, jid, must, Net } from '../../omemo/people.ts';
import type { Context, Result, Row } from '../frame.ts';

const ALICE = jid('alice@wonderland.example');
const BOB = jid('bob@builders.example');
const DEVICES = 10;
const DEVICES_SHORT = 3;
/** So many messages for one that comes and one that goes. */
const MESSAGES_OF_CHANGE = 100;

interface Letter {
  readonly from: Device;
  readonly xml: string;
  /** Undefined: an empty message. */
  readonly text: string | undefined;
}

class Fanout {
  readonly context: Context;
  readonly net = new Net();
  readonly present: Device[] = [];
  readonly gone: Device[] = [];
  readonly failures: string[] = [];
  read = 0;
  answers = 0;
  readonly #mail = new Map<Device, Letter[]>();

  constructor(context: Context) {
    this.context = context;
  }

  pick<T>(values: readonly T[]): T {
    return must(values[Math.floor(this.context.random() * values.length)]);
  }

  of(address: BareJid): Device[] {
    return this.present.filter((device) => device.address === address);
  }

  announce(): void {
    for (const device of this.present) {
      for (const address of [ALICE, BOB]) device.hear(address, this.net.lists.get(address) ?? []);
    }
  }

  async join(address: BareJid): Promise<void> {
    const device = await Device.online(this.net, address);
    this.present.push(device);
    this.#mail.set(device, []);
    this.announce();
  }

  async leave(device: Device): Promise<void> {
    await this.readAll(device); // what was written for it before
    await device.omemo.withdraw(device.network);
    this.present.splice(this.present.indexOf(device), 1);
    this.#mail.delete(device);
    this.gone.push(device);
    this.announce();
  }

  post(letter: Letter): void {
    for (const [device, letters] of this.#mail) if (device !== letter.from) letters.push(letter);
  }

  async write(text: string): Promise<void> {
    const from = this.pick(this.present);
    const to = from.address === ALICE ? BOB : ALICE;
    const encrypted = await from.say(to, text);
    const expected = this.present.filter((device) => device !== from).map(({ id }) => id);
    const keys = new Set(must(encrypted.legacy).keys.map(({ device }) => device));
    for (const id of expected) if (!keys.delete(id)) this.failures.push(`"${text}" has no key for ${id}`);
    for (const id of keys) {
      const name = this.gone.some((device) => device.id === id) ? 'a removed device' : 'nobody';
      this.failures.push(`"${text}" has a key for ${name}, ${id}`);
    }
    this.post({ from, text, xml: serialize(writeMessage({ to, type: 'chat', id: text, encrypted })) });
  }

  async readAll(device: Device): Promise<void> {
    for (const letter of this.#mail.get(device)?.splice(0) ?? []) await this.#readOne(device, letter);
  }

  async #readOne(device: Device, { from, xml, text }: Letter): Promise<void> {
    const encrypted = readMessage(must(parseStanza(xml)))?.encrypted;
    const opened = await device.receive(must(encrypted), from.address);
    const who = `${device.address}/${device.id}`;
    if (text === undefined) {
      if (opened.kind === 'unreadable') this.failures.push(`${who}: an empty message: ${opened.reason}`);
    } else if (opened.kind !== 'content' || opened.text !== text) {
      const outcome = opened.kind === 'unreadable' ? opened.reason : opened.kind;
      this.failures.push(`${who}: "${text}" from ${from.address}/${from.id}: ${outcome}`);
    } else this.read += 1;
    if (!('needsAnswer' in opened) || !this.present.includes(from)) return;
    for (const protocol of opened.needsAnswer ?? []) {
      const answer = await device.answerOn({ protocol, address: from.address, device: from.id });
      this.answers += 1;
      const message = writeMessage({ to: from.address, type: 'chat', id: 'answer', encrypted: answer });
      this.post({ from: device, text: undefined, xml: serialize(message) });
    }
  }
}

async function run(context: Context): Promise<Result> {
  const { count, random } = context;
  const town = new Fanout(context);
  try {
    const devices = count < 1_000 ? DEVICES_SHORT : DEVICES;
    for (let index = 0; index < devices; index += 1) for (const who of [ALICE, BOB]) await town.join(who);
    let changes = 0;
    const every = Math.min(MESSAGES_OF_CHANGE, Math.ceil(count / 5));
    for (let said = 0; said < count; said += 1) {
      if (said % every === every - 1) {
        const address = town.pick([ALICE, BOB]);
        await town.leave(town.pick(town.of(address)));
        await town.join(address);
        changes += 1;
        context.note('changed', { said, address });
      }
      await town.write(`message ${said}`);
      while (random() < 0.7) await town.readAll(town.pick(town.present));
    }
    // Answers are letters, too.
    for (let round = 0; round < 3; round += 1) for (const each of town.present) await town.readAll(each);
    for (const failure of town.failures) context.note('fault', { failure });
    return {
      tried: town.read + town.failures.length,
      failures: town.failures,
      figures: {
        messages: count,
        'devices of each': devices,
        'came and went': changes,
        'read by a device': town.read,
        'empty messages': town.answers,
      },
    };
  } finally {
    for (const device of [...town.present, ...town.gone]) device.close();
  }
}

export const fanOut: Row = { name: 'R8', title: 'fan-out to ten devices each', full: 5_000, short: 60, run };
