/**
 * What the clients of others can do (XEP-0115, XEP-0390): learned once for each hash, verified, and kept for all
 * accounts; anything that is not verified is believed only of the one who said it. It asks nobody who may not know that
 * we are here, and decides nothing about what is done with the answer.
 */
import { bareOf, resourceOf, type FullJid } from '../../shared/jid.ts';
import * as store from '../store/discovery.ts';
import { StanzaError, WireClosed } from '../xmpp/wire.ts';
import type { Presence } from '../xmpp/xep/presence.ts';
import { askQuery, readInfo, type Info } from '../xmpp/xep/xep0030.ts';
import * as xep0115 from '../xmpp/xep/xep0115.ts';
import * as xep0390 from '../xmpp/xep/xep0390.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { infoOf, recordOf } from './disco.ts';
import { Flood } from './flood.ts';
import { maySeeReceipts } from './roster.ts';

/** Milliseconds that a client may take to answer. */
const PATIENCE = 20_000;
const AT_ONCE = 4;
/** More questions than this do not wait: what they are about is asked when it is needed. */
const MOST_WAITING = 500;
/** Clients of which something is known that is not verified. */
const MOST_OWN = 500;
/** Somebody who says something new all the time is not asked each time (XEP-0390 #security-caching). */
const CHANGES = { burst: 10, perMinute: 2 };

/** What a presence says about capabilities, by whichever of the two extensions says it better. */
interface Claim {
  readonly key: store.CapabilityKey;
  /** Where to ask; `undefined` for a client that claims nothing. */
  readonly node: string | undefined;
  /** `verified` is true of all who claim the same, `own` only of the one who answered. */
  judge(query: Element): 'verified' | 'own' | 'refused';
}

interface Own {
  readonly claim: string;
  /** Absent: asked, and nothing usable came. */
  readonly info?: Info;
}

export class EntityCapabilities {
  readonly #account: Account;
  readonly #own = new Map<FullJid, Own>();
  /** Who is asked about a claim right now. */
  readonly #asking = new Map<string, Promise<unknown>>();
  readonly #touched = new Set<string>();
  readonly #changes = new Flood(CHANGES);
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(account: Account) {
    this.#account = account;
  }

  /** Somebody's client is here: learns what it can do, unless that is known or not ours to ask. */
  noteAvailable(jid: FullJid): void {
    const bare = bareOf(jid);
    // A question shows that we are here, and with what: only those who see that anyway are asked (H66).
    if (!maySeeReceipts(this.#account, bare) || this.#waiting.length >= MOST_WAITING) return;
    const presence = this.#presenceOf(jid);
    if (presence === undefined || claimOf(presence).node === undefined || this.known(jid) !== undefined)
      return;
    if (this.#own.get(jid)?.claim === textOf(claimOf(presence))) return;
    if (this.#changes.take(bare, this.#account.profile.host.now()) !== 'allowed') return;
    void this.ask(jid);
  }

  /** It left; what was believed of it alone goes with it. */
  noteUnavailable(jid: FullJid): void {
    this.#own.delete(jid);
  }

  /** What is known of a client without asking. */
  known(jid: FullJid): Info | undefined {
    const presence = this.#presenceOf(jid);
    const claim = claimOf(presence);
    const own = this.#own.get(jid);
    if (own?.info !== undefined && own.claim === textOf(claim)) return own.info;
    return claim.node === undefined ? undefined : this.#shared(claim.key);
  }

  /** What a client can do, asked if need be; `undefined` when it does not say, or lies. Never rejects. */
  async ask(jid: FullJid): Promise<Info | undefined> {
    const known = this.known(jid);
    if (known !== undefined) return known;
    const claim = claimOf(this.#presenceOf(jid));
    const text = claim.node === undefined ? jid : textOf(claim);
    // Somebody who claims the same is being asked; a true answer serves both, a false one neither.
    const other = this.#asking.get(text);
    if (other !== undefined) {
      await other;
      const settled = this.known(jid);
      if (settled !== undefined) return settled;
    }
    const own = this.#own.get(jid);
    if (own?.claim === textOf(claim)) return own.info;
    const asking = this.#request(jid, claim);
    this.#asking.set(text, asking);
    try {
      return await asking;
    } finally {
      if (this.#asking.get(text) === asking) this.#asking.delete(text);
    }
  }

  async #request(jid: FullJid, claim: Claim): Promise<Info | undefined> {
    await this.#turn();
    try {
      const { wire } = this.#account;
      if (wire === undefined) return undefined;
      const query = await askQuery(wire, { to: jid, node: claim.node, timeout: PATIENCE });
      const info = query && readInfo(query);
      const verdict = query === undefined || info === undefined ? 'refused' : claim.judge(query);
      this.#keep(jid, claim, info, verdict);
      return verdict === 'refused' ? undefined : info;
    } catch (error) {
      // Who refuses to answer is not asked again for the same claim; who could not be reached is.
      if (error instanceof StanzaError) this.#remember(jid, { claim: textOf(claim) });
      else if (!(error instanceof WireClosed))
        this.#account.log('capabilities-failed', { error: String(error) });
      return undefined;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #keep(jid: FullJid, claim: Claim, info: Info | undefined, verdict: ReturnType<Claim['judge']>): void {
    const { profile } = this.#account;
    if (verdict === 'refused' || info === undefined) {
      this.#account.log('dropped', { rule: 'ill-formed-capabilities', from: jid });
      this.#remember(jid, { claim: textOf(claim) });
      return;
    }
    const isShared =
      verdict === 'verified' &&
      profile.commit(() =>
        store.putCapabilities(profile.database, claim.key, recordOf(info), profile.host.now()),
      );
    if (!isShared) this.#remember(jid, { claim: textOf(claim), info });
  }

  #remember(jid: FullJid, own: Own): void {
    this.#own.delete(jid);
    this.#own.set(jid, own);
    const [oldest] = this.#own.keys();
    if (this.#own.size > MOST_OWN && oldest !== undefined) this.#own.delete(oldest);
  }

  #shared(key: store.CapabilityKey): Info | undefined {
    const { profile } = this.#account;
    const record = store.getCapabilities(profile.database, key);
    if (record === undefined) return undefined;
    // Once for each run is enough to know what is still in use.
    const text = keyText(key);
    if (!this.#touched.has(text)) {
      this.#touched.add(text);
      profile.commit(() => {
        store.touchCapabilities(profile.database, key, profile.host.now());
      });
    }
    return infoOf(record);
  }

  #presenceOf(jid: FullJid): Presence | undefined {
    return this.#account.presences.get(bareOf(jid))?.get(resourceOf(jid));
  }

  /** Waits until fewer are asked. */
  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }
}

const keyText = ({ protocol, algorithm, value }: store.CapabilityKey): string =>
  JSON.stringify([protocol, algorithm, value]);

/** The claim as a key of maps: the node is part of it where nothing is verified. */
const textOf = ({ key, node = '' }: Claim): string => `${keyText(key)} ${node}`;

const NOTHING: Claim = {
  key: { protocol: '', algorithm: '', value: '' },
  node: undefined,
  judge: () => 'own',
};

function claimOf(presence: Presence | undefined): Claim {
  const hash = presence?.hashSet && xep0390.usableOf(presence.hashSet);
  if (hash !== undefined) {
    return {
      key: { protocol: xep0390.NS, ...hash },
      node: xep0390.nodeOf(hash),
      judge: (query) => (xep0390.verify(query, hash) ? 'verified' : 'own'),
    };
  }
  const capabilities = presence?.capabilities;
  if (capabilities === undefined) return NOTHING;
  return {
    key: { protocol: xep0115.NS, algorithm: capabilities.hash ?? '', value: capabilities.version },
    node: xep0115.nodeOf(capabilities),
    judge: (query) => {
      const verdict = xep0115.judge(query, capabilities);
      // A hash that does not fit is a lie or a fault: then the answer speaks for the one who gave it, and no one else.
      return verdict === 'different' ? 'own' : verdict === 'ill-formed' ? 'refused' : verdict;
    },
  };
}
