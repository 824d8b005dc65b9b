/** How a server is reached and why it is not: servers and proxies given by hand, certificates, problems. */
import * as v from 'valibot';
import { fingerprint, time } from '../parts.ts';

/** An address on the web, of a server that is reached by WebSocket or BOSH; with nothing secret in it. */
const webAddress = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(2_000),
  v.regex(/^(?:wss|https):\/\/[^\s/?#@\\]+(?:[/?][^\s#]*)?$/i),
);

export const serverSchema = v.union([
  v.strictObject({
    host: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(253)),
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    security: v.picklist(['starttls', 'direct']),
  }),
  v.strictObject({ url: webAddress }),
]);
export type Server = v.InferOutput<typeof serverSchema>;

/** A proxy for every connection of an account. Lengths are those of SOCKS5 (RFC 1929 §2). */
export const proxySchema = v.strictObject({
  kind: v.picklist(['socks5', 'http']),
  host: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(253)),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  username: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
  password: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
});
export type Proxy = v.InferOutput<typeof proxySchema>;

/** What the window may know of a proxy: all but its password. */
export const shownProxySchema = v.strictObject({
  ...v.omit(proxySchema, ['password']).entries,
  hasPassword: v.boolean(),
});
export type ShownProxy = v.InferOutput<typeof shownProxySchema>;

/** A certificate to sign in with (XEP-0178), as the window may know it: all but what is secret of it. */
export const clientCertificateSchema = v.strictObject({
  /** Whose it is: the common name, or the whole subject without one. */
  subject: v.string(),
  issuer: v.string(),
  /** The addresses that it is made out to; none when it names none, and then the server knows whose it is. */
  addresses: v.array(v.string()),
  validFrom: time,
  validTo: time,
});
export type ClientCertificateInfo = v.InferOutput<typeof clientCertificateSchema>;

/** A certificate as a person needs to see it before deciding. */
export const certificateSchema = v.strictObject({
  fingerprint,
  subject: v.string(),
  issuer: v.string(),
  names: v.array(v.string()),
  validFrom: time,
  validTo: time,
  reason: v.picklist(['unknown-authority', 'self-signed', 'wrong-name', 'expired', 'not-yet-valid', 'other']),
});
export type Certificate = v.InferOutput<typeof certificateSchema>;

/** An outage as the operators of a server tell of it (XEP-0455). */
export const outageSchema = v.strictObject({
  isPlanned: v.boolean(),
  /** In the future: it is announced, and has not begun. */
  beginning: time,
  expectedEnd: v.optional(time),
  /** What they say, by language tag in lower case; `default` is there when any is. */
  messages: v.record(v.string(), v.string()),
});
export type Outage = v.InferOutput<typeof outageSchema>;

/** Why a connection failed. The window has a sentence and an action for each code. */
export const problemCodes = [
  'offline', // no network at all
  'unknown-host', // the domain does not exist
  'unreachable', // it exists, nobody answers or the port is closed
  'timeout',
  'proxy', // the proxy of the account is not reached, refuses, or does not reach the server; `host` is the proxy
  'onion', // a name of Tor, and no proxy that could lead there
  'tls-required', // the server offers no TLS
  'certificate', // see `certificate`
  'tls-failed',
  'credentials', // wrong address or password
  'own-certificate', // the server does not take the certificate that we sign in with
  'account-disabled',
  'weak-authentication', // no mechanism we accept, or weaker than last time
  'further-step', // the server wants a further step that we do not know: a second factor, a change of password
  'not-authentic', // the server could not prove that it knows the password
  'conflict', // another client took our resource
  'not-xmpp', // something else answered, such as a web server
  'portal', // the network wants the person to sign in to it first, in a browser
  'protocol', // the server broke the protocol, or said that we did
  'server-error',
  'storage', // this computer cannot save what arrives: disk full or failing
  'closed',
] as const;

export const problemSchema = v.strictObject({
  code: v.picklist(problemCodes),
  /** Host or domain the sentence speaks of. */
  host: v.optional(v.string()),
  /** Technical detail for the fold-out; never a secret. */
  detail: v.optional(v.string()),
  certificate: v.optional(certificateSchema),
});
export type ProblemCode = (typeof problemCodes)[number];
export type Problem = v.InferOutput<typeof problemSchema>;
