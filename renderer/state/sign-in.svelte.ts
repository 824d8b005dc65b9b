/**
 * One attempt to sign in: what was typed, whether it is under way, and what stood in its way. The password is
 * forgotten as soon as it worked or the form is left.
 */
import type { Certificate, Input, Problem } from '../../shared/contract.ts';
import { problemTexts } from '../lib/problems.ts';
import { Refused, type Call } from './call.ts';
import { CertificateDraft } from './certificate-draft.svelte.ts';
import { noProxy, proxyFrom, type ProxyDraft } from './proxy-draft.ts';

export type Security = 'automatic' | 'starttls' | 'direct';

/** What signs in the next time. */
export type Kept = 'password' | 'token';

export class SignIn {
  readonly #call: Call;
  readonly certificate: CertificateDraft;
  address = $state('');
  password = $state('');
  host = $state('');
  port = $state('');
  security = $state<Security>('automatic');
  proxy = $state.raw<ProxyDraft>(noProxy);
  kept = $state<Kept>('password');
  isServerOpen = $state(false);
  #isBusy = $state(false);
  #problem = $state.raw<Problem>();
  #refused = $state.raw<Refused>();
  #pins: readonly string[] = [];
  /** Counts attempts, so that the answer to a cancelled one is not taken for the next one's. */
  #attempt = 0;

  constructor(call: Call) {
    this.#call = call;
    this.certificate = new CertificateDraft(call);
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }
  get problem(): Problem | undefined {
    return this.#problem;
  }
  /** A refusal that is no connection problem, such as an address that is none. */
  get refused(): Refused | undefined {
    return this.#refused;
  }

  /** @returns the new account, or `undefined` when it did not work or was cancelled. */
  async submit(): Promise<number | undefined> {
    const attempt = ++this.#attempt;
    this.#isBusy = true;
    this.forgetProblem();
    try {
      const { account } = await this.#call('accounts.signIn', this.#input());
      if (attempt !== this.#attempt) return undefined;
      this.reset();
      return account;
    } catch (failure) {
      if (attempt !== this.#attempt) return undefined;
      this.#isBusy = false;
      if (!(failure instanceof Refused)) throw failure;
      if (failure.problem === undefined) this.#refused = failure;
      else this.#meet(failure.problem);
      return undefined;
    }
  }

  async cancel(): Promise<void> {
    this.#attempt += 1;
    this.#isBusy = false;
    await this.#call('accounts.cancelSignIn', { address: this.address.trim() });
  }

  /** Accepts the certificate that was shown, for this address, and tries again. */
  async trust(certificate: Certificate): Promise<number | undefined> {
    this.#pins = [...this.#pins, certificate.fingerprint];
    return this.submit();
  }

  forgetProblem(): void {
    this.#problem = undefined;
    this.#refused = undefined;
  }

  /** Back to the form. Beside a certificate that was refused, a password would not be asked for: it goes. */
  async goBack(): Promise<void> {
    const isRefused = this.#problem?.code === 'own-certificate';
    this.forgetProblem();
    if (isRefused) await this.certificate.forget();
  }

  reset(): void {
    this.#attempt += 1;
    this.address = this.password = this.host = this.port = '';
    this.security = 'automatic';
    this.proxy = noProxy;
    this.certificate.clear();
    this.kept = 'password';
    this.isServerOpen = this.#isBusy = false;
    this.#pins = [];
    this.forgetProblem();
  }

  #meet(problem: Problem): void {
    this.#problem = problem;
    if (problemTexts[problem.code].opensServer) this.isServerOpen = true;
  }

  #input(): Input<'accounts.signIn'> {
    const server = serverFrom(this.host, this.port, this.security, this.address);
    const proxy = proxyFrom(this.proxy);
    const certificate = this.certificate.change ?? undefined;
    return {
      address: this.address.trim(),
      ...(this.password === '' ? {} : { password: this.password }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(this.kept === 'token' ? { keepPassword: false } : {}),
      ...(server === undefined ? {} : { server }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(this.#pins.length === 0 ? {} : { pins: [...this.#pins] }),
    };
  }
}

/** True when the server was given as an address on the web, which says everything: no port and no encryption beside it. */
export function isWebAddress(host: string): boolean {
  return /^(?:wss|https):\/\//iu.test(host.trim());
}

/**
 * The server given by hand, or `undefined` when everything was left to automatic discovery. What is missing is
 * filled in with the usual: the address's domain, port 5222 for STARTTLS and 5223 for direct TLS.
 */
export function serverFrom(
  host: string,
  port: string,
  security: Security,
  address: string,
): NonNullable<Input<'accounts.signIn'>['server']> | undefined {
  if (isWebAddress(host)) return { url: host.trim() };
  if (host.trim() === '' && port.trim() === '' && security === 'automatic') return undefined;
  const chosen = security === 'automatic' ? (port.trim() === '5223' ? 'direct' : 'starttls') : security;
  return {
    host: host.trim() || address.trim().slice(address.trim().lastIndexOf('@') + 1),
    port: Number(port.trim() || (chosen === 'direct' ? 5223 : 5222)),
    security: chosen,
  };
}
