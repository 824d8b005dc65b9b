/**
 * Reads the message archives in a file of XEP-0227, which may be of any size: only one message at a time is in memory,
 * and of everything else in it, passwords and contacts among it, nothing is kept. As strict as the stream, and bounded.
 */
import { open } from 'node:fs/promises';
import { Refusal } from '../../shared/answer.ts';
import { bareOf, readBareJid } from '../../shared/jid.ts';
import type { ForeignMessage } from '../store/foreign.ts';
import { limitsAfterLogin, StreamViolation } from '../xmpp/transport/parser.ts';
import { Scanner } from '../xmpp/transport/scanner.ts';
import { Utf8Decoder } from '../xmpp/transport/utf8.ts';
import type { Element } from '../xmpp/xml.ts';
import { NS, NS_ARCHIVE, NS_INCLUDE, readArchived } from '../xmpp/xep/xep0227.ts';

/** What one message may cost; the same as on the stream. */
const { stanzaBytes, depth, elements } = limitsAfterLogin;
/** Elements within each other, in what is not kept as well. */
const DEEPEST = 1_000;
const PIECE = 65_536;

/** The place of a message: root, host, user, archive. */
const PLACE = [
  ['server-data', NS],
  ['host', NS],
  ['user', NS],
  ['archive', NS_ARCHIVE],
] as const;

interface OpenElement extends Element {
  readonly children: (Element | string)[];
}

/**
 * The messages in portions, with how many bytes were read for them.
 * @throws Refusal `invalid` for what is malformed, no such file, or spread over several; what the file system says
 */
export async function* readServerData(
  path: string,
): AsyncGenerator<{ readonly messages: ForeignMessage[]; readonly done: number; readonly total: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const reader = new ArchiveReader();
    const decoder = new Utf8Decoder();
    const piece = Buffer.alloc(PIECE);
    for (let done = 0; ;) {
      const { bytesRead } = await file.read(piece, 0, PIECE, done);
      if (bytesRead === 0) break;
      done += bytesRead;
      const { text, isBroken } = decoder.decode(piece.subarray(0, bytesRead));
      if (isBroken) throw new Refusal('invalid', 'not UTF-8');
      yield {
        messages: reader.read(done === bytesRead ? text.replace(/^\uFEFF/u, '') : text),
        done,
        total: size,
      };
    }
    reader.finish();
  } finally {
    await file.close();
  }
}

class ArchiveReader {
  readonly #scanner: Scanner;
  /** Elements that are open. */
  #depth = 0;
  /** How many of them are the ones on the way to a message. */
  #onTheWay = 0;
  #isDone = false;
  #host = '';
  #user = '';
  /** The message that is being read, from its result inwards. */
  readonly #open: OpenElement[] = [];
  #size = 0;
  #count = 0;
  /** Text since something was understood of it. */
  #pending = 0;
  #found: ForeignMessage[] = [];

  constructor() {
    this.#scanner = new Scanner({
      opened: (name, ns, attrs) => {
        this.#opened({ name, ns, attrs, children: [] });
      },
      closed: () => {
        this.#closed();
      },
      text: (text) => {
        this.#text(text);
      },
    });
  }

  read(text: string): ForeignMessage[] {
    this.#found = [];
    this.#pending += text.length;
    try {
      this.#scanner.write(text);
    } catch (error) {
      throw error instanceof StreamViolation ? new Refusal('invalid', error.message) : error;
    }
    if (this.#pending > stanzaBytes) throw new Refusal('invalid', 'markup without end');
    return this.#found;
  }

  finish(): void {
    if (!this.#isDone) throw new Refusal('invalid', 'cut off');
  }

  #opened(element: OpenElement): void {
    this.#pending = 0;
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Refusal('invalid', 'too deep');
    if (this.#open.length > 0) {
      this.#keep(element);
      this.#open.at(-1)?.children.push(element);
      this.#open.push(element);
      return;
    }
    const isWithin = this.#depth === this.#onTheWay + 1;
    const { name, ns, attrs } = element;
    if (ns === NS_INCLUDE) throw new Refusal('invalid', 'spread over several files');
    if (isWithin && this.#onTheWay === PLACE.length) {
      this.#size = this.#count = 0;
      this.#keep(element);
      this.#open.push(element);
      return;
    }
    const [expected, space] = PLACE[this.#onTheWay] ?? [];
    if (!isWithin || name !== expected || ns !== space) {
      if (this.#depth === 1) throw new Refusal('invalid', 'not the data of a server');
      return;
    }
    this.#onTheWay += 1;
    if (name === 'host') this.#host = attrs['jid'] ?? '';
    if (name === 'user') this.#user = attrs['name'] ?? '';
  }

  #closed(): void {
    this.#pending = 0;
    const element = this.#open.pop();
    if (element !== undefined && this.#open.length === 0) this.#take(element);
    else if (element === undefined && this.#onTheWay === this.#depth) this.#onTheWay -= 1;
    this.#depth -= 1;
    if (this.#depth === 0) this.#isDone = true;
  }

  #text(text: string): void {
    this.#pending = 0;
    const parent = this.#open.at(-1);
    if (parent === undefined) return;
    this.#size += text.length;
    if (this.#size > stanzaBytes) throw new Refusal('invalid', 'a message is too large');
    const last = parent.children.length - 1;
    const before = parent.children[last];
    if (typeof before === 'string') parent.children[last] = before + text;
    else parent.children.push(text);
  }

  #keep({ name, attrs }: Element): void {
    this.#count += 1;
    this.#size += name.length;
    for (const value of Object.values(attrs)) this.#size += value.length;
    if (this.#count > elements || this.#open.length > depth || this.#size > stanzaBytes) {
      throw new Refusal('invalid', 'a message is too large');
    }
  }

  /** Nothing is decrypted: beside an encryption, the body is filler. */
  #take(element: Element): void {
    const archived = readArchived(element);
    if (archived === undefined) return;
    const { id, at, message } = archived;
    const { body, type, from, to, encrypted, hasUnsupportedEncryption } = message;
    if (body === undefined || encrypted !== undefined || hasUnsupportedEncryption) return;
    if (type !== 'chat' && type !== 'normal') return;
    const account: string = readBareJid(`${this.#user}@${this.#host}`) ?? '';
    const sender = from === undefined ? account : bareOf(from);
    const isOutgoing = sender === account;
    const peer = isOutgoing ? to && bareOf(to) : sender;
    this.#found.push({
      account,
      peer,
      isOutgoing,
      text: body,
      time: at / 1_000,
      stanzaId: message.originId ?? message.id ?? null,
      archiveId: id,
      isEncrypted: false,
      hasFailed: false,
    });
  }
}
