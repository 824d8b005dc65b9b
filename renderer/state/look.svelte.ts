/** How what is being written is to be shown to others: covered (XEP-0382), or as it is typed (XEP-0393). For one message. */
import type { Input } from '../../shared/contract.ts';

export type Look = NonNullable<Input<'messages.send'>['look']>;

export class WantedLook {
  /** What it is about, perhaps nothing; without it the message is not covered. */
  spoiler = $state<string>();
  isUnstyled = $state(false);

  /** What goes with the message; nothing when it is an ordinary one. */
  get value(): Look | undefined {
    if (this.spoiler === undefined && !this.isUnstyled) return undefined;
    return {
      ...(this.spoiler !== undefined && { spoiler: this.spoiler.trim() }),
      ...(this.isUnstyled && { isUnstyled: true }),
    };
  }

  toggleSpoiler(): void {
    this.spoiler = this.spoiler === undefined ? '' : undefined;
  }

  /** The message is on its way: the next one is an ordinary one. Returns what it was, for `restore`. */
  take(): Look | undefined {
    const { value } = this;
    this.restore(undefined);
    return value;
  }

  restore(look: Look | undefined): void {
    this.spoiler = look?.spoiler;
    this.isUnstyled = look?.isUnstyled === true;
  }
}
