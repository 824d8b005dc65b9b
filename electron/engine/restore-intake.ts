/**
 * Turns the records of a backup into rows: what is new is added and noted, what is known stays as it is here. Everything
 * that changes a row that was there waits for the end, where one transaction makes all of it true. Runs inside
 * transactions of the caller.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { AccountBackup, BackupRecord, FileBackup } from '../../shared/backup.ts';
import type { BareJid } from '../../shared/jid.ts';
import type { ChatEntry, MessageEntry } from '../../shared/transcript.ts';
import * as accounts from '../store/accounts.ts';
import * as chats from '../store/chats.ts';
import { putContact } from '../store/contacts.ts';
import { putCredentials } from '../store/credentials.ts';
import { putDecision } from '../store/decisions.ts';
import { getNote, setNote } from '../store/people.ts';
import { noteMessageRemoval, putRemovedChat } from '../store/removed.ts';
import { keepRestored, noteRestored } from '../store/restoring.ts';
import { insertEntry, mergeTranscript } from '../store/transcript.ts';
import { freeIdFrom, isKnown } from '../store/twins.ts';
import { insertFileEntry } from './import-files.ts';
import { setPrivacy } from './privacy.ts';
import type { Profile } from './profile.ts';
import type { Expected } from './restore-files.ts';
import type { Restored } from './restore.ts';

export class RestoreIntake {
  readonly #profile: Profile;
  readonly #wasEmpty: boolean;
  readonly #newAccounts: number[] = [];
  readonly #chats = new Map<number, ChatEntry>();
  /** What is done at the end. */
  readonly #late: (() => void)[] = [];
  /** Messages of this chat that have files, by the ids that they had: they may have got others. */
  readonly #withFiles = new Map<number, number>();
  #expected: Expected | undefined;
  #account = { id: 0, address: '', isNew: false };
  #chat = 0;
  #accounts = 0;
  #messages = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#wasEmpty = accounts.listAccounts(profile.database).length === 0;
  }

  take(record: BackupRecord): void {
    const { database } = this.#profile;
    const { id, address: own, isNew } = this.#account;
    switch (record.kind) {
      case 'privacy': {
        const { kind: _kind, ...privacy } = record;
        if (this.#wasEmpty) this.#late.push(() => setPrivacy(database, privacy));
        return;
      }
      case 'account':
        this.#account = this.#openAccount(record);
        this.#accounts += 1;
        return;
      case 'contact': {
        // The server says who is a contact; of an account that is here it has said so.
        const { kind: _kind, ...contact } = record;
        if (isNew) putContact(database, { account: id, ...contact });
        return;
      }
      case 'device': {
        const { kind: _kind, ...device } = record;
        this.#late.push(() => putDecision(database, id, device, own));
        return;
      }
      case 'removed-chat':
        // Of an account that is here, its own removals count.
        if (isNew) putRemovedChat(database, id, record.address, record.lastAt);
        return;
      case 'removed-message': {
        const { kind: _kind, address, ...traces } = record;
        if (isNew) noteMessageRemoval(database, id, address, { ...traces, at: Math.floor(traces.at) });
        return;
      }
      case 'chat':
        this.#openChat(record.chat);
        return;
      case 'message':
        this.#addMessage(record.message);
        return;
      case 'file':
        this.#addFile(record);
        return;
      case 'note':
        // What was noted here stays. Late, when what it is about is there.
        this.#late.push(() => {
          if (getNote(database, id, record.address) === '')
            setNote(database, id, record.address, record.text);
        });
        return;
      case 'head':
      case 'bytes':
      case 'end':
    }
  }

  /** Makes it true, all of it. */
  finish(): Restored {
    const { database } = this.#profile;
    for (const work of this.#late) work();
    for (const [chat, entry] of this.#chats) {
      mergeTranscript(database, chat, entry);
      chats.refreshLast(database, chat);
    }
    keepRestored(database);
    return {
      newAccounts: this.#newAccounts,
      chats: [...this.#chats.keys()],
      accounts: this.#accounts,
      messages: this.#messages,
    };
  }

  #openAccount(record: AccountBackup): { id: number; address: string; isNew: boolean } {
    const { database } = this.#profile;
    const { address, hue, enabled, server, proxy, pins, scramSeen, keepsPassword, sasl2Seen } = record;
    const known = accounts.listAccounts(database).find((each) => each.address === address);
    if (known !== undefined) return { id: known.id, address, isNew: this.#newAccounts.includes(known.id) };
    const { password = '', proxyPassword, certificate, keys } = record.credentials ?? {};
    const canSignIn = password !== '' || certificate !== undefined || keys !== undefined;
    const id = accounts.insertAccount(database, {
      address: address as BareJid,
      password,
      // Another device than the one it was backed up on.
      resource: `Waxwing.${randomBytes(6).toString('base64url')}`,
      hue,
      enabled: enabled && canSignIn,
      ...(server !== undefined && { server }),
      ...(proxy !== undefined && {
        proxy: {
          kind: proxy.kind,
          host: proxy.host,
          port: proxy.port,
          ...(proxy.username !== undefined && { username: proxy.username }),
          ...(proxyPassword !== undefined && { password: proxyPassword }),
        },
      }),
      pins,
      scramSeen,
    });
    putCredentials(database, id, {
      keepsPassword,
      ...(certificate !== undefined && { certificate }),
      memory: { agent: randomUUID(), ...(keys !== undefined && { keys }), sasl2Seen },
    });
    noteRestored(database, 'account', id);
    this.#newAccounts.push(id);
    return { id, address, isNew: true };
  }

  #openChat(entry: ChatEntry): void {
    const { database } = this.#profile;
    const { chat, isNew } = chats.openChat(database, this.#account.id, entry.address, entry.at);
    if (isNew) noteRestored(database, 'chat', chat.id);
    this.#chat = chat.id;
    this.#withFiles.clear();
    this.#chats.set(chat.id, entry);
  }

  #addMessage(entry: MessageEntry): void {
    const { database } = this.#profile;
    const place = { account: this.#account.id, chat: this.#chat };
    if (isKnown(database, place, entry)) return;
    const id = freeIdFrom(database, entry.id);
    insertEntry(database, place, { ...entry, id });
    noteRestored(database, 'message', id);
    if (entry.traits !== undefined) this.#withFiles.set(entry.id, id);
    this.#messages += 1;
  }

  /** The file whose row was added last: its contents may follow. */
  takeExpected(): Expected | undefined {
    const expected = this.#expected;
    this.#expected = undefined;
    return expected;
  }

  /** Of a message that was there already nothing is changed, and its files are not added. */
  #addFile({ message: told, file, secret }: FileBackup): void {
    const message = this.#withFiles.get(told);
    if (message === undefined) return;
    const keys = secret && { key: Buffer.from(secret.key, 'base64'), iv: Buffer.from(secret.iv, 'base64') };
    const attachment = insertFileEntry(this.#profile, { account: this.#account.id, message }, file, keys);
    const { size, sha256 } = file;
    if (size !== undefined && sha256 !== undefined) this.#expected = { attachment, size, sha256 };
  }
}
