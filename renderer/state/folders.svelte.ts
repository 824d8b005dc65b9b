/** The folders of chats, in their order, and what a person does with them. */
import type { Change, FolderRow } from '../../shared/contract.ts';
import type { Call } from './call.ts';
import type { Navigation } from './navigation.svelte.ts';

export class Folders {
  readonly #call: Call;
  readonly #navigation: Navigation;
  #all = $state.raw<readonly FolderRow[]>([]);

  /** @param navigation the list does not go on showing a folder that is gone */
  constructor(call: Call, navigation: Navigation) {
    this.#call = call;
    this.#navigation = navigation;
  }

  get all(): readonly FolderRow[] {
    return this.#all;
  }

  get(folder: number): FolderRow | undefined {
    return this.#all.find(({ id }) => id === folder);
  }

  apply(change: Change): void {
    if (change.put !== 'folders') return;
    this.#all = change.rows;
    const { listView } = this.#navigation;
    if (typeof listView === 'number' && this.get(listView) === undefined) this.#navigation.listView = 'all';
  }

  /** @returns its id @throws Refused */
  async add(name: string): Promise<number> {
    return (await this.#call('folders.add', { name })).folder;
  }

  /** @throws Refused */
  async rename(folder: number, name: string): Promise<void> {
    await this.#call('folders.rename', { folder, name });
  }

  /** Its chats stay. @throws Refused */
  async remove(folder: number): Promise<void> {
    await this.#call('folders.remove', { folder });
  }

  /** One place up (-1) or down (1) among the others. @throws Refused */
  async move(folder: number, by: 1 | -1): Promise<void> {
    const ids = this.#all.map(({ id }) => id);
    const at = ids.indexOf(folder);
    const neighbour = ids[at + by];
    if (at === -1 || neighbour === undefined) return;
    await this.#call('folders.order', { folders: ids.with(at, neighbour).with(at + by, folder) });
  }

  /** @throws Refused */
  async put(chat: number, folder: number, isIn: boolean): Promise<void> {
    await this.#call('chats.setFolder', { chat, folder, isIn });
  }
}
