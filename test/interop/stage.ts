/**
 * Where an interop run plays: a server, people with Waxwing, and somebody with another program. `first` writes to that
 * program first, `second` is written to first. Owns who is there; what they do is in scenarios.ts.
 */
import type { MessageRow } from '../../shared/contract.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { Heard, Peer } from '../support/peers/peer.ts';
import { eventually, openEncryptedChat, signIn } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import type { Program } from './programs.ts';

/** Milliseconds for anything to arrive: the machine may be busy. */
export const PATIENCE = 90_000;
/** How often a device that came a moment ago may be missed by somebody who has not heard of it yet. */
const TRIES = 10;
const PEOPLE = ['first', 'second'] as const;

/** Somebody with Waxwing on one device. */
export class Person {
  readonly name: (typeof PEOPLE)[number];
  readonly address: string;
  readonly #server: Prosody;
  readonly #folder = temporaryFolder('interop');
  #engine: TestEngine | undefined;

  constructor(server: Prosody, name: (typeof PEOPLE)[number]) {
    this.#server = server;
    this.name = name;
    this.address = server.account(name).address;
  }

  get engine(): TestEngine {
    if (this.#engine === undefined) throw new Error(`${this.name} is not there`);
    return this.#engine;
  }

  /** The first time it signs in, too. */
  async start(): Promise<void> {
    this.#engine = await startTestEngine({ profile: this.#folder.path, authority: this.#server.authority });
    const isKnown = this.#engine.accounts.size > 0;
    if (!isKnown) await signIn(this.#engine, this.#server, this.name);
    const { engine } = this;
    await engine.until(() => engine.account().state === 'online', `${this.name} is online`, PATIENCE);
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    this.#folder.remove();
  }

  /** Writes, encrypted, and waits until the message has left. */
  async say(to: string, ...texts: readonly string[]): Promise<void> {
    const chat = await openEncryptedChat(this.engine, to);
    for (const text of texts) {
      const { message } = await this.engine.call('messages.send', { chat, text });
      const isGone = (): boolean =>
        ['sent', 'delivered', 'displayed'].includes(this.engine.messages.get(message)?.delivery ?? '');
      await this.engine.until(isGone, `"${text}" to leave`, PATIENCE);
    }
  }

  /** What this device holds of a chat. */
  history(address: string): Promise<MessageRow[]> {
    return this.engine.history(address);
  }

  /** Waits until all texts are there, encrypted, in this order. */
  async gets(chat: string, texts: readonly string[], { isOutgoing = false } = {}): Promise<void> {
    const found = async (): Promise<string[]> =>
      (await this.history(chat))
        .filter((row) => row.isOutgoing === isOutgoing && row.encryption === 'omemo')
        .map(({ text }) => text)
        .filter((text) => texts.includes(text));
    await arrives(found, texts, `${this.name}’s device`);
  }

  /** The devices of an address that it would write to. */
  async devicesOf(address: string): Promise<number> {
    const chat = await openEncryptedChat(this.engine, address);
    const { devices } = await this.engine.call('chats.devices', { chat });
    return devices.filter((each) => each.address === address && each.isActive).length;
  }
}

/** Waits until another program holds all texts, encrypted, in this order. */
export async function hears(peer: Peer, from: string, texts: readonly string[]): Promise<void> {
  const isWanted = ({ text, isEncrypted }: Heard): boolean => isEncrypted && texts.includes(text);
  const found = async (): Promise<string[]> =>
    (await peer.heard(from)).filter(isWanted).map(({ text }) => text);
  await arrives(found, texts, 'the other program');
}

/** Waits until exactly these are found, in this order. @throws Error that says what was found instead */
export async function arrives(
  found: () => Promise<readonly string[]>,
  texts: readonly string[],
  who: string,
): Promise<void> {
  let last: readonly string[] = [];
  const isThere = async (): Promise<boolean> => {
    last = await found();
    return last.length === texts.length && last.every((text, index) => text === texts[index]);
  };
  await eventually(isThere, 'all of it', PATIENCE).catch(() => {
    throw new Error(`${who} should have ${JSON.stringify(texts)} and has ${JSON.stringify(last)}`);
  });
}

/** Says `text 1`, `text 2` … until one is heard. */
export async function untilHeard(
  say: (text: string) => Promise<void>,
  heard: () => Promise<readonly string[]>,
  text: string,
): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await say(`${text} ${attempt}`);
    for (let look = 0; look < 20; look += 1) {
      if ((await heard()).some((each) => each.startsWith(`${text} `))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`"${text}" was said ${TRIES} times and never heard`);
}

/** What every kind of stage has. */
export interface AnyStage {
  readonly server: Prosody;
  readonly end: () => Promise<void>;
}

export interface Stage extends AnyStage {
  readonly first: Person;
  /** The same person's second and third device, started by the scenarios that are about them. */
  readonly firstToo: Person;
  readonly firstSilent: Person;
  readonly second: Person;
  readonly peer: Peer;
  /** Another device of the other side; starts it the first time. */
  readonly peerToo: () => Promise<Peer>;
}

export async function openStage(program: Program): Promise<Stage> {
  const server = await startProsody({
    accounts: [...PEOPLE, 'peer'],
    contacts: PEOPLE.map((name) => [name, 'peer'] as const),
    logStanzas: true,
    web: true, // for those who come from a browser
  });
  const [first, firstToo, firstSilent, second] = [
    new Person(server, 'first'),
    new Person(server, 'first'),
    new Person(server, 'first'),
    new Person(server, 'second'),
  ];
  const contacts = PEOPLE.map((name) => server.account(name).address);
  const peers: Peer[] = [];
  const startPeer = async (resource: string): Promise<Peer> => {
    const options = { server, name: 'peer', resource, contacts, isFirst: peers.length === 0 };
    const peer = await program.start(options);
    peers.push(peer);
    return peer;
  };
  const end = async (): Promise<void> => {
    for (const peer of peers) await peer.remove();
    for (const person of [first, firstToo, firstSilent, second]) await person.remove();
    await server.stop();
  };
  try {
    const peer = await startPeer('one');
    await first.start();
    await second.start();
    let other: Peer | undefined;
    return {
      server,
      first,
      firstToo,
      firstSilent,
      second,
      peer,
      peerToo: async () => (other ??= await startPeer('two')),
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
