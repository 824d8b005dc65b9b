/**
 * Whether the server was told that nobody is looking (XEP-0352 1.0.0), on one stream. Every stream begins with somebody
 * looking, also one that goes on with a session (#stream-resumption); a server that does not offer it is told nothing.
 */
import { writeClientState } from './xep/xep0352.ts';
import type { Element } from './xml.ts';

export class ClientState {
  readonly #write: (element: Element) => void;
  #isOffered = false;
  #isActive = true;
  #isToldActive = true;

  /** @param write sends an element that is no stanza; called only after `offered` */
  constructor(write: (element: Element) => void) {
    this.#write = write;
  }

  /** The stream is online, and the server wants to know. */
  offered(): void {
    this.#isOffered = true;
    this.#tell();
  }

  set(isActive: boolean): void {
    this.#isActive = isActive;
    this.#tell();
  }

  #tell(): void {
    if (!this.#isOffered || this.#isActive === this.#isToldActive) return;
    this.#isToldActive = this.#isActive;
    this.#write(writeClientState(this.#isActive));
  }
}
