/**
 * What was asked for outside the window, by a link or a notification, until the window has dealt with it. One waits at a
 * time: whoever opens hundreds of links gets one question.
 */
import { Refusal } from '../../shared/answer.ts';
import type { Change } from '../../shared/contract.ts';
import { readXmppUri } from '../../shared/xmpp-uri.ts';

export class Intent {
  readonly #announce: (changes: readonly Change[]) => void;
  #waiting: Extract<Change, { put: 'intent' | 'wanted' }> | undefined;

  constructor(announce: (changes: readonly Change[]) => void) {
    this.#announce = announce;
  }

  /** What a window that comes later has to show. */
  get changes(): Change[] {
    return this.#waiting === undefined ? [] : [this.#waiting];
  }

  /** A link: the person is asked what becomes of it. @throws Refusal `not-an-address` */
  show(uri: string): void {
    if (readXmppUri(uri) === undefined) throw new Refusal('not-an-address');
    this.#wait({ put: 'intent', uri });
  }

  showChat(chat: number): void {
    this.#wait({ put: 'wanted', chat });
  }

  drop(): void {
    this.#waiting = undefined;
    this.#announce([{ put: 'no-intent' }]);
  }

  #wait(change: Extract<Change, { put: 'intent' | 'wanted' }>): void {
    this.#waiting = change;
    this.#announce(this.changes);
  }
}
