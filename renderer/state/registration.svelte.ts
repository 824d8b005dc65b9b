/**
 * One attempt to make an account: the server that was chosen, its form with what was typed, and what stood in the way.
 * What was typed survives a new form by the names of its fields; passwords are forgotten when the form is left.
 */
import type { Certificate, FormField, Input, Output, Problem } from '../../shared/contract.ts';
import { faultOf, type FieldFault } from '../../shared/form-rules.ts';
import { Refused, type Call } from './call.ts';
import { noProxy, proxyFrom, type ProxyDraft } from './proxy-draft.ts';
import { serverFrom, type Security } from './sign-in.svelte.ts';

export type Form = Output<'accounts.registrationForm'>;
type Place = Input<'accounts.registrationForm'>;

export class Registration {
  readonly #call: Call;
  domain = $state('');
  host = $state('');
  port = $state('');
  security = $state<Security>('automatic');
  proxy = $state.raw<ProxyDraft>(noProxy);
  isServerOpen = $state(false);
  /** What was typed, by name of the field. */
  values = $state<Record<string, string[]>>({});
  #token: string | undefined;
  /** The name that an invitation reserves. */
  #username: string | undefined;
  #form = $state.raw<Form>();
  #isBusy = $state(false);
  #problem = $state.raw<Problem>();
  #refused = $state.raw<Refused>();
  #wasSent = $state(false);
  #pins: readonly string[] = [];
  #attempt = 0;

  constructor(call: Call) {
    this.#call = call;
  }

  get form(): Form | undefined {
    return this.#form;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }
  get problem(): Problem | undefined {
    return this.#problem;
  }
  /** Why the server said no. */
  get refused(): Refused | undefined {
    return this.#refused;
  }
  /** Fields that an invitation has filled in for good. */
  get fixed(): readonly string[] {
    return this.#username === undefined ? [] : ['username'];
  }
  get fields(): readonly FormField[] {
    return this.#form?.form.fields ?? [];
  }
  /** What is wrong with a field, once the person has tried to send it. */
  faultOf(field: FormField): FieldFault | undefined {
    return this.#wasSent ? faultOf(field, this.values[field.name] ?? []) : undefined;
  }

  /** Asks a server for its form. @param invitation its token, and the name that it reserves (XEP-0445 §3.1) */
  async ask(
    domain: string,
    invitation: { readonly token?: string; readonly username?: string } = {},
  ): Promise<void> {
    this.domain = domain.trim();
    this.#token = invitation.token;
    this.#username = invitation.username;
    await this.#load();
  }

  /** The same again, after a problem or because the form has expired. */
  async askAgain(): Promise<void> {
    await this.#load();
  }

  async trust(certificate: Certificate): Promise<void> {
    this.#pins = [...this.#pins, certificate.fingerprint];
    await this.#load();
  }

  async #load(): Promise<void> {
    const attempt = this.#begin();
    try {
      const form = await this.#call('accounts.registrationForm', this.#place());
      if (attempt !== this.#attempt) return;
      this.#form = form;
      this.#wasSent = false;
      for (const { name, values, media } of form.form.fields) {
        // A new challenge wants a new answer.
        if (name !== '' && (this.values[name] === undefined || media.length > 0))
          this.values[name] = [...values];
      }
      if (this.#username !== undefined) this.values['username'] = [this.#username];
    } catch (failure) {
      this.#meet(attempt, failure);
    } finally {
      if (attempt === this.#attempt) this.#isBusy = false;
    }
  }

  /** @returns the new account, or `undefined` when it did not work. */
  async submit(): Promise<number | undefined> {
    const form = this.#form;
    if (form === undefined || this.#isBusy) return undefined;
    this.#wasSent = true;
    if (this.fields.some((field) => this.faultOf(field) !== undefined)) return undefined;
    const attempt = this.#begin();
    try {
      const account = await this.#submitTo(form);
      if (attempt !== this.#attempt) return undefined;
      this.reset();
      return account;
    } catch (failure) {
      this.#meet(attempt, failure);
      return undefined;
    } finally {
      if (attempt === this.#attempt) this.#isBusy = false;
    }
  }

  async #submitTo(form: Form): Promise<number> {
    const answers = form.form.fields.flatMap(({ name, type }) =>
      type === 'fixed' || name === '' ? [] : [{ name, values: [...(this.values[name] ?? [])] }],
    );
    const { account } = await this.#call('accounts.register', { registration: form.registration, answers });
    return account;
  }

  /** Back to the choice of a server. */
  leave(): void {
    this.#attempt += 1;
    this.#form = undefined;
    this.#isBusy = false;
    this.forgetProblem();
    this.values = {};
    void this.#call('accounts.cancelRegistration', {}).catch(() => undefined); // there may be none any more
  }

  forgetProblem(): void {
    this.#problem = undefined;
    this.#refused = undefined;
  }

  reset(): void {
    this.leave();
    this.domain = this.host = this.port = '';
    this.security = 'automatic';
    this.proxy = noProxy;
    this.isServerOpen = false;
    this.#token = this.#username = undefined;
    this.#pins = [];
  }

  #begin(): number {
    this.#isBusy = true;
    this.forgetProblem();
    return ++this.#attempt;
  }

  #meet(attempt: number, failure: unknown): void {
    if (attempt !== this.#attempt) return;
    if (!(failure instanceof Refused)) throw failure;
    if (failure.problem === undefined) this.#refused = failure;
    else this.#problem = failure.problem;
  }

  #place(): Place {
    const server = serverFrom(this.host, this.port, this.security, this.domain);
    const proxy = proxyFrom(this.proxy);
    return {
      domain: this.domain,
      ...(this.#token !== undefined && { token: this.#token }),
      ...(server === undefined ? {} : { server }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(this.#pins.length === 0 ? {} : { pins: [...this.#pins] }),
    };
  }
}
