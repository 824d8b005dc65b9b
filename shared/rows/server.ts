/** What a server is and offers, and how we are connected to it: the page about it. Nothing of it changes by itself. */
import * as v from 'valibot';
import { time } from '../parts.ts';

/** What a server may offer that a person notices, the most important first. */
export const serverFeatures = [
  'archive', // messages are kept, and other devices get them (XEP-0313)
  'carbons', // other devices see both sides at once (XEP-0280)
  'personal-data', // keys, picture and settings are kept (XEP-0163)
  'upload', // files (XEP-0363)
  'rooms', // group chats (XEP-0045)
  'blocking', // XEP-0191
  'resumption', // short outages go unnoticed (XEP-0198)
  'quick-sign-in', // one round trip (XEP-0388, XEP-0386)
  'stable-ids', // every message has an id that nobody can forge (XEP-0359)
  'client-state', // less traffic while nobody looks (XEP-0352)
  'roster-versioning', // the contact list is not sent each time (RFC 6121 §2.6)
  'push', // phones are woken up (XEP-0357)
  'call-relay', // calls get through (XEP-0215)
  'password-change', // XEP-0077
] as const;
export type ServerFeature = (typeof serverFeatures)[number];

/** What an address of the operators is for (XEP-0157). */
export const contactPurposes = [
  'support',
  'admin',
  'abuse',
  'security',
  'feedback',
  'sales',
  'status',
] as const;

export const connectionSchema = v.strictObject({
  /** How bytes travel. */
  transport: v.picklist(['starttls', 'direct-tls', 'websocket', 'bosh']),
  /** The proxy it goes through, if any, as `host:port`. */
  proxy: v.optional(v.string()),
  /** As OpenSSL names it, for example `TLSv1.3`. */
  tlsVersion: v.optional(v.string()),
  cipher: v.optional(v.string()),
  /** The SASL mechanism that proved who is who. */
  mechanism: v.optional(v.string()),
  /** Type of the channel binding that ties it to this connection. */
  channelBinding: v.optional(v.string()),
  /** This stream goes on with an earlier session. */
  isResumed: v.boolean(),
  /** The server keeps the session for a while when the connection breaks. */
  isResumable: v.boolean(),
  /** From TLS to online. */
  roundTrips: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** When the stream came online. */
  since: time,
});
export type ConnectionInfo = v.InferOutput<typeof connectionSchema>;

export const serverInfoSchema = v.strictObject({
  /** The domain of the address. */
  domain: v.string(),
  /** Absent when it does not say. */
  software: v.optional(v.strictObject({ name: v.string(), version: v.string() })),
  /** `unknown` for what only a connection can tell, while there is none. */
  features: v.array(
    v.strictObject({
      feature: v.picklist(serverFeatures),
      state: v.picklist(['offered', 'missing', 'unknown']),
    }),
  ),
  contacts: v.array(v.strictObject({ purpose: v.picklist(contactPurposes), addresses: v.array(v.string()) })),
  /** Absent while offline. */
  connection: v.optional(connectionSchema),
});
export type ServerInfo = v.InferOutput<typeof serverInfoSchema>;
