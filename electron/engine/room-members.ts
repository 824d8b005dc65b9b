/**
 * Who belongs to a private room, whether or not they are in it: what is said there is encrypted for them. Their list is
 * asked for after coming in, and kept by what the room itself tells; nobody in it can add a reader.
 */
import { bareOf, type BareJid } from '../../shared/jid.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import type { RoomItem } from '../xmpp/xep/xep0045.ts';
import { askAffiliations } from '../xmpp/xep/xep0045-admin.ts';
import type { Account } from './account.ts';

const BELONGING = ['owner', 'admin', 'member'] as const;
/** What is sent goes to each of their devices: more than this is a public place. */
const MOST = 1_000;

export class Members {
  readonly #account: Account;
  readonly #addresses = new Set<BareJid>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Everybody but us. */
  get others(): BareJid[] {
    return [...this.#addresses].filter((address) => address !== this.#account.address);
  }

  clear(): void {
    this.#addresses.clear();
  }

  /** Asks for all; a list that is not for us to see leaves what we see. @throws WireClosed */
  async learn(wire: Wire, room: BareJid): Promise<void> {
    await Promise.all(
      BELONGING.map(async (affiliation) => {
        try {
          for (const item of await askAffiliations(wire, room, affiliation))
            this.note({ ...item, affiliation });
        } catch (error) {
          if (!(error instanceof StanzaError)) throw error;
          this.#account.log('members-hidden', { affiliation, condition: error.condition });
        }
      }),
    );
  }

  /** The room says what somebody is in it now. Returns whether that changes who belongs to it. */
  note({ jid, affiliation }: Pick<RoomItem, 'jid' | 'affiliation'>): boolean {
    if (jid === undefined) return false;
    const address = bareOf(jid);
    const { size } = this.#addresses;
    if (affiliation === 'none' || affiliation === 'outcast') this.#addresses.delete(address);
    else if (size < MOST) this.#addresses.add(address);
    return size !== this.#addresses.size;
  }
}
