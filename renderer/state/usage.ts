/** What the settings show of the room that everything takes: sums over what the engine counted. Pure. */
import type { Output } from '../../shared/contract.ts';

export type Usage = Output<'storage.measure'>;

export interface UsageSums {
  readonly messages: number;
  readonly index: number;
  readonly files: number;
  readonly pictures: number;
  readonly free: number;
  /** Of the database: what is none of the others. Lengths are less than pages, so this is never below zero. */
  readonly rest: number;
}

export interface AccountUsage {
  readonly account: number;
  readonly bytes: number;
}

/** @returns bytes, by what they are for; together they are all that the profile takes */
export function sumsOf({ database, free, index, pictures, chats }: Usage): UsageSums {
  const messages = chats.reduce((sum, chat) => sum + chat.messageBytes, 0);
  const files = chats.reduce((sum, chat) => sum + chat.fileBytes, 0);
  const rest = Math.max(0, database - messages - index - pictures - free);
  return { messages, index, files, pictures, free, rest };
}

type ChatAmounts = Usage['chats'][number];
export const bytesOf = ({ messageBytes, indexBytes, fileBytes }: ChatAmounts): number =>
  messageBytes + indexBytes + fileBytes;

/** The chats with what they take, the largest first. */
export function largestFirst(chats: Usage['chats']): ChatAmounts[] {
  return chats.toSorted((a, b) => bytesOf(b) - bytesOf(a));
}

/** What the chats of each account take, the largest first. */
export function byAccount(chats: Usage['chats']): AccountUsage[] {
  const sums = new Map<number, number>();
  for (const chat of chats) sums.set(chat.account, (sums.get(chat.account) ?? 0) + bytesOf(chat));
  return [...sums].map(([account, bytes]) => ({ account, bytes })).sort((a, b) => b.bytes - a.bytes);
}
