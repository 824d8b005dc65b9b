/**
 * Our rooms as our account keeps them for all our devices (XEP-0402; XEP-0048 in private XML where there is nothing
 * better): what is done here is saved there, and what another device does is done here. Only our own account is believed
 * (H18), and nothing is published that others could read (H19): then the rooms stay on this device.
 */
import type { RoomRow } from '../../shared/contract.ts';
import type { BareJid } from '../../shared/jid.ts';
import * as rooms from '../store/rooms.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import { occupantJid } from '../xmpp/xep/xep0045.ts';
import { askSetStorage, askStorage, readStorage, writeStorage } from '../xmpp/xep/xep0048.ts';
import { FEATURE_PUBLISH_OPTIONS, type PubsubEvent } from '../xmpp/xep/xep0060.ts';
import {
  askBookmarks,
  askPublishBookmark,
  askRetractBookmark,
  readBookmarkEvent,
  type Bookmark,
} from '../xmpp/xep/xep0402.ts';
import type { NotificationSetting } from '../xmpp/xep/xep0492.ts';
import type { Account } from './account.ts';
import type { Room } from './room.ts';

const NOTICES: Readonly<Record<NotificationSetting, RoomRow['notify']>> = {
  always: 'all',
  'on-mention': 'mentions',
  never: 'none',
};
const SETTINGS: Readonly<Record<RoomRow['notify'], NotificationSetting>> = {
  all: 'always',
  mentions: 'on-mention',
  none: 'never',
};

export class Bookmarks {
  readonly #account: Account;
  /** As they are at the server, with what others put there. */
  readonly #known = new Map<BareJid, Bookmark>();
  /** The stream on which all that is there is known. */
  #wire: Wire | undefined;
  #isSynced = false;
  /** One change after another. */
  #work: Promise<void> = Promise.resolve();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Learns what is there, does what other devices did, and saves what was done here meanwhile. @throws WireClosed */
  async sync(wire: Wire): Promise<void> {
    this.#isSynced = false;
    try {
      await this.#account.disco.askOwn(wire);
      const { bookmarks, isOld } = await this.#fetch(wire);
      this.#known.clear();
      for (const bookmark of bookmarks) {
        this.#known.set(bookmark.address, bookmark);
        const room = this.#apply(bookmark);
        if (room !== undefined && isOld && this.#isNative) this.#mark(room, 'settings');
      }
      if (this.#known.size > 0) this.#leaveMissing();
      else this.#markAll();
      this.#wire = wire;
      this.#isSynced = true;
      this.#flush();
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      this.#account.log('bookmarks-unknown', { condition: error.condition });
    }
  }

  /** The same session on another connection. */
  goOn(wire: Wire): void {
    this.#wire = wire;
    this.#flush();
  }

  /** Something that our other devices should know was done with a room; with our being in it, or its settings alone. */
  save(room: Room, what: Exclude<rooms.Unsaved, 'nothing'>): void {
    // Of two changes the one that says more.
    if (room.record()?.unsaved !== 'membership') this.#mark(room, what);
    this.#flush();
  }

  /** The room is removed from here with all that was said in it: the next start shall not bring it back. */
  remove(address: BareJid): void {
    if (!this.#known.delete(address)) return;
    this.#later(async (wire) => {
      if (this.#isNative) await askRetractBookmark(wire, address);
      else await this.#publishOld(wire, address, undefined);
    });
  }

  /** What our own account says that changed; whether it is ours the caller has checked. */
  receive(event: PubsubEvent): void {
    const changes = readBookmarkEvent(event);
    if (changes === undefined || !this.#isSynced) return;
    for (const bookmark of changes.changed) {
      this.#known.set(bookmark.address, bookmark);
      const room = this.#apply(bookmark);
      if (room?.state === 'out' || room?.state === 'failed') room.again();
    }
    for (const address of changes.removed) {
      this.#known.delete(address);
      this.#drop(this.#account.rooms.get(address));
    }
    if (!changes.isCleared) return;
    this.#known.clear();
    this.#markAll();
    this.#flush();
  }

  // ————— From there to here ————————————————————————————————————————————————————————————————————————————————

  async #fetch(wire: Wire): Promise<{ readonly bookmarks: readonly Bookmark[]; readonly isOld: boolean }> {
    const bookmarks = this.#account.disco.hasPersonalNodes ? await askBookmarks(wire) : [];
    if (bookmarks.length > 0) return { bookmarks, isOld: false };
    // Older programs may have left theirs; a server that keeps both in step has just told them.
    try {
      const old = readStorage(await askStorage(wire, 'private')) ?? [];
      const rest = { isPinned: false, extensions: [], others: [] };
      return { bookmarks: old.map((each) => ({ ...each, ...rest })), isOld: true };
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      return { bookmarks: [], isOld: true };
    }
  }

  /** @returns the room, when we are to be in it */
  #apply({ address, autojoin, nick, name, password, notify }: Bookmark): Room | undefined {
    const { rooms: own, profile } = this.#account;
    const room = own.get(address);
    // What was done here is newer than what is there.
    const unsaved = room?.record()?.unsaved ?? 'nothing';
    if (unsaved === 'membership') return undefined;
    if (!autojoin) {
      this.#drop(room);
      return undefined;
    }
    const isUsable = nick !== undefined && occupantJid(address, nick) !== undefined;
    const adopted =
      room?.record()?.isWanted === true
        ? room
        : own.adopt(address, {
            ...(isUsable && { nick }),
            ...(password !== undefined && { password }),
          });
    if (unsaved === 'settings') return adopted;
    profile.commit((changes) => {
      rooms.updateRoom(profile.database, adopted.chat, {
        name: name ?? '',
        ...(password !== undefined && { password }),
        ...(notify !== undefined && { notify: NOTICES[notify] }),
        unsaved: 'nothing',
      });
      const row = adopted.row();
      if (row !== undefined) changes.push({ put: 'room', row });
    });
    return adopted;
  }

  /** Another device of ours has left it. */
  #drop(room: Room | undefined): void {
    const record = room?.record();
    if (room !== undefined && record?.isWanted === true && record.unsaved !== 'membership')
      this.#account.rooms.abandon(room);
  }

  #leaveMissing(): void {
    for (const room of this.#account.rooms.all()) if (!this.#known.has(room.address)) this.#drop(room);
  }

  // ————— From here to there ————————————————————————————————————————————————————————————————————————————————

  /** XEP-0402 where nobody else can read what is published. */
  get #isNative(): boolean {
    const { disco } = this.#account;
    return disco.hasPersonalNodes && disco.accountHas(FEATURE_PUBLISH_OPTIONS);
  }

  #mark(room: Room, unsaved: rooms.Unsaved): void {
    const { profile } = this.#account;
    profile.commit(() => {
      rooms.updateRoom(profile.database, room.chat, { unsaved });
    });
  }

  /** None at all is more likely a server that has lost them than a person who left everything: they are saved anew. */
  #markAll(): void {
    for (const room of this.#account.rooms.all())
      if (room.record()?.isWanted === true) this.#mark(room, 'membership');
  }

  #flush(): void {
    this.#later(async (wire) => {
      for (const room of this.#account.rooms.all()) {
        const record = room.record();
        if (record !== undefined && record.unsaved !== 'nothing') await this.#publish(wire, room, record);
      }
    });
  }

  async #publish(wire: Wire, room: Room, record: rooms.RoomRecord): Promise<void> {
    const before = this.#known.get(room.address);
    // One that we never were in, or that nobody remembers, need not be known to the others.
    if (before === undefined && !record.isWanted) {
      this.#mark(room, 'nothing');
      return;
    }
    const bookmark = bookmarkOf(room.address, record, before);
    if (this.#isNative) await askPublishBookmark(wire, bookmark, this.#account.disco.own.features);
    else await this.#publishOld(wire, room.address, bookmark);
    this.#known.set(room.address, bookmark);
    const now = room.record();
    if (now === undefined) return;
    // What was changed meanwhile is saved next.
    const isSame = JSON.stringify(saved(now)) === JSON.stringify(saved(record));
    if (isSame) this.#mark(room, 'nothing');
    else this.#flush();
  }

  async #publishOld(wire: Wire, address: BareJid, bookmark: Bookmark | undefined): Promise<void> {
    const storage = await askStorage(wire, 'private');
    const others = (readStorage(storage) ?? []).filter((each) => each.address !== address);
    const all = bookmark === undefined ? others : [...others, bookmark];
    await askSetStorage(wire, 'private', writeStorage(all, storage), this.#account.disco.own.features);
  }

  /** Once all before it is done; not without a stream, or before it is known what others have put there. */
  #later(work: (wire: Wire) => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      const { wire } = this.#account;
      if (wire === undefined || wire !== this.#wire || !this.#isSynced) return;
      try {
        await work(wire);
      } catch (error) {
        if (error instanceof WireClosed) return; // it is saved on the next stream
        const condition = error instanceof StanzaError ? error.condition : String(error);
        this.#account.log('bookmark-not-saved', { condition });
      }
    });
  }
}

/** The parts of a room that a bookmark holds. */
function saved({ nick, name, password, isWanted, notify }: rooms.RoomRecord): unknown {
  return [nick, name, password, isWanted, notify];
}

function bookmarkOf(address: BareJid, record: rooms.RoomRecord, before: Bookmark | undefined): Bookmark {
  const { name, nick, password, isWanted, notify } = record;
  const setting = notify === undefined ? before?.notify : SETTINGS[notify];
  return {
    address,
    autojoin: isWanted,
    nick,
    ...(name !== '' && { name }),
    ...(password !== undefined && { password }),
    isPinned: before?.isPinned ?? false,
    ...(setting !== undefined && { notify: setting }),
    extensions: before?.extensions ?? [],
    others: before?.others ?? [],
  };
}
