/** To whom something can be forwarded: the chats of all accounts, the last one used first, then contacts without one. */
import type { ChatRow, ContactRow } from '../../shared/contract.ts';

export interface Target {
  readonly key: string;
  readonly account: number;
  readonly address: string;
  readonly name: string;
  /** Absent: it has to be opened first. */
  readonly chat?: number;
}

/** @param query words that have to begin a word of the name or stand in the address; empty for all */
export function targetsFor(
  query: string,
  chats: readonly ChatRow[],
  contacts: readonly ContactRow[],
  nameOf: (account: number, address: string) => string,
): Target[] {
  const keyOf = (account: number, address: string): string => `${String(account)} ${address}`;
  const targets = new Map<string, Target>();
  for (const { id: chat, account, address } of chats) {
    const key = keyOf(account, address);
    targets.set(key, { key, account, address, name: nameOf(account, address), chat });
  }
  for (const { account, address } of contacts) {
    const key = keyOf(account, address);
    if (!targets.has(key)) targets.set(key, { key, account, address, name: nameOf(account, address) });
  }
  const words = fold(query).split(/\s+/u).filter(Boolean);
  return [...targets.values()].filter(({ name, address }) => {
    const all = ` ${fold(name)} ${fold(address)}`;
    return words.every((word) => all.includes(` ${word}`) || fold(address).includes(word));
  });
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
