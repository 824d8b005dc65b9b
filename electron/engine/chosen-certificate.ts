/**
 * The certificate that a person chose and that no account has yet: its file, until a passphrase opens it, and what is
 * in it. One at a time, in memory only.
 */
import { open } from 'node:fs/promises';
import { Refusal } from '../../shared/answer.ts';
import type { ChosenCertificate } from '../../shared/calls/certificate.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { CertificateRecord } from '../store/credentials.ts';
import { openCertificate } from '../xmpp/auth/client-certificate.ts';
import { certificateInfo, isCertificateFor } from './certificate-info.ts';
import type { Host } from './host.ts';
import { explain } from './target-file.ts';

/** Bytes of a file; a chain of certificates has a few thousand. */
const LARGEST = 262_144;
/** Files of one certificate: itself, its key, and what stands between it and its authority. */
const MOST = 4;

export class CertificateChoice {
  readonly #host: Host;
  #isAsking = false;
  #count = 0;
  #files: readonly Uint8Array[] | undefined;
  #opened: CertificateRecord | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** @throws Refusal `busy`, `not-allowed`, `cancelled`, `storage` */
  async choose(): Promise<ChosenCertificate> {
    if (this.#isAsking) throw new Refusal('busy');
    if (this.#host.chooseFiles === undefined) throw new Refusal('not-allowed');
    this.#isAsking = true;
    try {
      const paths = await this.#host.chooseFiles({ kind: 'open', name: '', isSeveral: true });
      if (paths.length === 0) throw new Refusal('cancelled');
      this.forget();
      this.#files = await Promise.all(paths.slice(0, MOST).map(readSmallFile));
      this.#count += 1;
      return await this.#open(undefined);
    } finally {
      this.#isAsking = false;
    }
  }

  /** @throws Refusal `not-found` when that file is not there any more */
  async unlock(certificate: number, passphrase: string): Promise<ChosenCertificate> {
    if (certificate !== this.#count) throw new Refusal('not-found');
    return this.#open(passphrase);
  }

  forget(): void {
    this.#files = this.#opened = undefined;
  }

  /**
   * What was chosen, for an account.
   * @throws Refusal `not-found` when it is not there any more, `other-address`
   */
  get(certificate: number, address: BareJid): CertificateRecord {
    const opened = certificate === this.#count ? this.#opened : undefined;
    if (opened === undefined) throw new Refusal('not-found');
    if (!isCertificateFor(opened.certificate, address)) throw new Refusal('other-address');
    return opened;
  }

  async #open(passphrase: string | undefined): Promise<ChosenCertificate> {
    const [files, number] = [this.#files, this.#count];
    if (files === undefined) throw new Refusal('not-found');
    const result = await openCertificate(files, passphrase, this.#host.now());
    if (number !== this.#count || this.#files !== files) throw new Refusal('not-found');
    if (result.state === 'locked') return { state: 'locked', certificate: number };
    this.forget();
    if (result.state === 'unusable') return result;
    const info = certificateInfo(result.certificate.certificate);
    if (info === undefined) return { state: 'unusable', reason: 'unreadable' };
    this.#opened = result.certificate;
    return { state: 'ready', certificate: number, info };
  }
}

/** The file, or nothing of one that is larger than any certificate. @throws Refusal */
async function readSmallFile(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > LARGEST) return new Uint8Array();
      const bytes = new Uint8Array(LARGEST);
      const { bytesRead } = await file.read(bytes, 0, LARGEST, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explain(error);
  }
}
