/** What devices are called by their owners, and the proof that they are (XEP-0384 0.9.1 #devices). */
import type { DeviceRecord, Label } from '../store/keys.ts';
import { isSignedPlainlyByOwner, signPlainly } from './curve.ts';

/** What this device is called. The list is for everybody to read, so it says no more than discovery does. */
const OURS = 'Waxwing';

/** Our label, signed with the Ed25519 seed of our identity. */
export function ownLabel(seed: Uint8Array): Label {
  return { text: OURS, signature: signPlainly(seed, Buffer.from(OURS)) };
}

/**
 * The label of a device, when it is the device's own: "the label attribute MUST be ignored if … the signature does not
 * pass validation". `undefined` as well as long as no key of the device is known.
 */
export function labelOf({
  label,
  identityKey,
}: Pick<DeviceRecord, 'label' | 'identityKey'>): string | undefined {
  if (label === undefined || identityKey === undefined) return undefined;
  return isSignedPlainlyByOwner(identityKey, Buffer.from(label.text), label.signature)
    ? label.text
    : undefined;
}
