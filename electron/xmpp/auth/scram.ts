/**
 * SCRAM (RFC 5802, RFC 7677) with SHA-1, SHA-256 and SHA-512, with and without channel binding, and the downgrade
 * protections of XEP-0474 0.5.0 and XEP-0515 0.1.0. The server has to prove that it knows the password, too.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ConnectionProblem, problem } from '../problem.ts';
import type { ProblemCode } from '../../../shared/contract.ts';
import type { ChannelBinding } from './binding.ts';
import type { Mechanism } from './mechanism.ts';
import type { ScramKeys } from './memory.ts';
import { prepare } from './prepare.ts';

export interface Credentials {
  readonly username: string;
  /** Absent when it is not kept: then the keys have to fit. */
  readonly password?: string;
  /** From an earlier success with this account. */
  readonly keys?: ScramKeys;
  /** The domain of the address, for messages. */
  readonly domain: string;
}

export const scramHashes = {
  'SCRAM-SHA-512': 'sha512',
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-1': 'sha1',
} as const;
export type ScramName = keyof typeof scramHashes;

/**
 * RFC 5802 §6: `p` binds with this data; `y` says that we could but believe that the server cannot; `n` says that we
 * cannot. An attacker who hides the server's abilities is found out by `y`.
 */
export type BindingChoice = ChannelBinding | 'y' | 'n';

/** What the server has to agree on having said, so that nobody rewrote it on the way. */
export interface Announcement {
  /** All SASL mechanisms of the stream features. */
  readonly mechanisms: readonly string[];
  /** The channel-binding types (XEP-0440), `undefined` when the feature was absent. */
  readonly bindings: readonly string[] | undefined;
  /** The version of TLS as XEP-0515 writes it. */
  readonly tls: string | undefined;
}

export interface ScramOptions extends Credentials {
  readonly family: ScramName;
  readonly binding: BindingChoice;
  readonly announcement: Announcement;
  /** For the vectors of the specifications; random otherwise. */
  readonly nonce?: string;
}

/**
 * RFC 5802 §5.1 and RFC 7677 §4 set the minimum. The maximum bounds the time that a hostile server can make us
 * compute: about half a second.
 */
const ITERATIONS = { minimum: 4_096, maximum: 1_000_000 };

const deriveKey = promisify(pbkdf2);

/** One exchange; an object is used once. */
export function createScram(options: ScramOptions): Mechanism {
  const { domain, binding, family } = options;
  const hash = scramHashes[family];
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const refuse = (code: ProblemCode, detail: string): ConnectionProblem =>
    new ConnectionProblem(problem(code, domain, `${family}: ${detail}`));

  const clientNonce = options.nonce ?? randomBytes(24).toString('base64url');
  const header = typeof binding === 'string' ? `${binding},,` : `p=${binding.type},,`;
  let clientFirst: string | undefined;
  let serverSignature: Buffer | undefined;
  let used: ScramKeys | undefined;
  let isProven = false;

  const keysFor = async (
    salt: Buffer,
    iterations: number,
  ): Promise<Record<'clientKey' | 'serverKey', Buffer>> => {
    const { keys } = options;
    if (keys?.family === family && keys.salt === salt.toString('base64') && keys.iterations === iterations) {
      const read = (text: string): Buffer => Buffer.from(text, 'base64');
      return { clientKey: read(keys.clientKey), serverKey: read(keys.serverKey) };
    }
    if (options.password === undefined) throw refuse('credentials', 'the password is not kept, and needed');
    const password = prepare(options.password, domain);
    const salted = await deriveKey(password, salt, iterations, createHash(hash).digest().length, hash);
    return { clientKey: hmac(salted, 'Client Key'), serverKey: hmac(salted, 'Server Key') };
  };

  const answer = async (serverFirst: string, first: string): Promise<string> => {
    const { nonce, salt, iterations, extensions } = readServerFirst(serverFirst, refuse);
    if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
      throw refuse('not-authentic', 'the server did not continue our nonce');
    }
    if (iterations < ITERATIONS.minimum || iterations > ITERATIONS.maximum) {
      throw refuse('weak-authentication', `${iterations} iterations`);
    }
    checkAnnouncement(extensions, options.announcement, hash, refuse);
    const { clientKey, serverKey } = await keysFor(salt, iterations);
    used = {
      family,
      salt: salt.toString('base64'),
      iterations,
      clientKey: clientKey.toString('base64'),
      serverKey: serverKey.toString('base64'),
    };
    const bound = typeof binding === 'string' ? Buffer.alloc(0) : binding.data;
    const withoutProof = `c=${Buffer.concat([Buffer.from(header), bound]).toString('base64')},r=${nonce}`;
    const authMessage = `${first},${serverFirst},${withoutProof}`;
    const signature = hmac(createHash(hash).update(clientKey).digest(), authMessage);
    serverSignature = hmac(serverKey, authMessage);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    return `${withoutProof},p=${proof.toString('base64')}`;
  };

  const prove = (serverFinal: string): void => {
    const verifier = /^v=([A-Za-z0-9+/]+={0,2})(?:,|$)/.exec(serverFinal)?.[1];
    const claimed = Buffer.from(verifier ?? '', 'base64');
    if (
      serverSignature === undefined ||
      claimed.length !== serverSignature.length ||
      !timingSafeEqual(claimed, serverSignature)
    ) {
      throw refuse('not-authentic', 'the server did not prove that it knows the password');
    }
    isProven = true;
  };

  return {
    name: typeof binding === 'string' ? family : `${family}-PLUS`,
    isStrong: true,
    isBound: typeof binding !== 'string',
    ...(typeof binding !== 'string' && { binding: binding.type }),
    start: () => {
      clientFirst = `n=${escapeName(prepare(options.username, domain))},r=${clientNonce}`;
      return Buffer.from(header + clientFirst);
    },
    respond: async (challenge) => {
      if (clientFirst === undefined || isProven) throw refuse('protocol', 'a challenge out of turn');
      if (serverSignature === undefined) return await answer(challenge, clientFirst);
      // RFC 6120 §6.3.10 lets servers send the last message as a challenge of its own.
      prove(challenge);
      return '';
    },
    finish: (data) => {
      if (!isProven || data.length > 0) prove(data.toString());
    },
    keys: () => (isProven ? used : undefined),
  };
}

/** RFC 5802 §5.1: `=` and `,` have a meaning in the message. */
function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

interface ServerFirst {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly extensions: ReadonlyMap<string, string>;
}

type Refuse = (code: ProblemCode, detail: string) => ConnectionProblem;

/** RFC 5802 §7. A mandatory extension (`m=`), which would come first, is not matched and so refused, as demanded. */
function readServerFirst(text: string, refuse: Refuse): ServerFirst {
  const parts =
    /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=([1-9]\d{0,9})((?:,[A-Za-z]=[^,\0]+)*)$/.exec(
      text,
    );
  const [, nonce = '', salt = '', iterations = '', rest = ''] = parts ?? [];
  if (parts === null) throw refuse('not-authentic', 'the server sent a malformed challenge');
  const extensions = new Map<string, string>();
  for (const extension of rest.split(',').slice(1)) {
    const name = extension.charAt(0);
    if (extensions.has(name)) throw refuse('not-authentic', 'the server sent a malformed challenge');
    extensions.set(name, extension.slice(2));
  }
  return { nonce, salt: Buffer.from(salt, 'base64'), iterations: Number(iterations), extensions };
}

function checkAnnouncement(
  extensions: ReadonlyMap<string, string>,
  { mechanisms, bindings, tls }: Announcement,
  hash: string,
  refuse: Refuse,
): void {
  const announced = extensions.get('h'); // XEP-0474 §5.1
  // Names of mechanisms and binding types are ASCII, so that the default order is `i;octet`.
  const lists = [mechanisms, ...(bindings === undefined ? [] : [bindings])];
  const text = lists.map((list) => list.toSorted().join('\x1e')).join('\x1f');
  if (announced !== undefined && announced !== createHash(hash).update(text).digest('base64')) {
    throw refuse('not-authentic', 'the list of mechanisms was changed on the way');
  }
  const version = extensions.get('t'); // XEP-0515 §4.1
  if (version !== undefined && version !== tls) {
    throw refuse('not-authentic', 'the server speaks another version of TLS than we do');
  }
}
