/**
 * What the window shows: the list at the side, the main pane, the details, the open dialog. Local to the window;
 * nothing of it reaches the engine.
 */

import type { ChatRow } from '../../shared/contract.ts';
import type { SettingName, SettingsSection } from '../lib/setting-list.ts';
import type { ListView } from './listing.ts';
import { Recent } from './recent.svelte.ts';

export type Place = 'chats' | 'contacts' | 'requests';
export type Main = 'nothing' | 'chat' | 'settings' | 'sign-in';
/** How somebody gets an account into the window. */
export type Way = 'sign-in' | 'create' | 'invited';
export type DialogName = 'add-contact' | 'add-room' | 'shortcuts' | 'palette';
/** What stands in place of the settings, one step further in. */
export type SettingsPage =
  | { readonly kind: 'server' | 'console'; readonly account: number }
  | { readonly kind: 'storage' };
/** Where in the settings somebody wants to be; a new object for each time it is asked for. */
export interface SettingsPlace {
  readonly section?: SettingsSection;
  readonly setting?: SettingName;
  readonly page?: SettingsPage;
}
/** Beside the conversation in a room. */
export type RoomPage = 'people' | 'about';
/** Something that is asked before it is done. */
export type Question =
  | { readonly what: 'export' | 'clear' | 'remove' | 'leave'; readonly chat: ChatRow }
  /** A new folder for a chat, or all of them. */
  | { readonly what: 'folders'; readonly chat?: ChatRow }
  | { readonly what: 'block'; readonly account: number; readonly addresses: readonly string[] };

export class Navigation {
  #place = $state<Place>('chats');
  #main = $state<Main>('nothing');
  #way = $state<Way>('sign-in');
  #dialog = $state<DialogName>();
  #question = $state.raw<Question>();
  #isAsking = $state(false);
  #settings = $state.raw<SettingsPlace>({});
  #isDetailsOpen = $state(false);
  /** What is shown of a room beside its conversation. */
  roomPage = $state<RoomPage>('people');
  #searchRequests = $state(0);
  #searchText = '';
  readonly recentChats = new Recent<number>();
  readonly recentCommands = new Recent<string>();
  /** What the chat list is narrowed to. */
  listView = $state<ListView>('all');
  #reactionRequests = $state(0);
  /** The account the chat list is narrowed to. */
  accountFilter = $state<number>();

  get place(): Place {
    return this.#place;
  }
  get main(): Main {
    return this.#main;
  }
  get way(): Way {
    return this.#way;
  }
  get dialog(): DialogName | undefined {
    return this.#dialog;
  }
  /** What is asked, or was asked last: an answer acts on it when it is not shown any more. */
  get question(): Question | undefined {
    return this.#question;
  }
  get isAsking(): boolean {
    return this.#isAsking;
  }
  /** The part of the settings that was asked for last. */
  get settings(): SettingsPlace {
    return this.#settings;
  }
  get isDetailsOpen(): boolean {
    return this.#isDetailsOpen;
  }
  /** What the search field is asked to look for; empty when it keeps what it has. */
  get searchText(): string {
    return this.#searchText;
  }
  /** Grows each time somebody wants to react to the message that they are at. */
  get reactionRequests(): number {
    return this.#reactionRequests;
  }
  requestReaction(): void {
    if (this.#main === 'chat') this.#reactionRequests += 1;
  }
  /** Grows each time the search field is asked for. */
  get searchRequests(): number {
    return this.#searchRequests;
  }

  /** Shows a list; in a narrow window it takes the place of the main pane. */
  showList(place: Place): void {
    this.#place = place;
    if (this.#main !== 'chat') this.#main = 'nothing';
  }

  showMain(main: Main): void {
    this.#main = main;
    if (main !== 'chat') this.#isDetailsOpen = false;
  }

  /** Empties the main pane: in a narrow window the list takes its place. */
  leaveMain(): void {
    this.#main = 'nothing';
    this.#isDetailsOpen = false;
  }

  chooseWay(way: Way): void {
    this.#way = way;
  }

  setDetails(isOpen: boolean): void {
    this.#isDetailsOpen = isOpen;
  }

  showSettings(place: SettingsPlace = {}): void {
    this.#settings = place;
    this.showMain('settings');
  }

  /** Shows this of the room; what is shown already goes away. */
  toggleRoomPage(page: RoomPage): void {
    this.#isDetailsOpen = !(this.#isDetailsOpen && this.roomPage === page);
    this.roomPage = page;
  }

  ask(question: Question): void {
    this.#question = question;
    this.#isAsking = true;
  }

  stopAsking(): void {
    this.#isAsking = false;
  }

  openDialog(dialog: DialogName): void {
    this.#dialog = dialog;
  }

  /** @param which only this one: what it has opened in its place stays */
  closeDialog(which?: DialogName): void {
    if (which === undefined || which === this.#dialog) this.#dialog = undefined;
  }

  requestSearch(text = ''): void {
    this.#searchText = text;
    this.#place = 'chats';
    this.#searchRequests += 1;
  }
}
