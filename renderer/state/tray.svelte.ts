/**
 * The files that a person has chosen for a chat and not sent yet. They are handed to the engine when they are sent, piece
 * by piece, photos without what they say beside the picture; until then nothing leaves the window.
 */
import { PIECE } from '../../shared/calls/files.ts';
import { cleaned, isPhoto, thumbnailOf } from '../lib/photo.ts';
import type { Call } from './call.ts';
import type { Look } from './look.svelte.ts';

export interface TrayItem {
  readonly id: number;
  readonly file: File;
  /** An address to show it by, of a picture. */
  readonly preview: string | undefined;
  readonly isPhoto: boolean;
  /** Sent as it is, with all that it says. */
  readonly isOriginal: boolean;
}

/** Chosen at once. */
const MOST = 30;

export class Tray {
  readonly chat: number;
  readonly #call: Call;
  #items = $state.raw<readonly TrayItem[]>([]);
  #limit = $state<number>();
  #service = $state<'offered' | 'missing' | 'unknown'>('unknown');
  #isSending = $state(false);
  #next = 0;

  constructor(call: Call, chat: number) {
    this.#call = call;
    this.chat = chat;
  }

  get items(): readonly TrayItem[] {
    return this.#items;
  }
  /** The most bytes that the server takes, if it says so. */
  get limit(): number | undefined {
    return this.#limit;
  }
  /** The server takes no files at all. */
  get isRefused(): boolean {
    return this.#service === 'missing';
  }
  get isSending(): boolean {
    return this.#isSending;
  }
  readonly canSend = $derived.by(
    () =>
      this.#items.length > 0 &&
      !this.#isSending &&
      this.#service !== 'missing' &&
      !this.#items.some((item) => this.isTooLarge(item)),
  );

  isTooLarge({ file }: TrayItem): boolean {
    return file.size > (this.#limit ?? Infinity);
  }

  /** Puts files in; what is more than a person can mean is left out. Asks what the account's server takes. */
  async add(account: number, files: Iterable<File>): Promise<void> {
    const added = [...files].slice(0, MOST - this.#items.length).map((file) => ({
      id: (this.#next += 1),
      file,
      // Only what is shown by a decoder of the browser's own, never SVG.
      preview: isPhoto(file) || file.type === 'image/gif' ? URL.createObjectURL(file) : undefined,
      isPhoto: isPhoto(file),
      isOriginal: false,
    }));
    this.#items = [...this.#items, ...added];
    const { service, limit } = await this.#call('files.limit', { account, chat: this.chat });
    this.#service = service;
    this.#limit = limit;
  }

  remove(id: number): void {
    const item = this.#items.find((each) => each.id === id);
    if (item?.preview !== undefined) URL.revokeObjectURL(item.preview);
    this.#items = this.#items.filter((each) => each !== item);
  }

  setOriginal(id: number, isOriginal: boolean): void {
    this.#items = this.#items.map((item) => (item.id === id ? { ...item, isOriginal } : item));
  }

  /**
   * Sends everything in order, the caption behind the last one. What was sent is taken out as it goes; at a refusal the
   * rest stays. @param reply the message that the first one answers @throws Refused
   */
  async send(caption: string, reply?: number, look?: Look): Promise<void> {
    if (!this.canSend) return;
    this.#isSending = true;
    try {
      const isOnlyOne = this.#items.length === 1;
      let answering = reply === undefined ? {} : { reply };
      for (let item = this.#items[0]; item !== undefined; item = this.#items[0]) {
        const isLast = this.#items.length === 1;
        await this.#handIn(item, {
          ...answering,
          ...(look !== undefined && { look }),
          ...(isLast && caption !== '' && { caption }),
          ...(isOnlyOne && item.isPhoto && caption !== '' && { description: caption.slice(0, 1_000) }),
        });
        this.remove(item.id);
        answering = {};
      }
    } finally {
      this.#isSending = false;
    }
  }

  async #handIn(
    { file, isOriginal }: TrayItem,
    words: { caption?: string; description?: string; reply?: number; look?: Look },
  ): Promise<void> {
    const contents = isOriginal ? file : await cleaned(file);
    const thumbnail = await thumbnailOf(contents);
    const { handle } = await this.#call('files.begin', {
      chat: this.chat,
      name: file.name.slice(-1_000),
      size: contents.size,
    });
    try {
      for (let at = 0; at < contents.size; at += PIECE) {
        const bytes = new Uint8Array(await contents.slice(at, at + PIECE).arrayBuffer());
        await this.#call('files.write', { handle, bytes });
      }
      await this.#call('files.send', { handle, ...words, ...(thumbnail !== undefined && { thumbnail }) });
    } catch (failure) {
      await this.#call('files.drop', { handle }).catch(() => undefined); // gone already
      throw failure;
    }
  }
}
