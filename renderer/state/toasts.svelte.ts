/**
 * Short notices at the edge of the window, for what has no better place. A message that failed is told on the
 * message, a problem of an account on the account.
 */

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'problem';
}

const SHOWN_FOR = 6_000;

export class Toasts {
  #next = 0;
  #all = $state.raw<readonly Toast[]>([]);

  get all(): readonly Toast[] {
    return this.#all;
  }

  /** A problem stays until it is closed; anything else goes by itself. */
  show(text: string, tone: Toast['tone'] = 'plain'): void {
    const toast = { id: this.#next++, text, tone };
    this.#all = [...this.#all.filter((other) => other.text !== text), toast].slice(-3);
    if (tone === 'plain') setTimeout(() => this.close(toast.id), SHOWN_FOR);
  }

  close(id: number): void {
    this.#all = this.#all.filter((toast) => toast.id !== id);
  }
}
