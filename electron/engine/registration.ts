/**
 * Making an account: the form that is being filled in, and what becomes of the answers. The account is stored in the
 * moment in which its server says that it exists; until then nothing of it is kept anywhere.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Input, Output } from '../../shared/contract.ts';
import { faultOf } from '../../shared/form-rules.ts';
import { domainOf, readBareJid, type BareJid } from '../../shared/jid.ts';
import type { Answers, FormField } from '../../shared/rows/form.ts';
import * as accounts from '../store/accounts.ts';
import { putCredentials } from '../store/credentials.ts';
import { registrationProblem, type OpenRegistration } from '../xmpp/registration.ts';
import { WireClosed } from '../xmpp/wire.ts';
import { Account } from './account.ts';
import type { Trial } from './session.ts';
import { proxyRecord } from './account-row.ts';
import { newCredentials } from './credentials.ts';
import type { Household } from './engine.ts';
import { newAccount, tryToSignIn } from './sign-in.ts';

/** Milliseconds for which a form waits for somebody who went away; servers are less patient. */
const PATIENCE = 900_000;

type Place = Input<'accounts.registrationForm'>;

interface Current {
  readonly id: number;
  readonly domain: BareJid;
  readonly place: Place;
  readonly registration: OpenRegistration;
  readonly timer: NodeJS.Timeout;
}

/** One form at a time, for one window. */
export class Registrations {
  readonly #house: Household;
  #current: Current | undefined;
  #opening: AbortController | undefined;
  #count = 0;

  constructor(house: Household) {
    this.#house = house;
    house.ending.addEventListener('abort', () => this.close());
  }

  /** @throws Refusal `not-an-address`, `cannot-connect` with the problem, `cancelled`; StanzaError */
  async open(place: Place): Promise<Output<'accounts.registrationForm'>> {
    this.#house.profile();
    const domain = readBareJid(place.domain.trim());
    if (domain === undefined || domain.includes('@')) throw new Refusal('not-an-address');
    this.close();
    const opening = new AbortController();
    this.#opening = opening;
    const { server, proxy, pins = [], token } = place;
    try {
      const registration = await this.#house.host.register(
        {
          domain,
          pins,
          ...(server !== undefined && { server }),
          ...(proxy !== undefined && { proxy: proxyRecord(proxy) }),
          ...(token !== undefined && { token }),
        },
        opening.signal,
      );
      const id = (this.#count += 1);
      const timer = setTimeout(() => this.#close(id), PATIENCE);
      this.#current = { id, domain, place, registration, timer };
      const { title, instructions, fields, ...offer } = registration.offer;
      return { registration: id, domain, ...offer, form: { title, instructions, fields: [...fields] } };
    } catch (error) {
      if (opening.signal.aborted) throw new Refusal('cancelled');
      throw explained(error, domain);
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
    }
  }

  /**
   * @returns the id of the new account
   * @throws Refusal `too-late` when the form's stream has ended, `invalid`, `not-an-address`, `already-there`,
   * `cannot-connect`; StanzaError when the server says no
   */
  async submit(id: number, answers: Answers, keepsPassword: boolean): Promise<number> {
    const current = this.#current;
    if (current?.id !== id || !current.registration.isOpen) throw new Refusal('too-late');
    const { registration, domain, place } = current;
    const values = checkedAnswers(registration.offer.fields, answers);
    const [username = '', password = ''] = [values.get('username')?.[0], values.get('password')?.[0]];
    const address = readBareJid(`${username}@${domain}`);
    if (username.includes('@') || address === undefined) throw new Refusal('not-an-address');
    // Without a password there would be an account that nobody can sign in to.
    if (password === '') throw new Refusal('invalid', 'password');
    const known = [...this.#house.accounts.values()];
    if (known.some((account) => account.address === address)) throw new Refusal('already-there');
    // The server prepares the name as we do; what is shown should be what is made.
    values.set('username', [address.slice(0, address.length - domain.length - 1)]);
    const record = newAccount(address, { ...place, address, password }, known.length);
    let trial: Trial | undefined;
    try {
      await registration.submit(values);
    } catch (error) {
      if (!(error instanceof WireClosed)) throw error;
      // Nobody knows whether it was made: who can sign in with it has it.
      trial = await this.#attempt(record, keepsPassword, error);
    }
    const account = this.#store(record, keepsPassword);
    this.#close(id);
    account.start(trial);
    return account.id;
  }

  async #attempt(
    record: Omit<accounts.AccountRecord, 'id'>,
    keepsPassword: boolean,
    error: WireClosed,
  ): Promise<Trial> {
    try {
      return await tryToSignIn(this.#house.host, record, newCredentials(keepsPassword), this.#house.ending);
    } catch (refusal) {
      const isThere = refusal instanceof Refusal && refusal.problem?.code !== 'credentials';
      throw isThere ? refusal : explained(error, domainOf(record.address));
    }
  }

  #store(record: Omit<accounts.AccountRecord, 'id'>, keepsPassword: boolean): Account {
    const profile = this.#house.profile();
    const id = profile.commit(() => {
      const inserted = accounts.insertAccount(profile.database, record);
      putCredentials(profile.database, inserted, newCredentials(keepsPassword));
      return inserted;
    });
    const account = new Account(profile, { ...record, id });
    account.link.setActive(this.#house.isWatched());
    this.#house.accounts.set(id, account);
    return account;
  }

  /** Gives up whatever is open or being opened. */
  close(): void {
    this.#opening?.abort();
    if (this.#current !== undefined) this.#close(this.#current.id);
  }

  #close(id: number): void {
    if (this.#current?.id !== id) return;
    clearTimeout(this.#current.timer);
    this.#current.registration.close();
    this.#current = undefined;
  }
}

/**
 * The answers by field, those only that the form asks for.
 * @throws Refusal `invalid` with the names of the fields that cannot be sent so
 */
export function checkedAnswers(
  fields: readonly FormField[],
  answers: Answers,
): Map<string, readonly string[]> {
  const given = new Map(answers.map(({ name, values }) => [name, values]));
  const faults = fields.filter((field) => faultOf(field, given.get(field.name) ?? []) !== undefined);
  if (faults.length > 0) throw new Refusal('invalid', faults.map(({ name }) => name).join(', '));
  return new Map(fields.flatMap(({ name }) => (given.has(name) ? [[name, given.get(name) ?? []]] : [])));
}

function explained(error: unknown, domain: string): unknown {
  const problem = registrationProblem(error, domain);
  return problem === undefined
    ? error
    : new Refusal('cannot-connect', problem.detail ?? problem.code, problem);
}
