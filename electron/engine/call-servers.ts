/**
 * The STUN and TURN servers for calls, as our own server names them (XEP-0215): asked for when a call needs them, and kept
 * for as long as their credentials are good. Nobody else's servers are ever used.
 */
import { domainOf } from '../../shared/jid.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import { askCredentials, askServices, NS, type ExternalService } from '../xmpp/xep/xep0215.ts';
import type { Account } from './account.ts';
import { withAddresses } from './service-addresses.ts';

/** Without a word about it, credentials are asked for anew after this time, in milliseconds. */
const USUAL = 10 * 60_000;
/** A call of a whole day still finds its way after a change of networks: asked again when less is left. */
const LEAST = 60_000;

export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

export class CallServers {
  readonly #account: Account;
  #known: { readonly servers: readonly IceServer[]; readonly until: number } | undefined;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Those that can be used now; none when the server knows none or does not answer. */
  async list(): Promise<readonly IceServer[]> {
    const { wire, address, profile, disco } = this.#account;
    const now = profile.host.now();
    if (this.#known !== undefined && this.#known.until - LEAST > now) return this.#known.servers;
    const domain = domainOf(address);
    if (wire === undefined || (disco.isKnown && !disco.serverHas(NS))) return this.#known?.servers ?? [];
    try {
      const services = await askServices(wire, domain);
      const whole = await Promise.all(
        services.map(async (each) => {
          const isLacking = each.isRestricted && each.password === undefined;
          const more = isLacking ? await askCredentials(wire, domain, each) : undefined;
          return more === undefined ? each : { ...each, ...more, transport: each.transport, ...portOf(each) };
        }),
      );
      const { addressesOf } = profile.host;
      const hasProxy = this.#account.record().proxy !== undefined;
      const reached = await withAddresses(whole, hasProxy ? undefined : addressesOf);
      const until = Math.min(now + USUAL, ...whole.flatMap(({ expires }) => expires ?? []));
      this.#known = { servers: reached.flatMap((each) => serverOf(each, now) ?? []), until };
    } catch (error) {
      if (!(error instanceof StanzaError || error instanceof WireClosed)) throw error;
      this.#account.log('call-servers-failed', { error: error.message });
    }
    return this.#known?.servers ?? [];
  }
}

function portOf({ port }: ExternalService): { readonly port?: number } {
  return port === undefined ? {} : { port };
}

/** As WebRTC takes it. A relay without credentials, or with old ones, is none (W3C WebRTC §4.2.4). */
export function serverOf(service: ExternalService, now: number): IceServer | undefined {
  const { type, host, port, transport, username, password, expires } = service;
  const place = `${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${String(port)}`}`;
  if (type === 'stun' || type === 'stuns') return { urls: [`${type}:${place}`] };
  if (username === undefined || password === undefined || (expires ?? Infinity) <= now) return undefined;
  return { urls: [`${type}:${place}?transport=${transport}`], username, credential: password };
}
