/**
 * The contract between the engine and the window: every call, every row, every change.
 * What is not listed here cannot be asked for and cannot be shown. Values are structured-clone plain.
 */
import * as v from 'valibot';

// ————— Parts ———————————————————————————————————————————————————————————————————————————————————————————————

/** Length limits keep a hostile or broken window from filling the engine; the wire has limits of its own. */
const shortText = v.pipe(v.string(), v.maxLength(1_024));
const longText = v.pipe(v.string(), v.maxLength(100_000));
const id = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Milliseconds since 1970, UTC. */
const time = v.pipe(v.number(), v.minValue(0));
const addressText = v.pipe(v.string(), v.minLength(1), v.maxLength(3_071));
const fingerprint = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

export const serverSchema = v.strictObject({
  host: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(253)),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  security: v.picklist(['starttls', 'direct']),
});

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
  'account-disabled',
  'weak-authentication', // no mechanism we accept, or weaker than last time
  'not-authentic', // the server could not prove that it knows the password
  'conflict', // another client took our resource
  'not-xmpp', // something else answered: a captive portal, a web server
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

// ————— Rows ————————————————————————————————————————————————————————————————————————————————————————————————

/** The profile: one encrypted database. Everything else is visible only while it is `open`. */
export const profileSchema = v.strictObject({
  state: v.picklist([
    'opening',
    'choose-protection', // first start without a keyring: passphrase or explicit consent
    'locked', // a passphrase is needed
    'keyring-lost', // the keyring no longer yields the key: the recovery code does
    'damaged',
    'in-use', // another Waxwing has this profile open
    'too-new', // written by a later version of the program
    'unavailable', // the folder cannot be read or written: permissions, a full or failing disk
    'open',
  ]),
  protection: v.optional(v.picklist(['keyring', 'passphrase', 'none'])),
  /** The keyring in words, for example `gnome_libsecret`. */
  keyring: v.optional(v.string()),
  problem: v.optional(v.string()),
});
export type ProfileRow = v.InferOutput<typeof profileSchema>;

export const accountSchema = v.strictObject({
  id,
  address: v.string(),
  /** Hue in degrees, 0–359: the account's colour. */
  hue: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(359)),
  enabled: v.boolean(),
  state: v.picklist(['offline', 'connecting', 'catching-up', 'online']),
  problem: v.optional(problemSchema),
  /** When the next attempt starts, while offline and trying. */
  nextTry: v.optional(time),
  server: v.optional(serverSchema),
  proxy: v.optional(shownProxySchema),
  pins: v.array(fingerprint),
});
export type AccountRow = v.InferOutput<typeof accountSchema>;

export const availabilities = ['offline', 'chat', 'online', 'away', 'xa', 'dnd'] as const;
export const contactSchema = v.strictObject({
  account: id,
  address: v.string(),
  /** The name the person gave it in the roster; empty when none. */
  name: v.string(),
  subscription: v.picklist(['none', 'to', 'from', 'both']),
  /** True while our request for their presence waits for an answer. */
  asking: v.boolean(),
  availability: v.picklist(availabilities),
  status: v.string(),
});
export type ContactRow = v.InferOutput<typeof contactSchema>;

/** Somebody asks to see our presence. */
export const contactRequestSchema = v.strictObject({
  account: id,
  address: v.string(),
  /** What they wrote along, shown as plain text. */
  note: v.string(),
  at: time,
});
export type ContactRequestRow = v.InferOutput<typeof contactRequestSchema>;

export const deliveries = ['received', 'queued', 'sent', 'delivered', 'displayed', 'failed'] as const;
export type Delivery = (typeof deliveries)[number];

/** Why a message has no readable text. */
export const unreadableReasons = [
  'not-for-this-device', // no key for us in it
  'no-session', // the session is gone or never was
  'forged', // authentication failed
  'malformed',
  'unsupported', // an encryption we do not speak
] as const;

export const messageSchema = v.strictObject({
  /** Microseconds since 1970, made unique: the order of ids is the order of time. */
  id,
  account: id,
  chat: id,
  isOutgoing: v.boolean(),
  /** Bare address of the author. */
  sender: v.string(),
  text: v.string(),
  at: time,
  delivery: v.picklist(deliveries),
  /** For `failed`: what went wrong, in the contract's words, and the server's text if it gave one. */
  failure: v.optional(v.strictObject({ code: v.string(), detail: v.optional(v.string()) })),
  encryption: v.picklist(['none', 'omemo']),
  /** The sending device, for encrypted messages. */
  device: v.optional(id),
  trust: v.optional(v.picklist(['verified', 'blind', 'undecided', 'distrusted'])),
  unreadable: v.optional(v.picklist(unreadableReasons)),
});
export type MessageRow = v.InferOutput<typeof messageSchema>;

export const chatSchema = v.strictObject({
  id,
  account: id,
  /** The other side's bare address. */
  address: v.string(),
  /** Time of the last activity; the list is sorted by it, newest first. */
  at: time,
  unread: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** The last message that the person has seen; the divider stands after it. */
  readUpTo: id,
  draft: v.string(),
  last: v.optional(
    v.strictObject({
      message: id,
      text: v.string(),
      isOutgoing: v.boolean(),
      delivery: v.picklist(deliveries),
      unreadable: v.optional(v.picklist(unreadableReasons)),
    }),
  ),
  /** `automatic` encrypts as soon as the other side has keys; `off` is a deliberate act. */
  encryptionMode: v.picklist(['automatic', 'on', 'off']),
  /** What the next message will be. `unknown` until the other side's devices were looked up. */
  encryption: v.picklist(['omemo', 'none', 'unknown']),
  isTyping: v.boolean(),
});
export type ChatRow = v.InferOutput<typeof chatSchema>;

/** An OMEMO device, ours or another's. */
export const deviceSchema = v.strictObject({
  account: id,
  address: v.string(),
  device: id,
  /** 64 hex characters of the public identity key; absent until the bundle was fetched. */
  fingerprint: v.optional(v.string()),
  trust: v.picklist(['verified', 'blind', 'undecided', 'distrusted']),
  isActive: v.boolean(),
  isThisDevice: v.boolean(),
  lastSeen: v.optional(time),
});
export type DeviceRow = v.InferOutput<typeof deviceSchema>;

// ————— Changes ———————————————————————————————————————————————————————————————————————————————————————————————

export const changeSchema = v.variant('put', [
  v.strictObject({ put: v.literal('profile'), row: profileSchema }),
  v.strictObject({ put: v.literal('account'), row: accountSchema }),
  v.strictObject({ put: v.literal('contact'), row: contactSchema }),
  v.strictObject({ put: v.literal('contact-request'), row: contactRequestSchema }),
  v.strictObject({ put: v.literal('chat'), row: chatSchema }),
  v.strictObject({ put: v.literal('message'), row: messageSchema }),
  v.strictObject({ put: v.literal('device'), row: deviceSchema }),
  // A drop is written as a put of nothing, so that one `apply` serves all; the key fields say which row goes.
  v.strictObject({ put: v.literal('no-account'), account: id }),
  v.strictObject({ put: v.literal('no-contact'), account: id, address: v.string() }),
  v.strictObject({ put: v.literal('no-contact-request'), account: id, address: v.string() }),
  v.strictObject({ put: v.literal('no-chat'), chat: id }),
  v.strictObject({ put: v.literal('no-message'), chat: id, message: id }),
  v.strictObject({ put: v.literal('no-device'), account: id, address: v.string(), device: id }),
]);
export type Change = v.InferOutput<typeof changeSchema>;

/** One committed transaction's changes. The window ignores a batch older than its snapshot. */
export const batchSchema = v.strictObject({ sequence: id, changes: v.array(changeSchema) });
export type Batch = v.InferOutput<typeof batchSchema>;

// ————— Calls ———————————————————————————————————————————————————————————————————————————————————————————————

const nothing = v.strictObject({});
const account = v.strictObject({ account: id });
const contactKey = v.strictObject({ account: id, address: addressText });
const chatKey = v.strictObject({ chat: id });
const password = v.pipe(v.string(), v.minLength(1), v.maxLength(1_024));

export const calls = {
  /** Everything but messages, with the sequence number it is true at. */
  'app.snapshot': {
    input: nothing,
    output: v.strictObject({ sequence: id, changes: v.array(changeSchema) }),
  },
  /** First start without a keyring: a passphrase, or the explicit wish to go without (`passphrase` absent). */
  'profile.protect': {
    input: v.strictObject({ passphrase: v.optional(v.pipe(v.string(), v.minLength(8), v.maxLength(1_024))) }),
    output: nothing,
  },
  'profile.unlock': {
    input: v.strictObject({ secret: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)) }),
    output: nothing,
  },
  /** The code that opens this profile when keyring or passphrase are lost. */
  'profile.recoveryCode': { input: nothing, output: v.strictObject({ code: v.string() }) },

  /** Connects and authenticates before anything is stored; refuses with the problem otherwise. */
  'accounts.signIn': {
    input: v.strictObject({
      address: addressText,
      password,
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
  /** Signs out, withdraws this device's keys from the server and deletes every row of the account. */
  'accounts.remove': { input: account, output: nothing },

  'contacts.add': {
    input: v.strictObject({ account: id, address: addressText, name: v.optional(shortText) }),
    output: v.strictObject({ chat: id }),
  },
  'contacts.rename': {
    input: v.strictObject({ account: id, address: addressText, name: shortText }),
    output: nothing,
  },
  'contacts.remove': { input: contactKey, output: nothing },
  'contacts.accept': { input: contactKey, output: v.strictObject({ chat: id }) },
  'contacts.refuse': { input: contactKey, output: nothing },

  /** Opens (and if need be creates) the chat with an address. */
  'chats.open': { input: contactKey, output: chatKey },
  /** Removes a chat and its messages from this device. */
  'chats.remove': { input: chatKey, output: nothing },
  /** Everything up to this message was seen by the person. */
  'chats.markRead': { input: v.strictObject({ chat: id, message: id }), output: nothing },
  'chats.setDraft': { input: v.strictObject({ chat: id, text: longText }), output: nothing },
  /** The person is writing (`true`), paused or cleared the field (`false`). */
  'chats.setTyping': { input: v.strictObject({ chat: id, isTyping: v.boolean() }), output: nothing },
  'chats.setEncryption': {
    input: v.strictObject({ chat: id, mode: v.picklist(['automatic', 'on', 'off']) }),
    output: nothing,
  },
  /** The devices behind a chat: theirs and our own, with fingerprints. Fetches what is missing. */
  'chats.devices': { input: chatKey, output: v.strictObject({ devices: v.array(deviceSchema) }) },

  /** A page of a chat, ascending. `before` and `after` are exclusive; without either, the newest page. */
  'messages.page': {
    input: v.strictObject({
      chat: id,
      before: v.optional(id),
      after: v.optional(id),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
    output: v.strictObject({ sequence: id, messages: v.array(messageSchema), hasMore: v.boolean() }),
  },
  'messages.send': {
    input: v.strictObject({ chat: id, text: v.pipe(v.string(), v.minLength(1), v.maxLength(65_536)) }),
    output: v.strictObject({ message: id }),
  },
  'messages.retry': { input: v.strictObject({ message: id }), output: nothing },
  'messages.discard': { input: v.strictObject({ message: id }), output: nothing },

  'devices.setTrust': {
    input: v.strictObject({
      account: id,
      address: addressText,
      device: id,
      trust: v.picklist(['verified', 'undecided', 'distrusted']),
      /** What the person saw and compared: the decision is about this key, should the device show another by now. */
      fingerprint: v.optional(v.string()),
    }),
    output: nothing,
  },
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type Input<N extends CallName> = v.InferInput<Calls[N]['input']>;
export type Output<N extends CallName> = v.InferOutput<Calls[N]['output']>;

/** What crosses the bridge back: errors are values. */
export type Reply<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly problem?: Problem };

/** The two members every bridge has: Electron's, the worker thread's, and the one inside a test. */
export interface Port {
  call(name: string, input: unknown): Promise<Reply>;
  /** Returns the function that ends the subscription. */
  onChange(listener: (batch: Batch) => void): () => void;
}
