/** The calls about OMEMO devices. */
import * as v from 'valibot';
import { MOST_CLAIMS } from '../key-claims.ts';
import { addressText, chatKey, id, nothing } from '../parts.ts';

const fingerprint = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const claims = v.strictObject({
  account: id,
  address: addressText,
  keys: v.pipe(
    v.array(v.strictObject({ fingerprint, device: v.optional(id), isTrusted: v.boolean() })),
    v.minLength(1),
    v.maxLength(MOST_CLAIMS),
  ),
});

export const devices = {
  /** Holds what a code says about somebody's keys against what their devices show. Changes nothing. @refuses offline */
  'devices.check': {
    input: claims,
    output: v.strictObject({
      keys: v.array(
        v.strictObject({
          fingerprint,
          device: v.optional(id),
          isTrusted: v.boolean(),
          /** `differs`: the device shows another key, which is in `shown`. `unknown`: no device has it. */
          state: v.picklist(['match', 'already', 'differs', 'unknown']),
          shown: v.optional(v.string()),
        }),
      ),
      /** The code is not to be believed: a key differs, or none is a device's. */
      isMismatch: v.boolean(),
      /** Devices in use that the code does not name. */
      others: v.pipe(v.number(), v.integer(), v.minValue(0)),
    }),
  },
  /** Decides about all devices of a code at once. @refuses not-allowed when a key differs: nothing changes then */
  'devices.verify': { input: claims, output: nothing },
  'devices.setTrust': {
    input: v.strictObject({
      account: id,
      address: addressText,
      device: id,
      /** `blind`: trusted without having been compared. */
      trust: v.picklist(['verified', 'blind', 'undecided', 'distrusted']),
      /** What the person saw and compared: the decision is about this key, should the device show another by now. */
      fingerprint: v.optional(v.string()),
    }),
    output: nothing,
  },
  /** How it stands with each device behind a chat. Asks nobody. */
  'devices.health': {
    input: chatKey,
    output: v.strictObject({
      devices: v.array(
        v.strictObject({
          address: v.string(),
          device: id,
          /** Whose lists have it, the preferred one first. */
          protocols: v.array(v.picklist(['legacy', 'omemo2'])),
          /** `broken`: its last message could not be read. `never`: nothing was exchanged with its present key. */
          session: v.picklist(['works', 'never', 'broken']),
        }),
      ),
    }),
  },
  /** The person does not want to be asked about a device any more; it gets nothing all the same. */
  'devices.dismiss': {
    input: v.strictObject({ account: id, address: addressText, device: id }),
    output: nothing,
  },
  /**
   * Begins a new session with a device whose messages cannot be read.
   * @refuses offline, not-allowed (it is distrusted, or has no keys), refused
   */
  'devices.renewSession': {
    input: v.strictObject({ account: id, address: addressText, device: id }),
    output: nothing,
  },
  /** The person is about to use the camera: the window may ask for it during the next seconds. */
  'app.allowCamera': { input: nothing, output: nothing },
  /** The person is done with it. */
  'app.forbidCamera': { input: nothing, output: nothing },
  /** The same for the microphone, when the person has begun to record a message. */
  'app.allowMicrophone': { input: nothing, output: nothing },
  'app.forbidMicrophone': { input: nothing, output: nothing },
} as const;
