/**
 * What a link from outside asks for, until the person has said what becomes of it. One waits at a time: whoever opens
 * hundreds of them gets one question.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change } from '../../shared/contract.ts';
import { readXmppUri } from '../../shared/xmpp-uri.ts';

export class Intent {
  readonly #announce: (changes: readonly Change[]) => void;
  #uri: string | undefined;

  constructor(announce: (changes: readonly Change[]) => void) {
    this.#announce = announce;
  }

  /** What a window that comes later has to show. */
  get changes(): Change[] {
    return this.#uri === undefined ? [] : [{ put: 'intent', uri: this.#uri }];
  }

  /** @throws Refusal `not-an-address` */
  show(uri: string): void {
    if (readXmppUri(uri) === undefined) throw new Refusal('not-an-address');
    this.#uri = uri;
    this.#announce(this.changes);
  }

  drop(): void {
    this.#uri = undefined;
    this.#announce([{ put: 'no-intent' }]);
  }
}
