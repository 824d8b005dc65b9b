/**
 * Writes a backup: everything of the profile that another device can use, as records (`shared/backup.ts`) in a sealed
 * file. It reads page by page, so that a million messages never are in memory, and changes no row.
 */
import type { AccountBackup, BackupRecord } from '../../shared/backup.ts';
import { Refusal } from '../../shared/answer.ts';
import * as accounts from '../store/accounts.ts';
import { measureHere } from '../store/attachments.ts';
import { listContacts } from '../store/contacts.ts';
import { listDecisions } from '../store/decisions.ts';
import { listNotes } from '../store/people.ts';
import { listRemoved } from '../store/removed.ts';
import { countMessages, listTranscripts, pageTranscript } from '../store/transcript.ts';
import { fileRecords, PIECE } from './backup-files.ts';
import { credentialsOf } from './credentials.ts';
import { getPrivacy } from './privacy.ts';
import type { Profile } from './profile.ts';
import { sealInto } from './sealed-file.ts';
import type { Stretching } from './wrapping.ts';
import { writeBytes } from './target-file.ts';

/** Messages read at once. */
const PAGE = 200;

export interface BackupOrder {
  readonly path: string;
  readonly passphrase: string;
  /** Passwords, certificates and what stands for them are in it as well. */
  readonly hasCredentials: boolean;
  /** The contents of files that are here are in it as well; what is known of them is in any case. */
  readonly withFiles?: boolean | undefined;
  /** What a guess at the passphrase costs; only tests give their own. */
  readonly cost?: Omit<Stretching, 'salt'>;
  readonly signal: AbortSignal;
  /** Told after every page how much is written, of how much: messages, and pieces of files. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Once it is under way, what fails or is cancelled leaves nothing behind.
 * @returns how many messages were written
 * @throws Refusal `cancelled`, `storage`, `not-allowed`
 */
export async function writeBackup(profile: Profile, order: BackupOrder): Promise<number> {
  const { signal, onProgress } = order;
  let [done, messages, total] = [0, 0, 0];
  await writeBytes(order.path, profile.host.id(), async (write) => {
    const seal = await sealInto(write, order.passphrase, order.cost);
    for await (const records of recordsOf(profile, order)) {
      if (signal.aborted) throw new Refusal('cancelled');
      await seal.write(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      const [first] = records;
      if (first?.kind === 'head') onProgress(0, (total = first.messages + (first.pieces ?? 0)));
      if (first?.kind === 'message') messages += records.length;
      if (first?.kind !== 'message' && first?.kind !== 'bytes') continue;
      onProgress((done += records.length), Math.max(total, done));
      // Small pages may all fit into memory: without this, the network would wait for the last of them.
      await new Promise(setImmediate);
    }
    await seal.write(`${JSON.stringify({ kind: 'end', messages } satisfies BackupRecord)}\n`);
    await seal.finish();
  });
  return messages;
}

/** Everything but the end, in portions; messages and files come in portions of their own. */
async function* recordsOf(
  profile: Profile,
  { hasCredentials, withFiles = false }: BackupOrder,
): AsyncGenerator<BackupRecord[]> {
  const { database, host } = profile;
  profile.settle(); // what is not durable yet is not shown to anybody
  const transcripts = Map.groupBy(listTranscripts(database), ({ account }) => account);
  const chats = [...transcripts.values()].flat();
  const messages = chats.reduce((sum, { chat }) => sum + countMessages(database, chat), 0);
  const pieces = withFiles ? Math.ceil(measureHere(database).bytes / PIECE) : 0;
  yield [
    { kind: 'head', at: host.now(), messages, ...(pieces > 0 && { pieces }) },
    { kind: 'privacy', ...getPrivacy(database) },
  ];
  for (const account of accounts.listAccounts(database)) {
    const { id } = account;
    const removed = listRemoved(database, id);
    yield [
      accountRecord(profile, account, hasCredentials),
      ...listContacts(database, id).map(({ account: _account, groups, ...contact }) => ({
        kind: 'contact' as const,
        ...contact,
        groups: [...groups],
      })),
      ...listDecisions(database, id).map((device) => ({ kind: 'device' as const, ...device })),
      ...removed.chats.map((chat) => ({ kind: 'removed-chat' as const, ...chat })),
      ...removed.messages.map((message) => ({ kind: 'removed-message' as const, ...message })),
    ];
    for (const { chat, entry } of transcripts.get(id) ?? []) {
      yield [{ kind: 'chat', chat: entry }];
      for (let after = 0; ;) {
        profile.settle();
        const page = pageTranscript(database, chat, after, PAGE);
        if (page.length > 0) yield page.map((message) => ({ kind: 'message', message }));
        const [first, last] = [page[0], page.at(-1)];
        if (first === undefined || last === undefined) break;
        for await (const record of fileRecords(profile, chat, [first.id, last.id], withFiles)) yield [record];
        if (page.length < PAGE) break;
        after = last.id;
      }
    }
    const notes = listNotes(database, id).map((note) => ({ kind: 'note' as const, ...note }));
    if (notes.length > 0) yield notes;
  }
}

function accountRecord(
  profile: Profile,
  record: accounts.AccountRecord,
  hasCredentials: boolean,
): AccountBackup {
  const { address, hue, enabled, server, proxy, pins, scramSeen, password } = record;
  const { keepsPassword, certificate, memory } = credentialsOf(profile.database, record.id);
  const { password: proxyPassword, ...bareProxy } = proxy ?? {};
  return {
    kind: 'account',
    address,
    hue,
    enabled,
    keepsPassword,
    ...(server !== undefined && { server }),
    ...(proxy !== undefined && { proxy: bareProxy as Omit<accounts.ProxyRecord, 'password'> }),
    pins: [...pins],
    scramSeen,
    sasl2Seen: memory.sasl2Seen,
    ...(hasCredentials && {
      credentials: {
        ...(password !== '' && { password }),
        ...(proxyPassword !== undefined && { proxyPassword }),
        ...(certificate !== undefined && { certificate }),
        ...(memory.keys !== undefined && { keys: memory.keys }),
      },
    }),
  };
}
