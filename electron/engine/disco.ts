/**
 * What our server, our account and the services there say of themselves (XEP-0030): asked once for each stream however
 * many want to know, and kept, so that something is known before the answer and while there is no connection. It decides
 * nothing about who may use what.
 */
import { domainOf } from '../../shared/jid.ts';
import * as store from '../store/discovery.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import { askInfo, askItems, NO_INFO, type Info } from '../xmpp/xep/xep0030.ts';
import { PEP_IDENTITY } from '../xmpp/xep/xep0163.ts';
import type { Account } from './account.ts';

/** So many of a server's services are asked what they are, and so many of them at the same time. */
const MOST_SERVICES = 32;
const AT_ONCE = 4;

export interface Service {
  readonly address: string;
  readonly info: Info;
}

export class Disco {
  readonly #account: Account;
  readonly #known: Map<string, Info>;
  /** The questions of this stream. */
  readonly #asked = new Map<string, Promise<Info>>();
  #exploring: Promise<void> | undefined;

  constructor(account: Account) {
    this.#account = account;
    const known = store.listDiscovered(account.profile.database, account.id);
    this.#known = new Map([...known].map(([address, record]) => [address, infoOf(record)]));
  }

  /** A stream began: what is known may not be true any more, and is asked for again. */
  begin(): void {
    this.#asked.clear();
    this.#exploring = undefined;
  }

  // ————— What is known ————————————————————————————————————————————————————————————————————————————————————

  /** Our server, as it last described itself; empty as long as it never did. */
  get server(): Info {
    return this.#known.get(this.#domain) ?? NO_INFO;
  }

  /** Our own account, as our server last described it. */
  get own(): Info {
    return this.#known.get(this.#account.address) ?? NO_INFO;
  }

  /** True once our server described itself, on this stream or an earlier one. */
  get isKnown(): boolean {
    return this.#known.has(this.#domain);
  }

  get services(): Service[] {
    return [...this.#known]
      .filter(([address]) => address !== this.#domain && address !== this.#account.address)
      .map(([address, info]) => ({ address, info }));
  }

  serverHas(feature: string): boolean {
    return this.server.features.has(feature);
  }

  accountHas(feature: string): boolean {
    return this.own.features.has(feature);
  }

  /** True when our account can keep personal nodes (XEP-0163 #support-owner). */
  get hasPersonalNodes(): boolean {
    return this.own.identities.some(
      ({ category, type }) => category === PEP_IDENTITY.category && type === PEP_IDENTITY.type,
    );
  }

  /** The service of our server that has a feature: the server itself, or the first of its services. */
  serviceWith(feature: string): Service | undefined {
    if (this.serverHas(feature)) return { address: this.#domain, info: this.server };
    return this.services.find(({ info }) => info.features.has(feature));
  }

  // ————— Asking ————————————————————————————————————————————————————————————————————————————————————————————

  /** @throws StanzaError, WireClosed */
  askServer(wire: Wire): Promise<Info> {
    return this.#ask(wire, this.#domain);
  }

  /** @throws StanzaError, WireClosed */
  askOwn(wire: Wire): Promise<Info> {
    return this.#ask(wire, this.#account.address);
  }

  /**
   * Looks at the services of our server, once for each stream.
   * @throws StanzaError, WireClosed
   */
  explore(wire: Wire): Promise<void> {
    this.#exploring ??= this.#explore(wire);
    return this.#exploring;
  }

  async #explore(wire: Wire): Promise<void> {
    const items = await askItems(wire, this.#domain);
    const addresses = new Set<string>();
    for (const { jid, node } of items) {
      // A person or an item of a node is no service.
      if (node === undefined && !jid.includes('@') && jid !== this.#domain) addresses.add(jid);
    }
    const wanted = [...addresses].slice(0, MOST_SERVICES);
    const waiting = [...wanted];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await this.#ask(wire, next).catch((error: unknown) => {
          if (!(error instanceof StanzaError)) throw error;
          this.#account.log('service-silent', { condition: error.condition });
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const kept = [this.#domain, this.#account.address, ...wanted];
    for (const address of this.#known.keys()) if (!kept.includes(address)) this.#known.delete(address);
    this.#account.profile.commit(() => {
      store.keepDiscovered(this.#account.profile.database, this.#account.id, kept);
    });
  }

  #ask(wire: Wire, address: string): Promise<Info> {
    const asked = this.#asked.get(address);
    if (asked !== undefined) return asked;
    const asking = this.#request(wire, address);
    this.#asked.set(address, asking);
    // No answer is none: whoever wants to know next asks again.
    asking.catch((error: unknown) => {
      if (this.#asked.get(address) === asking) this.#asked.delete(address);
      if (!(error instanceof StanzaError || error instanceof WireClosed)) {
        this.#account.log('discovery-failed', { error: String(error) });
      }
    });
    return asking;
  }

  async #request(wire: Wire, address: string): Promise<Info> {
    const info = await askInfo(wire, address);
    const { profile, id } = this.#account;
    const [before, now] = [this.#known.get(address), recordOf(info)];
    this.#known.set(address, info);
    if (before === undefined || JSON.stringify(recordOf(before)) !== JSON.stringify(now)) {
      profile.commit(() => {
        store.putDiscovered(profile.database, id, address, now);
      });
    }
    return info;
  }

  get #domain(): string {
    return domainOf(this.#account.address);
  }
}

/** Information as it is kept. */
export function recordOf({ identities, features, forms }: Info): store.InfoRecord {
  return {
    identities,
    features: [...features],
    forms: forms.map(({ formType, fields }) => ({
      ...(formType !== undefined && { formType }),
      fields: [...fields],
    })),
  };
}

/** Information as it was kept. */
export function infoOf({ identities, features, forms }: store.InfoRecord): Info {
  return {
    identities,
    features: new Set(features),
    forms: forms.map(({ formType, fields }) => ({
      type: 'result' as const,
      ...(formType !== undefined && { formType }),
      fields: new Map(fields),
    })),
  };
}
