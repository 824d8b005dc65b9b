/** The calls about accounts. */
import * as v from 'valibot';
import { account, addressText, fingerprint, id, nothing, password } from '../parts.ts';
import { proxySchema, serverSchema } from '../rows/connection.ts';

export const accounts = {
  /** Connects and authenticates before anything is stored; refuses with the problem otherwise. */
  'accounts.signIn': {
    input: v.strictObject({
      address: addressText,
      /** Needed unless there is a certificate. */
      password: v.optional(password),
      /** True when absent; see the row. */
      keepPassword: v.optional(v.boolean()),
      /** One that was chosen (`certificate.choose`); it has to be for this address. */
      certificate: v.optional(id),
      server: v.optional(serverSchema),
      proxy: v.optional(proxySchema),
      /** Certificate fingerprints the person chose to trust, after seeing them. */
      pins: v.optional(v.array(fingerprint)),
    }),
    output: account,
  },
  'accounts.cancelSignIn': { input: v.strictObject({ address: addressText }), output: nothing },
  /** Changes what `signIn` was given; reconnects. */
  'accounts.update': {
    input: v.strictObject({
      account: id,
      password: v.optional(password),
      keepPassword: v.optional(v.boolean()),
      certificate: v.optional(v.nullable(id)),
      server: v.optional(v.nullable(serverSchema)),
      /** The whole proxy, its password included: what is kept is never given to another proxy. */
      proxy: v.optional(v.nullable(proxySchema)),
      pins: v.optional(v.array(fingerprint)),
      hue: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(359))),
    }),
    output: nothing,
  },
  /** `enabled: false` signs out and keeps everything; `true` signs in again. */
  'accounts.setEnabled': { input: v.strictObject({ account: id, enabled: v.boolean() }), output: nothing },
  /** Try now instead of at `nextTry`. */
  'accounts.reconnect': { input: account, output: nothing },
  /** Asks the server to keep everything in its archive from now on; what it decides is in the row. */
  'accounts.keepHistory': { input: account, output: nothing },
  /** Signs out, withdraws this device's keys from the server and deletes every row of the account. */
  'accounts.remove': { input: account, output: nothing },
} as const;
