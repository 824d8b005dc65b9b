/**
 * A certificate to sign in with while it is being chosen: the engine asks for the file and keeps what is in it; here is
 * only what may be shown of it. The passphrase is forgotten as soon as it was sent.
 */
import type { ClientCertificateInfo } from '../../shared/contract.ts';
import type { ChosenCertificate } from '../../shared/calls/certificate.ts';
import { Refused, type Call } from './call.ts';

export type UnusableReason = Extract<ChosenCertificate, { state: 'unusable' }>['reason'];

export class CertificateDraft {
  readonly #call: Call;
  #chosen = $state.raw<ChosenCertificate>();
  #isBusy = $state(false);
  #isWrong = $state(false);
  #isRemoved = $state(false);
  passphrase = $state('');

  constructor(call: Call) {
    this.#call = call;
  }

  /** The person is being asked for a file, or it is being opened. */
  get isBusy(): boolean {
    return this.#isBusy;
  }
  /** The chosen file needs a passphrase. */
  get isLocked(): boolean {
    return this.#chosen?.state === 'locked';
  }
  /** The last passphrase did not open it. */
  get isWrong(): boolean {
    return this.#isWrong;
  }
  get reason(): UnusableReason | undefined {
    return this.#chosen?.state === 'unusable' ? this.#chosen.reason : undefined;
  }
  /** The account's own is not to be kept. */
  get isRemoved(): boolean {
    return this.#isRemoved;
  }
  /** What was chosen and can be used. */
  get info(): ClientCertificateInfo | undefined {
    return this.#chosen?.state === 'ready' ? this.#chosen.info : undefined;
  }
  /** For a call: the number of what was chosen, `null` to have none any more, `undefined` for no change. */
  get change(): number | null | undefined {
    if (this.#chosen?.state === 'ready') return this.#chosen.certificate;
    return this.#isRemoved ? null : undefined;
  }

  async choose(): Promise<void> {
    await this.#take(this.#call('certificate.choose', {}));
  }

  async unlock(): Promise<void> {
    const [chosen, { passphrase }] = [this.#chosen, this];
    if (chosen?.state !== 'locked' || passphrase === '' || this.#isBusy) return;
    this.passphrase = '';
    await this.#take(this.#call('certificate.unlock', { certificate: chosen.certificate, passphrase }), true);
  }

  /** Takes back what was chosen; the account's own stays, if there is one. */
  async forget(): Promise<void> {
    this.clear();
    await this.#call('certificate.forget', {});
  }

  /** As `forget`, and the account's own goes as well. */
  async remove(): Promise<void> {
    await this.forget();
    this.#isRemoved = true;
  }

  /** Begins anew; what the engine still keeps is replaced by the next choice. */
  clear(): void {
    this.#chosen = undefined;
    this.#isWrong = this.#isRemoved = false;
    this.passphrase = '';
  }

  async #take(asked: Promise<ChosenCertificate>, isAnswer = false): Promise<void> {
    this.#isBusy = true;
    try {
      this.#chosen = await asked;
      this.#isWrong = isAnswer && this.#chosen.state === 'locked';
    } catch (failure) {
      // Who closes the question keeps what was there before.
      if (!(failure instanceof Refused) || failure.code !== 'cancelled') throw failure;
    } finally {
      this.#isBusy = false;
    }
  }
}
