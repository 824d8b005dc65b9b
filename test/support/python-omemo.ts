/** A device that runs python-oldmemo or python-twomemo in a process of its own; see python-omemo.py. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Bundle, PreKey } from '../../electron/xmpp/xep/xep0384.ts';

/** Debian's own Python: another one does not see Debian's packages. */
const PYTHON = '/usr/bin/python3';
const PACKAGES = '/usr/lib/python3/dist-packages';

export type PythonProtocol = 'oldmemo' | 'twomemo';

export function hasPythonOmemo(protocol: PythonProtocol): boolean {
  return existsSync(PYTHON) && existsSync(`${PACKAGES}/${protocol}/__init__.py`);
}

export interface SealedBody {
  readonly body: Uint8Array;
  readonly isPrekey: boolean;
}

/** A payload, and what the ratchet carries for it. */
export interface SealedPayload {
  readonly payload: Uint8Array;
  readonly secret: Uint8Array;
}

export class PythonDevice {
  readonly #child: ReturnType<typeof PythonDevice.spawn>;
  readonly #lines: AsyncIterator<string>;
  #complaint = '';

  constructor(protocol: PythonProtocol) {
    this.#child = PythonDevice.spawn(protocol);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  static spawn(protocol: PythonProtocol) {
    return spawn(PYTHON, [fileURLToPath(new URL('python-omemo.py', import.meta.url)), protocol], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** The bundle with 20 prekeys, as the protocol sends it. */
  async bundle(): Promise<Bundle> {
    const { identityKey, signedPreKey, preKeys } = await this.#ask<WrittenBundle>('bundle', {});
    return {
      identityKey: bytes(identityKey),
      signedPreKey: { ...readKey(signedPreKey), signature: bytes(signedPreKey.signature) },
      preKeys: preKeys.map(readKey),
    };
  }

  /** Begins a session; the first message comes with it. */
  async begin(bundle: Bundle, preKey: PreKey, plaintext: Uint8Array): Promise<SealedBody> {
    const { identityKey, signedPreKey } = bundle;
    const { signature } = signedPreKey;
    const written = {
      identityKey: base64(identityKey),
      signedPreKey: { ...writeKey(signedPreKey), signature: base64(signature) },
    };
    return sealed(
      await this.#ask('begin', { bundle: written, preKey: writeKey(preKey), plaintext: base64(plaintext) }),
    );
  }

  async seal(plaintext: Uint8Array): Promise<SealedBody> {
    return sealed(await this.#ask('seal', { plaintext: base64(plaintext) }));
  }

  /** @param sign the sign bit of the sender's identity key, which the older protocol tells in its bundle only */
  async open({ body, isPrekey }: SealedBody, sign = false): Promise<Uint8Array> {
    const asked = { body: base64(body), isPrekey, sign };
    return bytes((await this.#ask<{ plaintext: string }>('open', asked)).plaintext);
  }

  /** Encrypts a payload under a key of its own. */
  async encrypt(plaintext: Uint8Array): Promise<SealedPayload> {
    const sealed = await this.#ask<{ payload: string; secret: string }>('encrypt', {
      plaintext: base64(plaintext),
    });
    return { payload: bytes(sealed.payload), secret: bytes(sealed.secret) };
  }

  async decrypt({ payload, secret }: SealedPayload): Promise<Uint8Array> {
    const asked = { payload: base64(payload), secret: base64(secret) };
    return bytes((await this.#ask<{ plaintext: string }>('decrypt', asked)).plaintext);
  }

  async stop(): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await new Promise((resolve) => this.#child.once('close', resolve));
  }

  async #ask<T>(verb: string, input: object): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify({ verb, ...input })}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`Python ended: ${this.#complaint}`);
    const answer = JSON.parse(line.value) as T & { error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

interface WrittenKey {
  readonly id: number;
  readonly publicKey: string;
}

interface WrittenBundle {
  readonly identityKey: string;
  readonly signedPreKey: WrittenKey & { readonly signature: string };
  readonly preKeys: readonly WrittenKey[];
}

function writeKey({ id, publicKey }: PreKey): WrittenKey {
  return { id, publicKey: base64(publicKey) };
}

function readKey({ id, publicKey }: WrittenKey): PreKey {
  return { id, publicKey: bytes(publicKey) };
}

function base64(data: Uint8Array): string {
  return Buffer.from(data).toString('base64');
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

function sealed({ body, isPrekey }: { body: string; isPrekey: boolean }): SealedBody {
  return { body: bytes(body), isPrekey };
}
