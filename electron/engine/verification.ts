/**
 * A code that a person scanned is held against the keys that the devices show. Checking changes nothing; verifying
 * decides about all named devices at once, or about none: one key that differs makes the whole code worthless.
 */
import { Refusal } from '../../shared/answer.ts';
import type { BareJid } from '../../shared/jid.ts';
import { compareKeys, type ComparedKeys, type KeyClaim } from '../../shared/key-claims.ts';
import { createOmemoNetwork } from '../omemo/devices.ts';
import type { Account } from './account.ts';
import { decide } from './decisions.ts';
import { reviewDoubts } from './doubts.ts';

/**
 * Holds claims about somebody's keys against what is known, after asking for what is missing.
 * @throws StanzaError, WireClosed when nobody can tell now
 */
export async function checkKeys(
  account: Account,
  address: BareJid,
  claims: readonly KeyClaim[],
): Promise<ComparedKeys> {
  const { omemo, wire } = account;
  if (wire !== undefined) {
    const network = createOmemoNetwork(wire);
    await omemo.refreshDevices(address, network);
    await omemo.prepareFor(address, network);
    reviewDoubts(account);
  }
  return compareKeys(omemo.devices(address), claims);
}

/** @throws Refusal `not-allowed` when a key differs or none is known: nothing was changed then */
export function verifyKeys(account: Account, address: BareJid, claims: readonly KeyClaim[]): void {
  const { keys, isMismatch } = compareKeys(account.omemo.devices(address), claims);
  if (isMismatch) throw new Refusal('not-allowed', 'the keys differ');
  const rows = keys.flatMap(({ state, device, fingerprint, isTrusted }) =>
    state === 'match' && device !== undefined ? [{ device, fingerprint, isTrusted }] : [],
  );
  decide(
    account,
    rows.map(({ device, fingerprint, isTrusted }) => ({
      address,
      device,
      fingerprint,
      trust: isTrusted ? 'verified' : 'distrusted',
    })),
  );
}
