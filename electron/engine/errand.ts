/**
 * Errands: what we say about an earlier message, such as a reaction. An errand is a row of the outbox before it is a
 * stanza, like a message: composed when it leaves, in its place among what its chat has to send, encrypted or not sent,
 * and sent again with the same id until the server has it. Here is what any of them has; each kind has its own file.
 */
import * as v from 'valibot';
import type { Change } from '../../shared/contract.ts';
import { id } from '../../shared/parts.ts';
import type { ChatRecord } from '../store/chats.ts';
import * as outbox from '../store/outbox.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';

/** What can be said. A target is the id of a message's row: what others know it by may change until it has left. */
export const errandSchema = v.variant('kind', [
  /** All our reactions to a message; none takes back what was said before. */
  v.strictObject({ kind: v.literal('reactions'), target: id, emojis: v.array(v.string()) }),
  /** Other words for a message of ours: the version of it with this key. */
  v.strictObject({ kind: v.literal('correction'), target: id, key: v.string() }),
  /** A message of ours is taken back. */
  v.strictObject({ kind: v.literal('retraction'), target: id }),
]);
export type Errand = v.InferOutput<typeof errandSchema>;
export type ErrandOf<K extends Errand['kind']> = Extract<Errand, { kind: K }>;

/** An errand on its way. */
const carriedSchema = v.strictObject({
  /** The id of its stanza, whenever and however often it leaves. */
  stanzaId: v.string(),
  /** When it was said, in milliseconds. */
  at: v.number(),
  errand: errandSchema,
});
export type Carried = v.InferOutput<typeof carriedSchema>;

/** What an errand says when it leaves. */
export interface Statement {
  /** What it is: inside of the encryption, or as it stands in a chat that has none. */
  readonly elements: readonly Element[];
  /** Words in the same place, for programs that do not know the elements. */
  readonly text?: string;
  /**
   * For devices that have only the older protocol of OMEMO, which encrypts nothing but text. Absent: they are told
   * `text`, and nothing where that is absent as well.
   */
  readonly older?: {
    readonly text: string;
    /** Stands outside and is read by everybody on the way: references, never words or what stands for them. */
    readonly outside?: readonly Element[];
  };
  /** Programs without the extension show it as a message: others may refer to it by an origin id. */
  readonly isReferable?: true;
  /** What it is about was encrypted: in clear it does not leave, whatever its chat has become since. */
  readonly isConfidential: boolean;
}

/** Our server has it; or it will never arrive, for a reason in the contract's words and perhaps the server's. */
export type Outcome = 'sent' | { readonly code: string; readonly detail?: string };

/** What each kind of errand brings. */
export interface ErrandKind<E extends Errand> {
  /** What it says now; `undefined` when there is nothing to say any more, because its target is gone. */
  state(account: Account, chat: ChatRecord, errand: E): Statement | undefined;
  /**
   * Hears what became of a stanza, inside a transaction; perhaps twice, because a server may take what another refuses.
   * @returns whether it knows an errand of this id
   */
  settle(account: Account, chat: number, stanzaId: string, outcome: Outcome, changes: Change[]): boolean;
}

/** Sends an errand after all that its chat has to send already; to be followed by a flush of the outbox. */
export function enqueueErrand(account: Account, chat: number, carried: Carried): void {
  outbox.enqueue(account.profile.database, { account: account.id, chat, errand: carried });
}

/** The errand of a row of the outbox; `undefined` when it has none, or one of another version of this program. */
export function errandIn({ errand }: outbox.OutboxRecord): Carried | undefined {
  const read = v.safeParse(carriedSchema, errand);
  return read.success ? read.output : undefined;
}

/**
 * Takes out what waits to be said about a message, or about any of a chat. Runs inside a transaction.
 * @param which only such errands; all when absent
 * @returns how many are left behind of those that were meant, because they may be on their way
 */
export function withdrawErrands(
  account: Account,
  chat: number,
  which: (errand: Errand) => boolean = () => true,
): number {
  const { database } = account.profile;
  const meant = outbox.listErrands(database, account.id, chat).filter((row) => {
    const carried = errandIn(row);
    return carried === undefined || which(carried.errand);
  });
  const waiting = meant.filter(({ stanza }) => stanza === undefined);
  for (const { id: row } of waiting) outbox.removeRow(database, row);
  return meant.length - waiting.length;
}
