/** What was used last, the newest first; as long as the window lives. */
const MOST = 30;

export class Recent<T> {
  #items = $state.raw<readonly T[]>([]);

  note(item: T): void {
    this.#items = [item, ...this.#items.filter((each) => each !== item)].slice(0, MOST);
  }

  /** For sorting: 0 for the newest; what was not used lately comes last. */
  rank(item: T): number {
    const at = this.#items.indexOf(item);
    return at === -1 ? MOST : at;
  }
}
