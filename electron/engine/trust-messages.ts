/**
 * Trust messages (XEP-0434, used as XEP-0450 says) on their way in and out: what a device said about keys is kept with the
 * message that said it, and what a person decided here is told to whom it concerns. Whose word counts is decided in
 * omemo/claims.ts.
 */
import type { BareJid } from '../../shared/jid.ts';
import { claimsOf, keepClaims, lettersFor, settleClaims, type Judgement } from '../omemo/claims.ts';
import type { Decrypted } from '../omemo/omemo.ts';
import * as keys from '../store/keys.ts';
import * as store from '../store/trust-claims.ts';
import { is } from '../xmpp/xml.ts';
import { NS as NS_TRUST, readTrustMessage, type TrustMessage } from '../xmpp/xep/xep0434.ts';
import type { Account } from './account.ts';

/** What a device said about keys. */
export interface Heard {
  readonly address: BareJid;
  /** 33 bytes: the key under which it was said. */
  readonly identityKey: Uint8Array;
  readonly message: TrustMessage;
  /** Milliseconds. */
  readonly at: number;
}

/**
 * The trust message in what was decrypted, if there is exactly one (#trust-message-structure) and it says when it was
 * said (#use-cases-encrypted-trust-message-sce-profile).
 */
export function heardIn(opened: Decrypted, address: BareJid): Heard | undefined {
  const at = opened.kind === 'content' ? opened.saidAt : undefined;
  if (opened.kind !== 'content' || at === undefined) return undefined;
  const [element, another] = opened.elements.filter((each) => is(each, 'trust-message', NS_TRUST));
  const message = element && another === undefined ? readTrustMessage(element) : undefined;
  return message && { address, identityKey: opened.identityKey, message, at };
}

/** Keeps what was heard, inside the transaction of the message that said it. */
export function keepHeard(account: Account, heard: Heard): void {
  const { profile, id, address: own } = account;
  // Whoever lives in the future would have the last word for ever.
  const at = Math.min(heard.at, profile.host.now());
  keepClaims(profile.database, id, claimsOf(heard.message, heard, own, at));
}

/** Acts upon what can be believed by now, and tells the window. */
export function settleHeard(account: Account): void {
  const { profile, id, omemo } = account;
  if (!store.hasClaims(profile.database, id)) return;
  profile.commit((changes) => {
    for (const address of settleClaims(profile.database, id)) {
      account.log('trust-changed', { owner: address });
      for (const row of omemo.devices(address as BareJid)) changes.push({ put: 'device', row });
    }
  });
}

/** Everybody who was verified here, so that a decision can be told to them. */
function verified({ profile, id }: Account) {
  return keys
    .listVerified(profile.database, id)
    .flatMap(({ address, device, identityKey }) =>
      identityKey === undefined ? [] : [{ address: address as BareJid, device, identityKey }],
    );
}

/**
 * Writes down what is to be told about a person's decision, inside its transaction, and when it was made.
 * @param wasTrust how far the device was trusted before: a decision that is no news is told to nobody
 */
export function noteDecision(
  account: Account,
  { address, device }: Pick<Judgement, 'address' | 'device'>,
  wasTrust: keys.Trust | undefined,
): void {
  const { profile, id, address: own } = account;
  const record = keys.getDevice(profile.database, id, address, device);
  if (record?.identityKey === undefined) return;
  const { trust, identityKey } = record;
  store.setDecidedAt(profile.database, id, address, device, profile.host.now());
  if (trust === wasTrust || (trust !== 'verified' && trust !== 'distrusted')) return;
  const judged = { address, device, identityKey, isTrusted: trust === 'verified' };
  for (const letter of lettersFor(judged, verified(account), own))
    store.addLetter(profile.database, id, letter);
}
