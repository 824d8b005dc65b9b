/** The server's side of SCRAM (RFC 5802), written apart from the client's so that one error does not hide another. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

export interface ScramHooks {
  readonly iterations?: number;
  readonly salt?: Buffer;
  /** Changes the challenge; `clientNonce` is the client's part of it. */
  readonly challenge?: (honest: string, clientNonce: string) => string;
  /** Changes the text of success; `undefined` leaves it out. */
  readonly success?: (honest: string) => string | undefined;
  /** The channel-binding data that this server believes in. */
  readonly bindingData?: (type: string, socket: TLSSocket) => Buffer | undefined;
}

export class ScramServer {
  readonly #hash: string;
  readonly #password: string;
  readonly #socket: TLSSocket;
  readonly #hooks: ScramHooks;
  #header = '';
  #clientFirst = '';
  #serverFirst = '';

  constructor(mechanism: string, password: string, socket: TLSSocket, hooks: ScramHooks) {
    const digits = /^SCRAM-SHA-(1|256|512)(-PLUS)?$/.exec(mechanism)?.[1];
    if (digits === undefined) throw new Error(`no such mechanism: ${mechanism}`);
    this.#hash = `sha${digits}`;
    this.#password = password;
    this.#socket = socket;
    this.#hooks = hooks;
  }

  challenge(initial: string): string {
    const parts = /^((?:n|y|p=[a-z-]+),,)(n=([^,]*),r=([^,]+))$/.exec(initial);
    if (parts === null) throw new Error(`not a client-first message: ${initial}`);
    const [, header = '', bare = '', , nonce = ''] = parts;
    this.#header = header;
    this.#clientFirst = bare;
    const { iterations = 4096, salt = randomBytes(16), challenge } = this.#hooks;
    const honest = `r=${nonce}${randomBytes(12).toString('hex')},s=${salt.toString('base64')},i=${iterations}`;
    this.#serverFirst = challenge?.(honest, nonce) ?? honest;
    return this.#serverFirst;
  }

  /** @throws Error when the proof or the channel binding is wrong */
  finish(clientFinal: string): string | undefined {
    const [, withoutProof = '', binding = '', proof = ''] =
      /^(c=([^,]+),r=[^,]+),p=(.+)$/.exec(clientFinal) ?? [];
    const type = /^p=([a-z-]+),/.exec(this.#header)?.[1];
    const own = type === undefined ? Buffer.alloc(0) : this.#hooks.bindingData?.(type, this.#socket);
    const data = own ?? bindingData(type ?? '', this.#socket);
    const expected = Buffer.concat([Buffer.from(this.#header), data]).toString('base64');
    if (binding !== expected) throw new Error(`wrong channel binding: ${this.#header}`);
    const [, salt = '', iterations = ''] = /,s=([^,]+),i=(\d+)/.exec(this.#serverFirst) ?? [];
    const length = createHash(this.#hash).digest().length;
    const salted = pbkdf2Sync(
      this.#password,
      Buffer.from(salt, 'base64'),
      Number(iterations),
      length,
      this.#hash,
    );
    const mac = (key: Buffer, text: string): Buffer => createHmac(this.#hash, key).update(text).digest();
    const message = [this.#clientFirst, this.#serverFirst, withoutProof].join(',');
    const storedKey = createHash(this.#hash).update(mac(salted, 'Client Key')).digest();
    const signature = mac(storedKey, message);
    const clientKey = Buffer.from(proof, 'base64').map((byte, index) => byte ^ (signature[index] ?? 0));
    if (!createHash(this.#hash).update(clientKey).digest().equals(storedKey)) throw new Error('wrong proof');
    const honest = `v=${mac(mac(salted, 'Server Key'), message).toString('base64')}`;
    return this.#hooks.success === undefined ? honest : this.#hooks.success(honest);
  }
}

/** What a TLS connection is known by on the server's side. @throws Error when it has no such binding */
export function bindingData(type: string, socket: TLSSocket): Buffer {
  if (type === 'tls-exporter') {
    return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  }
  if (type === 'tls-unique') return socket.getPeerFinished() ?? Buffer.alloc(0);
  const certificate = socket.getX509Certificate();
  if (type !== 'tls-server-end-point' || certificate === undefined) throw new Error(`no binding ${type}`);
  return createHash('sha256').update(certificate.raw).digest();
}
