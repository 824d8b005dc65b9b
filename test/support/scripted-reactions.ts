/** The part of a scripted port that has to do with reactions. */
import type { AccountRow, Change, MessageRow, ReactionRow, ReactionsRow } from '../../shared/contract.ts';
import type { Answers } from './scripted-port.ts';

interface Surroundings {
  readonly messages: () => readonly MessageRow[];
  readonly accounts: () => readonly AccountRow[];
  readonly announce: (...changes: readonly Change[]) => void;
}

export class ScriptedReactions {
  readonly #around: Surroundings;
  readonly #rows = new Map<number, ReactionsRow>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Those about the messages of a chat, as a page brings them. */
  of(chat: number): { reactions?: ReactionsRow[] } {
    const rows = [...this.#rows.values()].filter((row) => row.chat === chat);
    return rows.length === 0 ? {} : { reactions: rows };
  }

  /** Somebody says all that they feel about a message; without a sender it is us. */
  say(id: number, emojis: readonly string[], more: Partial<ReactionRow> = {}): void {
    const message = this.#around.messages().find((each) => each.id === id);
    const own = this.#around.accounts().find((each) => each.id === message?.account)?.address;
    if (message === undefined || own === undefined) return;
    const sender = more.sender ?? own;
    const others = this.#rows.get(id)?.reactions.filter((each) => each.sender !== sender) ?? [];
    const said: ReactionRow = {
      sender,
      isOwn: sender === own,
      emojis: [...emojis],
      at: message.at + 60_000,
      encryption: message.encryption,
      ...more,
    };
    const row = {
      chat: message.chat,
      message: id,
      reactions: emojis.length === 0 ? others : [...others, said],
    };
    this.#rows.set(id, row);
    this.#around.announce({ put: 'reactions', row });
  }

  readonly answers = {
    'messages.react': ({ message, emojis }) => {
      this.say(message, emojis);
      return {};
    },
  } satisfies Answers;
}
