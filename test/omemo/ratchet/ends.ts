/** Two ends of a session without database or network, each with an engine of its own. */
import type { KeyPair } from '../../../electron/omemo/curve.ts';
import {
  generateKeyPair,
  generateSigningPair,
  signPlainly,
  signWithSeed,
} from '../../../electron/omemo/curve.ts';
import * as library from '../libsignal/sessions.ts';
import { LEGACY, OMEMO_2, type Parameters } from '../../../electron/omemo/ratchet/parameters.ts';
import * as own from '../../../electron/omemo/ratchet/sessions.ts';
import type { Bundle, PreKey } from '../../../electron/xmpp/xep/xep0384.ts';
import { must } from '../people.ts';
import type { Speaker } from './talk.ts';

type Result<T> = T | Promise<T>;

export interface Sealed {
  readonly body: Uint8Array;
  readonly isPrekey: boolean;
}

/** What stands behind an end. */
export interface Engine {
  readonly name: string;
  readonly parameters: Parameters;
  begin(end: End, bundle: Bundle, preKey: PreKey): Result<string>;
  seal(end: End, plaintext: Uint8Array): Result<library.SealedKey>;
  open(end: End, sealed: Sealed): Result<library.OpenedKey>;
}

/** The other end has no name that matters: nobody here keeps more than one. */
const PEER = { address: 'peer@example.org', device: 7 };

export const LIBRARY: Engine = {
  name: 'libsignal',
  parameters: LEGACY,
  begin: (end, bundle, preKey) => library.beginSession(end.identity, PEER, end.record, bundle, preKey),
  seal: (end, plaintext) => library.sealKey(end.identity, PEER, end.record ?? '', plaintext),
  open: (end, sealed) => library.openKey(end.identity, PEER, end.record, sealed, end.source),
};

function ourEngine(name: string, parameters: Parameters): Engine {
  return {
    name,
    parameters,
    begin: (end, bundle, preKey) =>
      own.beginSession(parameters, end.identity, PEER, end.record, bundle, preKey),
    seal: (end, plaintext) => own.sealKey(parameters, end.identity, PEER, end.record ?? '', plaintext),
    open: (end, sealed) => own.openKey(parameters, end.identity, PEER, end.record, sealed, end.source),
  };
}

export const OURS = ourEngine('ours, 0.3', LEGACY);
export const OURS_2 = ourEngine('ours, omemo:2', OMEMO_2);

export class End implements Speaker {
  engine: Engine;
  readonly identity: library.Identity;
  record: string | undefined;
  readonly prekeys: Map<number, KeyPair>;
  readonly signedPrekey = generateKeyPair();
  readonly source: library.PrekeySource = {
    prekey: (id) => this.prekeys.get(id),
    signedPrekey: (id) => (id === 1 ? this.signedPrekey : undefined),
  };
  /** The prekeys of the other end that sessions were begun with: what is under way with one uses it up on arrival. */
  readonly #taken = new Set<number>();
  /** Of the message opened last. */
  needsAnswer = false;
  /** The key that the message opened last was authenticated with. */
  partner: Uint8Array | undefined;

  constructor(engine: Engine, device: number, prekeys = 40) {
    this.engine = engine;
    this.identity = { device, ...generateSigningPair() };
    this.prekeys = new Map(Array.from({ length: prekeys }, (_, index) => [index + 1, generateKeyPair()]));
  }

  /** With the keys as the protocol sends them. */
  get bundle(): Bundle {
    const { seed, publicKey, edwardsKey } = this.identity;
    const isTyped = this.engine.parameters.keyForm === 'typed';
    const form = (key: Uint8Array): Uint8Array => (isTyped ? key : key.subarray(1));
    const signed = form(this.signedPrekey.publicKey);
    return {
      identityKey: isTyped ? publicKey : edwardsKey,
      signedPreKey: {
        id: 1,
        publicKey: signed,
        signature: isTyped ? signWithSeed(seed, signed) : signPlainly(seed, signed),
      },
      preKeys: [...this.prekeys].map(([id, pair]) => ({ id, publicKey: form(pair.publicKey) })),
    };
  }

  /** Begins a session with another end: with its first prekey, or by chance with one that no other session began with. */
  async begin(other: Pick<Speaker, 'bundle'>, random?: () => number): Promise<void> {
    const bundle = await other.bundle;
    const free = random === undefined ? [] : bundle.preKeys.filter(({ id }) => !this.#taken.has(id));
    const preKey = must(random === undefined ? bundle.preKeys[0] : free[Math.floor(random() * free.length)]);
    this.#taken.add(preKey.id);
    this.record = await this.engine.begin(this, bundle, preKey);
  }

  async seal(plaintext: Uint8Array): Promise<Sealed> {
    const { record, body, isPrekey } = await this.engine.seal(this, plaintext);
    this.record = record;
    return { body, isPrekey };
  }

  async open(sealed: Sealed): Promise<Uint8Array> {
    const opened = await this.engine.open(this, sealed);
    this.record = opened.record;
    this.needsAnswer = opened.needsAnswer;
    this.partner = opened.identityKey;
    if (opened.usedPrekey !== undefined) this.prekeys.delete(opened.usedPrekey);
    return opened.plaintext;
  }
}

/** Two ends with a session that both have confirmed. */
export async function meet(engineA: Engine, engineB = engineA): Promise<[End, End]> {
  const [a, b] = [new End(engineA, 1), new End(engineB, 2)];
  await a.begin(b);
  await b.open(await a.seal(Uint8Array.of(1)));
  await a.open(await b.seal(Uint8Array.of(2)));
  return [a, b];
}
