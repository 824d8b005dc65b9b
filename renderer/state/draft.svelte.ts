/**
 * The text being typed in one chat: saved through the engine shortly after each pause and when the chat is left, and
 * the typing notice that goes with it. The text is the window's own until it is sent.
 */
import type { MessageRow, Quote } from '../../shared/contract.ts';
import type { Call } from './call.ts';
import { WantedLook } from './look.svelte.ts';

/** Milliseconds of silence before the draft is saved, and before "is typing" is taken back. */
const SAVE_AFTER = 600;
const PAUSED_AFTER = 4_000;

export const LONGEST_MESSAGE = 65_536;
/** Beyond this the remaining room is shown. */
const COUNT_FROM = LONGEST_MESSAGE - 2_000;

export class Draft {
  readonly chat: number;
  readonly look = new WantedLook();
  readonly #call: Call;
  readonly #report: (failure: unknown) => void;
  #text = $state('');
  #saved: string;
  #reply = $state.raw<Quote>();
  #savedReply: number | undefined;
  #focusRequests = $state(0);
  /** The message whose words are being changed, and what was in the field before. */
  #editing = $state.raw<MessageRow>();
  #kept: { readonly text: string; readonly reply: Quote | undefined } | undefined;
  #isTyping = false;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param report is told when a draft could not be saved. */
  constructor(call: Call, chat: number, saved: string, report: (failure: unknown) => void, reply?: Quote) {
    this.#call = call;
    this.chat = chat;
    this.#saved = saved;
    this.#text = saved;
    this.#reply = reply;
    this.#savedReply = reply?.message;
    this.#report = report;
  }

  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    this.#text = text;
    this.#setTyping(text.trim() !== '');
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => void this.save(), SAVE_AFTER);
  }

  /**
   * Takes the draft the engine has: the row the chat was opened with may have been older, and a link or another window
   * may set it later. What the person has typed since the last save comes first and is left alone.
   */
  adopt(saved: string, reply?: Quote): void {
    if (this.#kept !== undefined) return;
    if (this.#reply?.message === this.#savedReply) {
      this.#reply = reply;
      this.#savedReply = reply?.message;
    }
    if (this.#text !== this.#saved) return;
    this.#saved = saved;
    this.#text = saved;
  }

  /** The message that is being answered. */
  get reply(): Quote | undefined {
    return this.#reply;
  }
  /** Puts somebody's name into what is being written, and goes on there. */
  mention(nick: string): void {
    const before = this.#text.trimEnd();
    this.text = before === '' ? `${nick}: ` : `${before} ${nick} `;
    this.#focusRequests += 1;
  }

  /** Counts up each time that somebody wants to go on in the field. */
  get focusRequests(): number {
    return this.#focusRequests;
  }

  /** The message whose words are being changed. */
  get editing(): MessageRow | undefined {
    return this.#editing;
  }

  /** The field holds the words of a message now; what was in it is back afterwards. */
  edit(row: MessageRow): void {
    this.#kept ??= { text: this.#text, reply: this.#reply };
    this.#editing = row;
    this.#text = row.text;
    this.#reply = undefined;
    this.#focusRequests += 1;
  }

  /** Leaves the message as it was. */
  stopEditing(): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    this.#kept = undefined;
    this.#editing = undefined;
    this.#text = kept.text;
    this.#reply = kept.reply;
    this.#focusRequests += 1;
    this.#setTyping(false);
  }

  /** What is written answers this message, or none. */
  answer(reply: Quote | undefined): void {
    this.stopEditing();
    this.#reply = reply;
    this.#focusRequests += 1;
    void this.save();
  }

  /** Characters still allowed, once it matters; negative when the message is too long. */
  readonly room = $derived.by(() =>
    this.#text.length > COUNT_FROM ? LONGEST_MESSAGE - this.#text.length : undefined,
  );
  readonly canSend = $derived.by(() => this.#text.trim() !== '' && this.#text.length <= LONGEST_MESSAGE);

  /** Sends and empties the field; puts the text back when the engine refuses. @throws Refused */
  async send(): Promise<void> {
    if (!this.canSend) return;
    if (this.#editing !== undefined) {
      await this.#change(this.#editing);
      return;
    }
    const text = this.#text;
    const reply = this.#reply;
    const look = this.look.take();
    this.#text = '';
    this.#reply = undefined;
    this.#setTyping(false);
    clearTimeout(this.#saveTimer);
    try {
      const answering = reply?.message === undefined ? {} : { reply: reply.message };
      await this.#call('messages.send', {
        chat: this.chat,
        text: text.trim(),
        ...answering,
        ...(look !== undefined && { look }),
      });
    } catch (failure) {
      this.#reply ??= reply;
      this.look.restore(look);
      // Typed on meanwhile: both are kept.
      this.#text = this.#text === '' ? text : `${text}\n${this.#text}`;
      throw failure;
    } finally {
      await this.save();
    }
  }

  /** Says the other words; while nobody has the message, in its place. @throws Refused */
  async #change(row: MessageRow): Promise<void> {
    const text = this.#text.trim();
    this.stopEditing();
    if (text === row.text) return;
    const isOut = row.delivery !== 'queued' && row.delivery !== 'failed';
    try {
      await this.#call(isOut ? 'messages.correct' : 'messages.edit', { message: row.id, text });
    } catch (failure) {
      if (this.#kept === undefined) {
        this.edit(row);
        this.#text = text;
      }
      throw failure;
    }
  }

  /** Takes the text out, for something else to say it; `giveBack` when that did not work. */
  take(): string {
    const text = this.#text.trim();
    this.text = '';
    return text;
  }

  giveBack(text: string): void {
    if (text !== '') this.text = this.#text === '' ? text : `${text}\n${this.#text}`;
  }

  async save(): Promise<void> {
    clearTimeout(this.#saveTimer);
    const { text, reply: answered } = this.#kept ?? { text: this.#text, reply: this.#reply };
    const reply = answered?.message;
    if (text === this.#saved && reply === this.#savedReply) return;
    const savedReply = this.#savedReply;
    this.#savedReply = reply;
    try {
      const answering = reply === savedReply ? {} : { reply: reply ?? 0 };
      await this.#call('chats.setDraft', { chat: this.chat, text, ...answering });
      this.#saved = text;
    } catch (failure) {
      this.#savedReply = savedReply;
      this.#report(failure);
    }
  }

  /** The chat is left: saves at once and takes the typing notice back. */
  close(): void {
    this.#setTyping(false);
    void this.save();
  }

  #setTyping(isTyping: boolean): void {
    clearTimeout(this.#pauseTimer);
    if (isTyping) this.#pauseTimer = setTimeout(() => this.#setTyping(false), PAUSED_AFTER);
    if (isTyping === this.#isTyping) return;
    this.#isTyping = isTyping;
    // A lost typing notice is not worth a word to anybody; the engine logs it.
    this.#call('chats.setTyping', { chat: this.chat, isTyping }).catch(() => undefined);
  }
}
