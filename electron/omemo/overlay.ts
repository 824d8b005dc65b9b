/**
 * What the operations of one exclusive want stored and is not yet, over what is stored: the later ones build on it.
 * Reads the database and never writes it.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Database } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import * as prekeys from '../store/prekeys.ts';
import { SessionFault } from './fault.ts';
import { nameOf, type Line, type Protocol } from './protocols.ts';
import type { PrekeySource } from './ratchet/ends.ts';
import { trustWithKey } from './trust.ts';
import type { DeviceProof, PendingWrites } from './writes.ts';

export class Overlay {
  readonly #database: Database;
  readonly #account: number;
  readonly #records = new Map<string, string>();
  /** The own keys of key exchanges that were answered. */
  readonly #exchanges = new Set<string>();
  /** By device: what was shown last. */
  readonly #proofs = new Map<string, DeviceProof>();

  constructor(database: Database, account: number) {
    this.#database = database;
    this.#account = account;
  }

  keep({ sessions, usedPrekeys, sender }: PendingWrites): void {
    for (const { record, ...line } of sessions) this.#records.set(nameOf(line), record);
    for (const { baseKey } of usedPrekeys) this.#exchanges.add(base64(baseKey));
    if (sender !== undefined) this.#proofs.set(`${sender.device}/${sender.address}`, sender);
  }

  record(line: Line): string | undefined {
    return this.#records.get(nameOf(line)) ?? keys.getSession(this.#database, this.#account, line);
  }

  prekeys(protocol: Protocol): PrekeySource {
    return {
      prekey: (id, baseKey = new Uint8Array()) => {
        // A prekey may be used by several people who picked it at the same time, an exchange is answered once.
        const isAnswered =
          this.#exchanges.has(base64(baseKey)) ||
          prekeys.wasPrekeyUsedIn(this.#database, this.#account, id, baseKey);
        if (isAnswered) throw new SessionFault('duplicate', 'this key exchange was answered before');
        return prekeys.getPrekey(this.#database, this.#account, protocol, id);
      },
      signedPrekey: (id) => prekeys.getSignedPrekey(this.#database, this.#account, protocol, id),
    };
  }

  /** The devices of an address with the keys that they have shown in this exclusive. */
  devices(address: BareJid): keys.DeviceRecord[] {
    let known = keys.listDevices(this.#database, this.#account, address);
    for (const proof of this.#proofs.values()) {
      if (proof.address !== address) continue;
      const { device, identityKey, at } = proof;
      const before = known.find((each) => each.device === device);
      const trust = trustWithKey(before, identityKey, known);
      const unlisted = { isActive: false, protocols: [], firstSeen: at };
      const after = { ...unlisted, ...before, device, identityKey, trust };
      known = [...known.filter((each) => each.device !== device), after];
    }
    return known;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
