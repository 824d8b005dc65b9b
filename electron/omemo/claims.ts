/**
 * Automatic trust management (XEP-0450 0.4.0): whose word about keys counts, when it is acted upon, and what is told to
 * whom about a decision that a person made here. Nothing here asks the network; what others say changes no trust before
 * their own key was verified, and only a person's decisions are passed on.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Database } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import * as store from '../store/trust-claims.ts';
import { NS as NS_OMEMO_2 } from '../xmpp/xep/xep0384-2.ts';
import { writeTrustMessage, type KeyOwner, type TrustMessage } from '../xmpp/xep/xep0434.ts';
import { NS as NS_ATM } from '../xmpp/xep/xep0450.ts';
import { serialize } from '../xmpp/xml.ts';

/** Keys are shared by both protocols; the name is that of the newer, which is the one that carries this. */
const ENCRYPTION = NS_OMEMO_2;
/** libsignal's `DJB_TYPE`, in front of keys where they are stored. */
const KEY_TYPE = 0x05;

/** A device that said something in a message which could be decrypted. */
export interface Speaker {
  readonly address: BareJid;
  /** 33 bytes. */
  readonly identityKey: Uint8Array;
}

/**
 * The claims of a trust message that may count at all: our own devices speak of everybody's keys, others only of their
 * own (#use-case-authentication-contact-endpoint-receiving, #use-case-distrusting-contact-endpoint-receiving).
 * @param at when it was said, in milliseconds
 */
export function claimsOf(
  message: TrustMessage,
  speaker: Speaker,
  own: BareJid,
  at: number,
): store.TrustClaim[] {
  if (message.usage !== NS_ATM || message.encryption !== ENCRYPTION) return [];
  const said = { sender: speaker.address, senderKey: speaker.identityKey, at };
  return message.owners
    .filter(({ address }) => speaker.address === own || address === speaker.address)
    .flatMap(({ address: owner, trusted, distrusted }) => [
      ...trusted.map((key) => ({ ...said, owner, ownerKey: typed(key), isTrusted: true })),
      ...distrusted.map((key) => ({ ...said, owner, ownerKey: typed(key), isTrusted: false })),
    ]);
}

/** Keeps claims until they can be acted upon; a device that says too much is not listened to any longer. */
export function keepClaims(database: Database, account: number, claims: readonly store.TrustClaim[]): void {
  const [first] = claims;
  if (first === undefined) return;
  const room = store.roomForClaims(database, account, first.sender, first.senderKey);
  for (const claim of claims.slice(0, room)) store.putClaim(database, account, claim);
}

/**
 * Acts upon every claim whose speaker is verified and whose key has appeared, and upon those that this makes
 * believable, until nothing is left to do. Each counts once; one that is older than the last decision about its key
 * counts for nothing. To be called inside a transaction.
 * @returns the addresses whose devices changed
 */
export function settleClaims(database: Database, account: number): Set<string> {
  const changed = new Set<string>();
  if (!store.hasClaims(database, account)) return changed;
  // Each turn removes what it acted upon, so there is an end.
  for (;;) {
    const due = store.listDueClaims(database, account);
    if (due.length === 0) return changed;
    const decided = new Map<string, number>();
    for (const claim of due) {
      const { owner, device, isTrusted, at } = claim;
      store.removeClaim(database, account, claim);
      const name = `${String(device)}/${owner}`;
      if (at <= (decided.get(name) ?? claim.decidedAt)) continue;
      // An earlier claim of this turn may have taken the speaker's standing.
      if (!keys.isVerified(database, account, claim.sender, claim.senderKey)) continue;
      decided.set(name, at);
      const trust = isTrusted ? 'verified' : 'distrusted';
      if (keys.getDevice(database, account, owner, device)?.trust !== trust) {
        keys.setTrust(database, account, owner, device, trust);
        changed.add(owner);
      }
      store.setDecidedAt(database, account, owner, device, at);
    }
  }
}

/** A device that a person has verified. */
export interface VerifiedDevice {
  readonly address: BareJid;
  readonly device: number;
  /** 33 bytes. */
  readonly identityKey: Uint8Array;
}

/** What a person decided about one device. */
export interface Judgement extends VerifiedDevice {
  readonly isTrusted: boolean;
}

/**
 * What is to be told about a decision, and to whom (#use-cases). Pure.
 * @param verified the devices that were verified before, ours and others', without this one of ours
 */
export function lettersFor(
  judged: Judgement,
  verified: readonly VerifiedDevice[],
  own: BareJid,
): Omit<store.TrustLetter, 'id'>[] {
  const { address, device, identityKey, isTrusted } = judged;
  const others = verified.filter((each) => each.address !== address || each.device !== device);
  const ours = others.filter((each) => each.address === own);
  // A key of ours concerns everybody who has verified us; one of a contact only ourselves.
  const audience = address === own ? others : ours;
  const news: KeyOwner = {
    address,
    trusted: isTrusted ? [plain(identityKey)] : [],
    distrusted: isTrusted ? [] : [plain(identityKey)],
  };
  const letters = [...new Set(audience.map((each) => each.address))].map((recipient) => ({
    recipient,
    message: write([news]),
  }));
  // Whoever was verified just now learns whom we know: all of it when it is ours, else only our own devices.
  const known = isTrusted ? ownersOf(address === own ? others : ours) : [];
  if (known.length === 0) return letters;
  return [...letters, { recipient: address, device, message: write(known) }];
}

function ownersOf(devices: readonly VerifiedDevice[]): KeyOwner[] {
  const byAddress = Map.groupBy(devices, ({ address }) => address);
  return [...byAddress].map(([address, rows]) => ({
    address,
    trusted: rows.map(({ identityKey }) => plain(identityKey)),
    distrusted: [],
  }));
}

const write = (owners: readonly KeyOwner[]): string =>
  serialize(writeTrustMessage({ usage: NS_ATM, encryption: ENCRYPTION, owners }));

const typed = (key: Uint8Array): Uint8Array => Uint8Array.from([KEY_TYPE, ...key]);
const plain = (key: Uint8Array): Uint8Array => key.subarray(1);
