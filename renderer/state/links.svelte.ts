/**
 * The one `xmpp:` link that waits for the person: from a chat, from an invitation, or from outside the window; and a
 * place to be shown on a map. It does nothing by itself.
 */
import type { Change } from '../../shared/contract.ts';
import { readXmppUri, type XmppUri } from '../../shared/xmpp-uri.ts';
import type { Call } from './call.ts';

export class Links {
  readonly #call: Call;
  #current = $state.raw<XmppUri>();
  /** Kept for later: what to do with it once there is an account. */
  #kept = $state.raw<XmppUri>();
  #isFromOutside = false;
  #place = $state<string>();

  constructor(call: Call) {
    this.#call = call;
  }

  /** What the person is asked about. */
  get current(): XmppUri | undefined {
    return this.#current;
  }

  /** The address of a map that the person is asked about. */
  get place(): string | undefined {
    return this.#place;
  }

  askForPlace(url: string | undefined): void {
    this.#place = url;
  }

  show(uri: XmppUri): void {
    this.#current = uri;
  }

  /** @returns whether this was a link of ours to show. */
  showText(text: string): boolean {
    const uri = readXmppUri(text);
    if (uri !== undefined) this.show(uri);
    return uri !== undefined;
  }

  apply(change: Change): void {
    if (change.put === 'intent') {
      this.#isFromOutside = true;
      this.showText(change.uri);
    } else if (change.put === 'no-intent') {
      if (this.#isFromOutside) this.#current = undefined;
      this.#isFromOutside = false;
    }
  }

  /** Shows this again when there is an account to do it with. */
  keepForLater(): void {
    this.#kept = this.#current;
    this.close();
  }

  /** There is an account now. */
  bringBack(): void {
    if (this.#kept !== undefined) this.show(this.#kept);
    this.#kept = undefined;
  }

  close(): void {
    this.#current = undefined;
    if (!this.#isFromOutside) return;
    this.#isFromOutside = false;
    void this.#call('app.dropIntent', {}).catch(() => undefined); // it is only put away
  }
}
