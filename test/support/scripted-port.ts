/**
 * A Port without an engine: a small world held in memory that answers every call of the contract as the engine would,
 * announces changes in numbered batches, and checks all that crosses against the contract. For tests of the window's
 * state and for looking at the window; it proves nothing about the engine.
 */
import * as v from 'valibot';
import {
  batchSchema,
  calls,
  type AccountRow,
  type Batch,
  type BlockedRow,
  type CallName,
  type Change,
  type ChatRow,
  type ContactRow,
  type Input,
  type MessageRow,
  type Output,
  type Port,
  type ProfileRow,
  type Quote,
  type Reply,
} from '../../shared/contract.ts';
import { describeServer } from '../renderer/servers.ts';
import { lastOf, problemFor, type World } from '../renderer/world.ts';
import { scriptedArrangement } from './scripted-arrangement.ts';
import { certificateInfo, scriptedCertificate } from './scripted-certificate.ts';
import { scriptedDesktop } from './scripted-desktop.ts';
import { scriptedDevices } from './scripted-devices.ts';
import { Refusing } from './refusing.ts';
import { scriptedRegistration } from './scripted-registration.ts';
import { scriptedPeople } from './scripted-people.ts';
import { rowsOf } from './scripted-rows.ts';
import { scriptedRooms } from './scripted-rooms.ts';
import { scriptedFiles } from './scripted-files.ts';
import { ScriptedReactions } from './scripted-reactions.ts';
import { scriptedContacts } from './scripted-contacts.ts';
import { scriptedConsole } from './scripted-console.ts';
import { ScriptedCalls } from './scripted-calls.ts';
import { scriptedStorage } from './scripted-storage.ts';
import { scriptedTranscript } from './scripted-transcript.ts';
import { scriptedDiagnosis } from './scripted-diagnosis.ts';
import { searchWorld } from './scripted-search.ts';
import { scriptedUpdates, usualUpdate } from './scripted-updates.ts';

export { Refusing };
export type { World };

export type Answers = { [N in CallName]?: (input: Input<N>) => Output<N> | Promise<Output<N>> };

export class ScriptedPort implements Port {
  readonly world: World;
  /** Every call, in order. */
  readonly asked: { readonly name: string; readonly input: unknown }[] = [];
  /** Answers that a test puts before the usual ones. */
  readonly answers: Answers = {};
  sequence = 100;
  #listeners = new Set<(batch: Batch) => void>();
  #later: (work: () => void, milliseconds: number) => void;
  #nextId: number;

  /** @param later runs work after a while; by default never, so that a test decides what happens. */
  constructor(world: World, later: (work: () => void, milliseconds: number) => void = () => undefined) {
    this.world = world;
    this.#later = later;
    this.#nextId = 1 + Math.max(0, ...world.messages.map((row) => row.id));
  }

  onChange(listener: (batch: Batch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async call(name: string, input: unknown): Promise<Reply> {
    this.asked.push({ name, input });
    if (!Object.hasOwn(calls, name)) return { ok: false, code: 'unknown-call', message: name };
    const { input: wanted, output } = calls[name as CallName];
    const checked = v.safeParse(wanted, input);
    if (!checked.success) return { ok: false, code: 'invalid', message: checked.issues[0].message };
    try {
      const answer = (this.answers[name as CallName] ?? this.#usual[name as CallName]) as (
        input: unknown,
      ) => unknown;
      const value = v.parse(output, (await answer(checked.output)) ?? {});
      return { ok: true, value };
    } catch (error) {
      if (!(error instanceof Refusing)) throw error;
      const { code, message, problem, condition } = error;
      return {
        ok: false,
        code,
        message,
        ...(problem !== undefined && { problem }),
        ...(condition !== undefined && { condition }),
      };
    }
  }

  /** Changes the world and tells every listener, as one committed transaction. */
  announce(...changes: readonly Change[]): void {
    for (const change of changes) this.#change(change);
    this.emit({ sequence: ++this.sequence, changes: [...changes] });
  }

  /** Sends a batch as it is, without touching the world. */
  emit(batch: Batch): void {
    v.parse(batchSchema, batch);
    for (const listener of this.#listeners) listener(structuredClone(batch));
  }

  /** A message from the other side of a chat, with its chat row. */
  receive(chat: number, text: string, more: Partial<MessageRow> = {}): void {
    const row = this.#chat(chat);
    const message = this.#message(row, { text, sender: row.address, delivery: 'received', ...more });
    this.announce(
      { put: 'message', row: message },
      {
        put: 'chat',
        row: { ...row, at: message.at, unread: row.unread + 1, isTyping: false, last: lastOf(message) },
      },
    );
  }

  advance(id: number, delivery: MessageRow['delivery'], failure?: MessageRow['failure']): void {
    const row = this.world.messages.find((message) => message.id === id);
    if (row === undefined) return;
    const { failure: _, ...rest } = row;
    const next = { ...rest, delivery, ...(failure === undefined ? {} : { failure }) };
    const chat = this.#chat(row.chat);
    this.announce(
      { put: 'message', row: next },
      ...(chat.last?.message === id ? [{ put: 'chat' as const, row: { ...chat, last: lastOf(next) } }] : []),
    );
  }

  readonly reactions = new ScriptedReactions({
    messages: () => this.world.messages,
    accounts: () => this.world.accounts,
    announce: (...changes) => this.announce(...changes),
  });

  readonly calls = new ScriptedCalls(() => this);
  readonly #usual: Required<Answers> = {
    ...this.reactions.answers,
    'app.snapshot': () => ({
      sequence: this.sequence,
      changes: rowsOf(this.world, (account) => this.#blocked(account)),
    }),
    'profile.protect': ({ passphrase }) => {
      this.#open(passphrase === undefined ? 'none' : 'passphrase');
      return {};
    },
    'profile.unlock': ({ secret }) => {
      if (secret.includes('wrong')) throw new Refusing('wrong-secret');
      this.#open(this.world.profile.protection ?? 'passphrase');
      return {};
    },
    'profile.repair': ({ secret = '' }) => {
      if (secret.includes('wrong')) throw new Refusing('wrong-secret');
      this.#open(this.world.profile.protection ?? 'keyring');
      return { messages: this.world.messages.length, lostStretches: 1 };
    },
    ...scriptedTranscript((change) => this.announce(change)),
    ...scriptedCertificate,
    ...scriptedArrangement({
      chat: (id) => this.#chat(id),
      chats: () => this.world.chats,
      folders: () => this.world.folders ?? [],
      requests: () => this.world.requests,
      blocked: (account) => this.#blocked(account),
      announce: (...changes) => this.announce(...changes),
    }),
    ...scriptedRooms({
      rooms: () => this.world.rooms ?? [],
      chats: () => this.world.chats,
      invites: () => this.world.invites ?? [],
      occupants: (chat) => this.world.occupants?.[chat] ?? [],
      announce: (...changes) => this.announce(...changes),
    }),
    ...scriptedPeople({
      account: (id) => this.#account(id),
      files: () => this.world.files,
      cards: () => this.world.cards ?? {},
      announce: (...changes) => this.announce(...changes),
      sequence: () => this.sequence,
    }),
    ...scriptedDesktop((change) => this.announce(change)),
    ...scriptedDiagnosis(),
    ...scriptedUpdates(
      () => this.world.update ?? usualUpdate,
      (change) => this.announce(change),
    ),
    'profile.recoveryCode': () => ({ code: '4F7K-QW2M-9ZTD-H3XR-V8NB-6CJP' }),
    'accounts.signIn': ({ address }) => this.#signIn(address),
    'accounts.cancelSignIn': () => ({}),
    'accounts.update': ({ account, server, proxy: _, pins, hue, certificate }) => {
      const { server: before, certificate: old, ...row } = this.#account(account);
      const own = certificate === undefined ? old : certificate === null ? undefined : certificateInfo;
      const next = server === null ? undefined : (server ?? before);
      this.announce({
        put: 'account',
        row: {
          ...row,
          pins: pins ?? row.pins,
          hue: hue ?? row.hue,
          ...(next === undefined ? {} : { server: next }),
          ...(own === undefined ? {} : { certificate: own }),
        },
      });
      return {};
    },
    'accounts.setEnabled': ({ account, enabled }) => {
      const { problem: _, nextTry: __, ...row } = this.#account(account);
      this.announce({ put: 'account', row: { ...row, enabled, state: enabled ? 'connecting' : 'offline' } });
      if (enabled)
        this.#later(() => this.announce({ put: 'account', row: { ...row, enabled, state: 'online' } }), 900);
      return {};
    },
    'accounts.keepHistory': ({ account }) => {
      this.announce({ put: 'account', row: { ...this.#account(account), archiving: 'everything' } });
      return {};
    },
    ...scriptedRegistration({
      announce: (...changes) => this.announce(...changes),
      signIn: (address) => this.#signIn(address),
    }),
    'accounts.reconnect': ({ account }) => {
      const { nextTry: _, ...row } = this.#account(account);
      this.announce({ put: 'account', row: { ...row, state: 'connecting' } });
      return {};
    },
    'accounts.remove': ({ account }) => {
      this.announce({ put: 'no-account', account });
      return {};
    },
    ...scriptedContacts({
      contact: (account, address) => this.#contact(account, address),
      openChat: (account, address) => this.#openChat(account, address),
      announce: (...changes) => this.announce(...changes),
    }),
    'chats.open': ({ account, address }) => ({ chat: this.#openChat(account, address) }),
    'chats.remove': ({ chat }) => {
      this.announce({ put: 'no-chat', chat });
      return {};
    },
    'chats.markRead': ({ chat, message }) => {
      const row = this.#chat(chat);
      const unread = this.world.messages.filter(
        (m) => m.chat === chat && !m.isOutgoing && m.id > message,
      ).length;
      this.announce({ put: 'chat', row: { ...row, unread, readUpTo: message } });
      return {};
    },
    'chats.setDraft': ({ chat, text, reply }) => {
      const { draftReply, ...row } = this.#chat(chat);
      const quote = reply === undefined ? draftReply : this.#quote(reply);
      this.announce({ put: 'chat', row: { ...row, draft: text, ...(quote && { draftReply: quote }) } });
      return {};
    },
    'chats.setTyping': () => ({}),
    'chats.setEncryption': ({ chat, mode }) => {
      const row = this.#chat(chat);
      this.announce({
        put: 'chat',
        row: { ...row, encryptionMode: mode, encryption: mode === 'off' ? 'none' : 'omemo' },
      });
      return {};
    },
    'chats.devices': ({ chat }) => {
      const { account, address } = this.#chat(chat);
      const own = this.#account(account).address;
      return {
        devices: this.world.devices.filter(
          (row) => row.account === account && (row.address === address || row.address === own),
        ),
      };
    },
    'messages.page': (input) => this.#page(input),
    'search.messages': (input) => searchWorld(this.world.messages, input),
    'messages.fill': () => ({}),
    'messages.forward': ({ messages, chats, isSure = false }) => {
      const said = this.world.messages.filter(({ id }) => messages.includes(id));
      const isExposed = chats.some((id) => this.#chat(id).encryption !== 'omemo');
      if (isExposed && !isSure && said.some(({ encryption }) => encryption === 'omemo'))
        throw new Refusing('would-expose');
      for (const chat of chats) for (const { text } of said) this.#say(chat, text);
      return {};
    },
    'messages.send': ({ chat, text, reply }) => ({ message: this.#say(chat, text, reply).id }),
    ...scriptedConsole((...changes) => this.announce(...changes)),
    ...this.calls.answers,
    ...scriptedStorage({ world: () => this.world, announce: (...changes) => this.announce(...changes) }),
    ...scriptedFiles({
      files: () => this.world.files,
      announce: (...changes) => this.announce(...changes),
      later: (work, milliseconds) => this.#later(work, milliseconds),
      say: (chat, text) => this.#say(chat, text),
    }),
    'messages.retry': ({ message }) => {
      this.advance(message, 'queued');
      this.#later(() => this.advance(message, 'sent'), 600);
      return {};
    },
    'messages.correct': ({ message, text }) => {
      this.#alter(message, { text, edited: Date.now() });
      return {};
    },
    'messages.retract': ({ message }) => {
      const { spoiler: _, reply: __, edited: ___, ...rest } = this.#alter(message, {});
      this.announce({ put: 'message', row: { ...rest, text: '', retracted: Date.now() } });
      return {};
    },
    'messages.versions': ({ message }) => {
      const row = this.world.messages.find(({ id }) => id === message);
      if (row?.edited === undefined) return { versions: [] };
      return {
        versions: [
          { text: row.text.toLowerCase(), at: row.at },
          { text: row.text, at: row.edited },
        ],
      };
    },
    'messages.edit': ({ message, text }) => {
      const row = this.world.messages.find(({ id }) => id === message);
      if (row === undefined) throw new Refusing('not-found');
      if (row.delivery !== 'failed' && row.delivery !== 'queued') throw new Refusing('too-late');
      const { failure: _failure, ...rest } = row;
      this.announce({ put: 'message', row: { ...rest, text, delivery: 'queued' } });
      this.#later(() => this.advance(message, 'sent'), 600);
      return {};
    },
    'messages.pin': ({ message, isPinned }) => {
      const row = this.world.messages.find(({ id }) => id === message);
      if (row === undefined) throw new Refusing('not-found');
      const { isPinned: _before, ...rest } = row;
      this.announce({ put: 'message', row: { ...rest, ...(isPinned && { isPinned: true as const }) } });
      return {};
    },
    'messages.pinned': ({ chat }) => ({
      messages: this.world.messages.filter((row) => row.chat === chat && row.isPinned === true),
    }),
    'messages.remove': ({ message }) => {
      const row = this.world.messages.find(({ id }) => id === message);
      if (row !== undefined) this.announce({ put: 'no-message', chat: row.chat, message });
      return {};
    },
    'chats.clear': ({ chat }) => {
      this.announce({ put: 'no-messages', chat });
      return {};
    },
    'messages.discard': ({ message }) => {
      const row = this.world.messages.find(({ id }) => id === message);
      if (row === undefined) throw new Refusing('not-found');
      this.announce({ put: 'no-message', chat: row.chat, message });
      return {};
    },
    ...scriptedDevices(
      () => this.world,
      (...changes) => this.announce(...changes),
    ),
    'server.describe': ({ account }) => describeServer(this.#account(account)),
    'retention.get': () => ({ days: this.world.keepDays ?? 0 }),
    'retention.set': ({ days }) => {
      this.world.keepDays = days;
      return {};
    },
    'retention.setChat': ({ chat, days }) => {
      const { keepDays: _keepDays, ...row } = this.#chat(chat);
      this.announce({ put: 'chat', row: { ...row, ...(days !== undefined && { keepDays: days }) } });
      return {};
    },
    'retention.count': ({ days }) => ({ messages: days === undefined || days === 0 ? 0 : 1_234 }),
    'privacy.get': () => ({ ...this.world.privacy }),
    'privacy.set': (privacy) => {
      this.world.privacy = privacy;
      return {};
    },
  };

  /** `<problem code>@problem.example` meets that problem; `slow@…` takes long; everybody else gets in. */
  async #signIn(address: string): Promise<{ account: number }> {
    const [local = '', domain = ''] = address.split('@');
    await new Promise<void>((resolve) => this.#later(resolve, local === 'slow' ? 60_000 : 700));
    if (domain === 'problem.example') {
      throw new Refusing('cannot-connect', local, { ...problemFor(local), host: domain });
    }
    const account = 1 + Math.max(0, ...this.world.accounts.map((row) => row.id));
    const hue = (account * 137) % 360;
    this.announce({
      put: 'account',
      row: { id: account, address, hue, enabled: true, state: 'online', pins: [], keepPassword: true },
    });
    return { account };
  }

  #open(protection: NonNullable<ProfileRow['protection']>): void {
    this.announce({ put: 'profile', row: { state: 'open', protection } });
  }

  #blocked(account: number): BlockedRow {
    const usual = { account, isOffered: true, canReport: true, addresses: [] };
    return this.world.blocked?.find((row) => row.account === account) ?? usual;
  }

  #alter(id: number, parts: Partial<MessageRow>): MessageRow {
    const row = this.world.messages.find((each) => each.id === id);
    if (row === undefined) throw new Refusing('not-found');
    const changed = { ...row, ...parts };
    this.announce({ put: 'message', row: changed });
    return changed;
  }

  #quote(id: number): Quote | undefined {
    const said = this.world.messages.find((each) => each.id === id);
    return said && { message: id, sender: said.sender, text: said.text.slice(0, 200) };
  }

  #say(chat: number, text: string, answered?: number): MessageRow {
    const { draftReply: _, ...row } = this.#chat(chat);
    const sender = this.#account(row.account).address;
    const reply = answered === undefined ? undefined : this.#quote(answered);
    const message = this.#message(row, {
      text,
      sender,
      isOutgoing: true,
      delivery: 'queued',
      ...(reply && { reply }),
    });
    this.announce(
      { put: 'message', row: message },
      { put: 'chat', row: { ...row, at: message.at, last: lastOf(message) } },
    );
    this.#later(() => this.advance(message.id, 'sent'), 400);
    this.#later(() => this.advance(message.id, 'delivered'), 1_100);
    return message;
  }

  #page({ chat, before, after, around, limit }: Input<'messages.page'>): Output<'messages.page'> {
    const all = this.world.messages.filter((row) => row.chat === chat).sort((a, b) => a.id - b.id);
    const files = this.world.files.filter((row) => row.chat === chat);
    const reactions = this.reactions.of(chat);
    if (around !== undefined) {
      const at = all.findIndex((row) => row.id >= around);
      const middle = at === -1 ? all.length : at;
      const [start, end] = [Math.max(0, middle - Math.floor(limit / 2)), middle + Math.ceil(limit / 2)];
      const hasNewer = end < all.length;
      return {
        sequence: this.sequence,
        messages: all.slice(start, end),
        hasMore: start > 0,
        hasNewer,
        files,
        ...reactions,
      };
    }
    const range = all.filter(
      (row) => (before === undefined || row.id < before) && (after === undefined || row.id > after),
    );
    const messages = after === undefined ? range.slice(-limit) : range.slice(0, limit);
    return {
      sequence: this.sequence,
      messages,
      hasMore: range.length > messages.length,
      files,
      ...reactions,
    };
  }

  #openChat(account: number, address: string): number {
    const known = this.world.chats.find((row) => row.account === account && row.address === address);
    if (known !== undefined) return known.id;
    const id = 1 + Math.max(0, ...this.world.chats.map((row) => row.id));
    const row: ChatRow = {
      id,
      account,
      address,
      at: Date.now(),
      unread: 0,
      readUpTo: 0,
      draft: '',
      encryptionMode: 'automatic',
      encryption: 'unknown',
      isTyping: false,
    };
    this.announce({ put: 'chat', row });
    return id;
  }

  #message(chat: ChatRow, more: Partial<MessageRow>): MessageRow {
    const at = Date.now();
    this.#nextId = Math.max(this.#nextId + 1, at * 1_000);
    return {
      id: this.#nextId,
      account: chat.account,
      chat: chat.id,
      isOutgoing: false,
      sender: chat.address,
      text: '',
      at,
      delivery: 'received',
      encryption: chat.encryption === 'omemo' ? 'omemo' : 'none',
      ...more,
    };
  }

  #account(id: number): AccountRow {
    return found(this.world.accounts.find((row) => row.id === id));
  }
  #chat(id: number): ChatRow {
    return found(this.world.chats.find((row) => row.id === id));
  }
  #contact(account: number, address: string): ContactRow {
    return found(this.world.contacts.find((row) => row.account === account && row.address === address));
  }

  #change(change: Change): void {
    const { world } = this;
    const put = <T>(rows: T[], row: T, isSame: (other: T) => boolean): void => {
      const at = rows.findIndex(isSame);
      if (at === -1) rows.push(row);
      else rows[at] = row;
    };
    const same = (a: { account: number; address: string }) => (b: { account: number; address: string }) =>
      a.account === b.account && a.address === b.address;
    const other = (a: Parameters<typeof same>[0]) => (b: typeof a) => !same(a)(b);
    switch (change.put) {
      case 'profile':
        return void (world.profile = change.row);
      case 'update':
        return void (world.update = change.row);
      case 'account':
        return put(world.accounts, change.row, ({ id }) => id === change.row.id);
      case 'contact':
        return put(world.contacts, change.row, same(change.row));
      case 'contact-request':
        return put(world.requests, change.row, same(change.row));
      case 'blocked':
        return put((world.blocked ??= []), change.row, ({ account }) => account === change.row.account);
      case 'chat':
        return put(world.chats, change.row, ({ id }) => id === change.row.id);
      case 'folders':
        return void (world.folders = [...change.rows]);
      case 'room':
        return put((world.rooms ??= []), change.row, ({ chat }) => chat === change.row.chat);
      case 'room-invite':
        return put((world.invites ??= []), change.row, same(change.row));
      case 'no-room-invite':
        return void (world.invites = (world.invites ?? []).filter(other(change)));
      case 'message':
        return put(world.messages, change.row, ({ id }) => id === change.row.id);
      case 'file':
        return put(world.files, change.row, ({ id }) => id === change.row.id);
      case 'device':
        return put(
          world.devices,
          change.row,
          (row) => same(change.row)(row) && row.device === change.row.device,
        );
      case 'no-account':
        return void (world.accounts = world.accounts.filter(({ id }) => id !== change.account));
      case 'no-contact':
        return void (world.contacts = world.contacts.filter(other(change)));
      case 'no-contact-request':
        return void (world.requests = world.requests.filter(other(change)));
      case 'no-chat':
        return void (world.chats = world.chats.filter(({ id }) => id !== change.chat));
      case 'no-message':
        return void (world.messages = world.messages.filter(({ id }) => id !== change.message));
      case 'no-messages':
        return void (world.messages = world.messages.filter(
          ({ chat, id }) => chat !== change.chat || id > (change.upTo ?? Infinity),
        ));
      case 'notifications':
      case 'lock':
      case 'window':
      case 'desktop': // kept by their own part
      case 'language':
      case 'reactions': // kept by their own part
      case 'call':
      case 'no-call':
      case 'occupants':
      case 'transfer':
      case 'history':
      case 'intent':
      case 'wanted':
      case 'no-gap':
      case 'no-intent':
      case 'stanzas':
      case 'progress':
        return; // announced once, and kept by nobody
      case 'no-device':
        return void (world.devices = world.devices.filter(
          (row) => other(change)(row) || row.device !== change.device,
        ));
    }
  }
}

function found<T>(row: T | undefined): T {
  if (row === undefined) throw new Refusing('not-found');
  return row;
}
