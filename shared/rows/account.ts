/** The row of an account. */
import * as v from 'valibot';
import { fingerprint, id, pictureHash, time } from '../parts.ts';
import {
  clientCertificateSchema,
  outageSchema,
  problemSchema,
  serverSchema,
  shownProxySchema,
} from './connection.ts';

export const accountSchema = v.strictObject({
  id,
  address: v.string(),
  /** Hue in degrees, 0–359: the account's colour. */
  hue: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(359)),
  /** The picture that others see, as in the row of a contact. */
  avatar: v.optional(pictureHash),
  /** What others are asked to call us. */
  nickname: v.optional(v.string()),
  enabled: v.boolean(),
  state: v.picklist(['offline', 'connecting', 'catching-up', 'online']),
  problem: v.optional(problemSchema),
  /** When the next attempt starts, while offline and trying. */
  nextTry: v.optional(time),
  /** What our server keeps in its archive, as far as it said so while we were online. */
  archiving: v.optional(v.picklist(['everything', 'contacts', 'nothing', 'not-offered'])),
  /** What the operators of the server say of an outage, while it cannot be reached. */
  outage: v.optional(outageSchema),
  server: v.optional(serverSchema),
  proxy: v.optional(shownProxySchema),
  pins: v.array(fingerprint),
  /** False: the password is dropped as soon as something else signs in as well (a token, keys derived from it). */
  keepPassword: v.boolean(),
  /** What signs in instead of a password, where the server wants it. */
  certificate: v.optional(clientCertificateSchema),
});
export type AccountRow = v.InferOutput<typeof accountSchema>;
