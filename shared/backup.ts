/**
 * What stands in a backup, version 1, once it is opened: a record of JSON (RFC 8259) in UTF-8 on each line, the first of
 * them `head` and the last one `end`. An `account` is followed by what belongs to it, a `chat` by its messages, messages by
 * their files, and a `file` by the `bytes` of its contents: all of them or, where they are not in it, none. The keys of our own devices and their sessions are not in it: a restore makes another device. Whoever reads it ignores keys
 * that they do not know, and refuses records that they do not know.
 */
import * as v from 'valibot';
import { fingerprint, id, time } from './parts.ts';
import { proxySchema, serverSchema } from './rows/connection.ts';
import { accountEntrySchema, chatEntrySchema, fileEntrySchema, messageEntrySchema } from './transcript.ts';

const { address } = accountEntrySchema.entries;
const base64 = v.pipe(v.string(), v.base64());

export const trusts = ['verified', 'blind', 'undecided', 'distrusted'] as const;

/** What signs in without the person. Only in it when they wanted that. */
const credentialsSchema = v.object({
  password: v.exactOptional(v.string()),
  proxyPassword: v.exactOptional(v.string()),
  /** As PEM with its private key, or with the file (PKCS #12, base64) that holds the key and what opens it. */
  certificate: v.exactOptional(
    v.union([
      v.object({ certificate: v.string(), key: v.string() }),
      v.object({ certificate: v.string(), pfx: v.string(), passphrase: v.string() }),
    ]),
  ),
  /** What stands for the password where that is not kept (RFC 5802). */
  keys: v.exactOptional(
    v.object({
      family: v.string(),
      salt: v.string(),
      iterations: v.number(),
      clientKey: v.string(),
      serverKey: v.string(),
    }),
  ),
});

export const accountBackupSchema = v.object({
  kind: v.literal('account'),
  address,
  hue: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(359)),
  enabled: v.boolean(),
  keepsPassword: v.boolean(),
  server: v.exactOptional(serverSchema),
  proxy: v.exactOptional(v.omit(proxySchema, ['password'])),
  pins: v.array(fingerprint),
  /** What its server has once offered, so that nobody in between offers less. */
  scramSeen: v.boolean(),
  sasl2Seen: v.boolean(),
  credentials: v.exactOptional(credentialsSchema),
});
export type AccountBackup = v.InferOutput<typeof accountBackupSchema>;

export const deviceBackupSchema = v.object({
  kind: v.literal('device'),
  address: v.string(),
  device: id,
  /** 33 bytes. */
  identityKey: v.exactOptional(base64),
  trust: v.picklist(trusts),
  firstSeen: time,
  lastSeen: v.exactOptional(time),
});
export type DeviceBackup = v.InferOutput<typeof deviceBackupSchema>;

export const fileBackupSchema = v.object({
  kind: v.literal('file'),
  /** The id of its message, which is one of those before. */
  message: id,
  file: v.omit(fileEntrySchema, ['file', 'isMissing']),
  /** Opens what lies at its address. */
  secret: v.exactOptional(v.object({ key: base64, iv: base64 })),
});
export type FileBackup = v.InferOutput<typeof fileBackupSchema>;

export const backupRecordSchema = v.variant('kind', [
  /** `pieces` is the number of `bytes`, about. */
  v.object({ kind: v.literal('head'), at: time, messages: id, pieces: v.exactOptional(id) }),
  v.object({ kind: v.literal('privacy'), tellsSystem: v.boolean(), tellsTime: v.boolean() }),
  accountBackupSchema,
  v.object({
    kind: v.literal('contact'),
    address: v.string(),
    name: v.string(),
    subscription: v.picklist(['none', 'to', 'from', 'both']),
    asking: v.boolean(),
    groups: v.array(v.string()),
  }),
  deviceBackupSchema,
  // What was deleted, so that no archive brings it back.
  v.object({ kind: v.literal('removed-chat'), address: v.string(), lastAt: time }),
  v.object({
    kind: v.literal('removed-message'),
    address: v.string(),
    sender: v.string(),
    at: time,
    archiveId: v.exactOptional(v.string()),
    originId: v.exactOptional(v.string()),
    stanzaId: v.exactOptional(v.string()),
  }),
  v.object({ kind: v.literal('chat'), chat: chatEntrySchema }),
  v.object({ kind: v.literal('message'), message: messageEntrySchema }),
  /** What the person noted about somebody; behind the chats of its account. */
  v.object({ kind: v.literal('note'), address: v.string(), text: v.string() }),
  fileBackupSchema,
  v.object({ kind: v.literal('bytes'), data: v.pipe(base64, v.maxLength(131_072)) }),
  v.object({ kind: v.literal('end'), messages: id }),
]);
export type BackupRecord = v.InferOutput<typeof backupRecordSchema>;
