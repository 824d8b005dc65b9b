/**
 * The window's whole state on one Port: mirrors the engine's rows and holds the few things that are the window's own
 * (what is open, what is typed). Asks the engine for everything else and never decides what is true.
 */
import type {
  Batch,
  Change,
  ChatRow,
  MessageRow,
  Port,
  ProfileRow,
  ReactionRow,
  WindowRole,
} from '../../shared/contract.ts';
import { Language } from '../i18n/language.svelte.ts';
import { calledName, displayName, safeName } from '../lib/names.ts';
import { refusalSentence } from '../lib/refusals.ts';
import { nickOf, roomName } from '../lib/rooms.ts';
import { Accounts } from './accounts.svelte.ts';
import { Appearance } from './appearance.svelte.ts';
import { Blocking } from './blocking.svelte.ts';
import { callerOf, type Call } from './call.ts';
import { Calls } from './calls.svelte.ts';
import { Chats } from './chats.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { StanzaConsole } from './console.svelte.ts';
import { Contacts } from './contacts.svelte.ts';
import { Desktop } from './desktop.svelte.ts';
import { Devices } from './devices.svelte.ts';
import { Draft } from './draft.svelte.ts';
import { EmojiHabits } from './emoji.svelte.ts';
import { Files } from './files.svelte.ts';
import { Folders } from './folders.svelte.ts';
import { Finding } from './finding.svelte.ts';
import { Links } from './links.svelte.ts';
import { Navigation, type Way } from './navigation.svelte.ts';
import { Player, soundBehind } from './player.svelte.ts';
import { Pins } from './pins.svelte.ts';
import { Program } from './program.svelte.ts';
import { Reactions } from './reactions.svelte.ts';
import { Recording } from './recording.svelte.ts';
import { Registration } from './registration.svelte.ts';
import { isElsewhere, showRole } from './role.ts';
import { Rooms } from './rooms.svelte.ts';
import { Shortcuts } from './shortcuts.svelte.ts';
import { SignIn } from './sign-in.svelte.ts';
import type { Surroundings } from './surroundings.ts';
import { Timeline } from './timeline.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import { Transcripts } from './transcripts.svelte.ts';
import { Tray } from './tray.svelte.ts';

export class App {
  readonly call: Call;
  readonly calls: Calls;
  readonly accounts: Accounts;
  readonly contacts: Contacts;
  readonly chats: Chats;
  readonly folders: Folders;
  readonly rooms: Rooms;
  readonly blocking: Blocking;
  readonly devices: Devices;
  readonly desktop: Desktop;
  readonly program: Program;
  readonly signIn: SignIn;
  readonly registration: Registration;
  readonly links: Links;
  readonly transcripts: Transcripts;
  readonly files = new Files();
  readonly reactions: Reactions;
  readonly player: Player;
  readonly pins: Pins;
  readonly emoji: EmojiHabits;
  readonly navigation = new Navigation();
  readonly toasts = new Toasts();
  readonly clock = new Clock();
  readonly language: Language;
  readonly appearance: Appearance;
  readonly shortcuts: Shortcuts;

  /** The one thing that this window shows; without one it shows everything. */
  readonly role: WindowRole | undefined;
  /** Ends this window. */
  readonly end: () => void;
  readonly #port: Port;
  #profile = $state.raw<ProfileRow>({ state: 'opening' });
  #isLoaded = $state(false);
  #failure = $state.raw<unknown>();
  #timeline = $state.raw<Timeline>();
  #draft = $state.raw<Draft>();
  #console: StanzaConsole | undefined;
  /** What was chosen and not sent yet, by chat: it is still there when one comes back. */
  readonly #trays = new Map<number, Tray>();
  readonly #recordings = new Map<number, Recording>();
  #finding = $state.raw<Finding>();
  /** The chat to open when its row comes. */
  #wanted: number | undefined;
  /** The sequence number the rows are true at; older batches are already in them. */
  #sequence = -1;
  /** Batches that arrive while a snapshot is on its way. */
  #waiting: Batch[] | undefined;

  constructor(port: Port, surroundings: Surroundings = {}) {
    this.#port = port;
    this.role = surroundings.role;
    this.end = surroundings.end ?? ((): void => undefined);
    this.call = callerOf(port);
    const { memory, session } = surroundings;
    this.calls = new Calls({ call: this.call, report: (failure) => this.report(failure), memory, session });
    this.accounts = new Accounts(this.call);
    this.contacts = new Contacts(this.call);
    this.chats = new Chats(this.call);
    this.folders = new Folders(this.call, this.navigation);
    this.rooms = new Rooms(this.call);
    this.blocking = new Blocking(this.call);
    this.devices = new Devices(this.call);
    this.desktop = new Desktop(this.call);
    this.program = new Program(this.call);
    this.signIn = new SignIn(this.call);
    this.registration = new Registration(this.call);
    this.links = new Links(this.call);
    this.transcripts = new Transcripts(this.call);
    this.language = new Language(surroundings.languages ?? ['en']);
    this.appearance = new Appearance(surroundings.memory);
    this.shortcuts = new Shortcuts(surroundings.memory);
    this.emoji = new EmojiHabits(surroundings.memory);
    this.reactions = new Reactions(this.call);
    this.pins = new Pins(this.call);
    this.player = new Player(this.call, (key) =>
      soundBehind(key, this.#timeline?.messages ?? [], this.files),
    );
  }

  get profile(): ProfileRow {
    return this.#profile;
  }
  /** True once the first snapshot was applied. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }
  /** Why the snapshot did not come. */
  get failure(): unknown {
    return this.#failure;
  }
  get timeline(): Timeline | undefined {
    return this.#timeline;
  }
  get draft(): Draft | undefined {
    return this.#draft;
  }
  /** The files chosen for a chat. */
  trayOf(chat: number): Tray {
    let tray = this.#trays.get(chat);
    if (tray === undefined) this.#trays.set(chat, (tray = new Tray(this.call, chat)));
    return tray;
  }
  /** The voice message that is spoken in a chat, or was and is not sent yet. */
  recordingOf(chat: number): Recording {
    let recording = this.#recordings.get(chat);
    if (recording === undefined) this.#recordings.set(chat, (recording = new Recording(this.call, chat)));
    return recording;
  }
  /** The stanzas of an account, from now on until they are not looked at any more. */
  openConsole(account: number): StanzaConsole {
    return (this.#console = new StanzaConsole(this.call, account));
  }
  closeConsole(): void {
    this.#console = undefined;
  }
  /** The search within the open chat, while its bar is shown. */
  get finding(): Finding | undefined {
    return this.#finding;
  }
  /** The chat in the main pane. */
  readonly chat = $derived.by((): ChatRow | undefined =>
    this.#timeline === undefined ? undefined : this.chats.get(this.#timeline.chat),
  );

  /** Subscribes, then loads: nothing can fall between the two. @returns the function that ends the subscription. */
  start(): () => void {
    const stop = this.#port.onChange((batch) => this.#receive(batch));
    const stopClock = this.clock.start();
    void this.load();
    return () => {
      stop();
      stopClock();
    };
  }

  /** Replaces every row by the engine's snapshot. */
  async load(): Promise<void> {
    this.#waiting ??= [];
    this.#failure = undefined;
    try {
      const snapshot = await this.call('app.snapshot', {});
      const { accounts, contacts, blocking, chats, rooms, devices, calls } = this;
      for (const rows of [accounts, contacts, blocking, chats, rooms, devices, calls]) rows.clear();
      this.#sequence = snapshot.sequence;
      this.#apply(snapshot.changes, snapshot.sequence);
      this.calls.settle();
      this.#isLoaded = true;
      showRole(this);
    } catch (failure) {
      this.#failure = failure;
    } finally {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      for (const batch of waiting) this.#receive(batch);
    }
  }

  /** Shows a chat in the main pane, as soon as there is a row for it: a reply can overtake the batch it belongs to. */
  open(chat: number, message?: number): void {
    if (isElsewhere(this, chat)) return;
    this.#wanted = undefined;
    this.navigation.showMain('chat');
    this.navigation.recentChats.note(chat);
    if (this.chats.get(chat)?.isMarkedUnread) void this.attempt(this.chats.setMarkedUnread(chat, false));
    if (this.#timeline?.chat === chat) return;
    this.#leave();
    const row = this.chats.get(chat);
    if (row === undefined) {
      this.#wanted = chat;
      return;
    }
    this.#timeline = new Timeline(this.call, row, ({ files = [], reactions = [], sequence }) => {
      this.files.take(files, sequence);
      this.reactions.take(reactions, sequence);
    });
    this.#draft = new Draft(this.call, chat, row.draft, (failure) => this.report(failure), row.draftReply);
    void this.attempt(this.pins.open(chat));
    if (message === undefined) void this.#timeline.open();
  }

  /** Shows a chat at one of its messages, and points that out. */
  openAt(chat: number, message: number): void {
    this.open(chat, message);
    if (this.#timeline?.chat === chat) this.#timeline.goTo(message);
  }

  /** To the pinned message that is shown above; each time to the one before. */
  goToPin(): void {
    const row = this.pins.next();
    if (row !== undefined) this.#timeline?.goTo(row.id);
  }

  /** Shows the bar that searches the open chat, or asks it for the focus. */
  startFinding(text = ''): void {
    if (this.#timeline === undefined) return;
    this.#finding ??= new Finding(this.call, this.#timeline);
    this.#finding.requestFocus(text);
  }

  stopFinding(): void {
    this.#finding?.end();
    this.#finding = undefined;
  }

  close(): void {
    this.#wanted = undefined;
    this.#leave();
    if (this.role !== undefined) this.end();
    this.navigation.leaveMain();
  }

  /** From the settings back to the chat that was open, if there was one. */
  back(): void {
    if (this.#timeline === undefined) this.navigation.leaveMain();
    else this.navigation.showMain('chat');
  }

  /** Shows one of the ways to an account. */
  begin(way: Way): void {
    this.navigation.chooseWay(way);
    this.navigation.showMain('sign-in');
  }

  /** There is a new account: on with what the person came for. */
  begun(): void {
    this.navigation.chooseWay('sign-in');
    this.navigation.leaveMain();
    this.navigation.showList('chats');
    this.links.bringBack();
  }

  /** The name to show for somebody, as this account knows them; of a room its own; of somebody in a room what they go by. */
  nameOf(account: number, address: string): string {
    const room = this.rooms.at(account, address);
    if (room !== undefined) return roomName(room.name, address);
    const nick = nickOf(address);
    if (nick !== undefined) return safeName(nick) || '?';
    const contact = this.contacts.get(account, address);
    return displayName(contact?.name || calledName(contact?.called), address);
  }

  /** The hash of the picture to show for somebody: a contact, or one of one's own accounts. */
  pictureOf(account: number, address: string): string | undefined {
    const own = this.accounts.get(account);
    return own?.address === address ? own.avatar : this.contacts.get(account, address)?.avatar;
  }

  /** What the author of a message is called where that is told: oneself by the local part, as in what others see. */
  authorOf({
    account,
    chat,
    sender,
    isOutgoing,
  }: Pick<MessageRow, 'account' | 'chat' | 'sender' | 'isOutgoing'>): string {
    if (!isOutgoing) return this.nameOf(account, sender);
    return safeName(this.rooms.get(chat)?.nick ?? sender.split('@', 1).join());
  }

  /** What somebody who feels something about a message is called. */
  reactorOf({ account, address, kind }: ChatRow, { isOwn, sender }: ReactionRow): string {
    if (isOwn) return this.language.t('message.me');
    return this.nameOf(account, kind === 'room' ? sender : address);
  }

  /** Tells the person what was refused; anything that is no refusal is a bug and goes to the console as well. */
  readonly report = (failure: unknown): void => {
    this.toasts.show(refusalSentence(this.language.t, failure), 'problem');
  };

  /** Runs something that may be refused, for a click that has no form of its own. @returns whether it worked. */
  async attempt(work: Promise<unknown>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (failure) {
      this.report(failure);
      return false;
    }
  }

  #leave(): void {
    this.stopFinding();
    this.#draft?.close();
    this.player.stop();
    void this.pins.open(undefined);
    // The microphone is off in a chat that nobody looks at; what was said waits there.
    const recording = this.#draft && this.#recordings.get(this.#draft.chat);
    if (recording !== undefined) void this.attempt(recording.finish());
    this.#draft = undefined;
    this.#timeline = undefined;
    this.files.view(undefined);
    this.files.clear();
    this.reactions.clear();
  }

  #receive(batch: Batch): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(batch);
      return;
    }
    if (batch.sequence <= this.#sequence) return;
    const wasOpen = this.#profile.state === 'open';
    this.#apply(batch.changes, batch.sequence);
    this.#timeline?.apply(batch);
    // A profile that was just unlocked has rows that no batch announced.
    if (!wasOpen && this.#profile.state === 'open') void this.load();
  }

  #apply(changes: readonly Change[], sequence: number): void {
    for (const change of changes) {
      if (change.put === 'profile') this.#profile = change.row;
      this.accounts.apply(change);
      this.contacts.apply(change);
      this.blocking.apply(change);
      this.chats.apply(change);
      this.folders.apply(change);
      this.rooms.apply(change);
      if (this.role === undefined) this.calls.apply(change); // calls are in the first window
      if (change.put === 'chat' && change.row.id === this.#draft?.chat)
        this.#draft.adopt(change.row.draft, change.row.draftReply);
      this.devices.apply(change);
      this.desktop.apply(change);
      this.program.apply(change);
      this.files.apply(change, sequence);
      this.reactions.apply(change, sequence);
      this.pins.apply(change);
      // What is asked for outside, the first window answers.
      if (this.role === undefined) this.links.apply(change);
      this.transcripts.apply(change);
      this.#console?.apply(change);
      if (change.put === 'wanted' && this.role === undefined) this.#wanted = change.chat;
    }
    if (this.#timeline !== undefined && this.chats.get(this.#timeline.chat) === undefined) this.close();
    if (this.#wanted !== undefined && this.chats.get(this.#wanted) !== undefined) this.open(this.#wanted);
    // It was asked for outside, and once is enough: a window that is loaded again does not go there.
    if (this.role === undefined && changes.some(({ put }) => put === 'wanted'))
      void this.attempt(this.call('app.dropIntent', {}));
  }
}
