/**
 * The connection of an account as people see it: how it is made, whether anybody is looking at what it brings, and what
 * the operators say while it is down. The connection itself is the account's.
 */
import type { AccountRow, ConnectionInfo, Problem, ProblemCode } from '../../shared/contract.ts';
import type { FullJid } from '../../shared/jid.ts';
import type { ConnectionDetails, Wire, WireState } from '../xmpp/wire.ts';
import { LONGEST_STATUS, readOutage, readStatusAddresses, type Outage } from '../xmpp/xep/xep0455.ts';
import type { Account } from './account.ts';

/** Problems that may be an outage of the server, and not of the network here or of the account. */
const OUTAGES: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'unknown-host',
  'unreachable',
  'timeout',
  'tls-failed',
  'not-xmpp',
  'protocol',
  'server-error',
  'closed',
]);
/** Milliseconds between two looks at what the operators say. */
const LOOK_AGAIN = 300_000;
/** Milliseconds that one look may take. */
const PATIENCE = 15_000;

interface Online {
  readonly jid: FullJid;
  readonly details: ConnectionDetails | undefined;
  readonly isResumed: boolean;
  readonly isResumable: boolean;
  readonly hasCarbons: boolean;
  readonly since: number;
}

export class Link {
  readonly #account: Account;
  #online: Online | undefined;
  #isActive = true;
  /** The position of our presence in this session; infinite before it is sent, `undefined` after a restart. */
  #presenceAt: number | undefined;
  #outage: Outage | undefined;
  #lookedAt = -Infinity;

  constructor(account: Account) {
    this.#account = account;
  }

  /** The stream is up. It begins as active, also when it goes on with a session (XEP-0352 #stream-resumption). */
  entered(wire: Wire, state: Extract<WireState, { kind: 'online' }>): void {
    this.#outage = undefined;
    this.#lookedAt = -Infinity;
    this.#online = {
      jid: state.jid,
      details: state.details,
      isResumed: state.resumed !== undefined,
      isResumable: state.session !== undefined,
      hasCarbons: state.carbons === true,
      since: this.#account.profile.host.now(),
    };
    if (!this.#isActive) wire.setActive(false);
    const { resumed } = state;
    // What the server had not seen of an earlier connection got lost on the way.
    const isLost = this.#presenceAt !== undefined && this.#presenceAt > (resumed?.acknowledged ?? 0);
    if (resumed === undefined || isLost) this.#presenceAt = Infinity;
  }

  /** True when this session began with carbons on (XEP-0386 #bind-request). */
  get hasCarbons(): boolean {
    return this.#online?.hasCarbons === true;
  }

  /** Our own address on this stream, or on the last one. */
  get jid(): FullJid | undefined {
    return this.#online?.jid;
  }

  /** Whether others see us in this session; `perhaps` when it is older than this process. */
  get isSeen(): boolean | 'perhaps' {
    return this.#presenceAt === undefined ? 'perhaps' : this.#presenceAt !== Infinity;
  }

  /** Our presence was sent, at this position of the session. */
  shown(position: number): void {
    this.#presenceAt = position;
  }

  /** The stream is down, for a reason or because it was wanted. */
  left(problem?: Problem): void {
    this.#online = undefined;
    this.#account.transfers.direct.cut();
    if (problem === undefined) this.#outage = undefined;
    else if (OUTAGES.has(problem.code)) void this.#look();
  }

  /** Somebody looks at what comes in, or nobody does any more: the server is told if it wants to know. */
  setActive(isActive: boolean): void {
    if (this.#isActive === isActive) return;
    this.#isActive = isActive;
    this.#account.wire?.setActive(isActive);
  }

  /** Namespaces of the features of the stream; `undefined` without one, or when it does not say. */
  get streamFeatures(): ReadonlySet<string> | undefined {
    return this.#online?.details?.features;
  }

  get connection(): ConnectionInfo | undefined {
    const online = this.#online;
    if (online?.details === undefined) return undefined;
    const { transport, tlsVersion, cipher, mechanism, channelBinding, roundTrips } = online.details;
    const { proxy } = this.#account.record();
    return {
      transport,
      ...(proxy !== undefined && { proxy: `${proxy.host}:${String(proxy.port)}` }),
      ...(tlsVersion !== undefined && { tlsVersion }),
      ...(cipher !== undefined && { cipher }),
      ...(mechanism !== undefined && { mechanism }),
      ...(channelBinding !== undefined && { channelBinding }),
      ...(roundTrips !== undefined && { roundTrips }),
      isResumed: online.isResumed,
      isResumable: online.isResumable,
      since: online.since,
    };
  }

  /** What the operators say of the outage, as far as there is one and it is known. */
  get outage(): AccountRow['outage'] {
    return this.#outage && { ...this.#outage, messages: { ...this.#outage.messages } };
  }

  /** Looks at the addresses that the server named when it was last there (XEP-0455 #rules). */
  async #look(): Promise<void> {
    const { profile, disco } = this.#account;
    const { host } = profile;
    const addresses = readStatusAddresses(disco.server);
    const isTooSoon = host.now() - this.#lookedAt < LOOK_AGAIN;
    if (host.fetchText === undefined || addresses.length === 0 || isTooSoon) return;
    this.#lookedAt = host.now();
    const { proxy } = this.#account.record();
    for (const address of addresses) {
      try {
        const text = await host.fetchText(address, {
          limit: LONGEST_STATUS,
          timeout: PATIENCE,
          ...(proxy !== undefined && { proxy }),
        });
        const outage = readOutage(text);
        if (outage === undefined) continue;
        // It may be up again by now.
        if (this.#online !== undefined) return;
        this.#outage = outage === 'none' ? undefined : outage;
        profile.announce([{ put: 'account', row: this.#account.row() }]);
        return;
      } catch (error) {
        this.#account.log('status-unreachable', { error: String(error) });
      }
    }
  }
}
