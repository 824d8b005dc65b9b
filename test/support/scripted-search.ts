/** What the engine would find in the small world of a scripted Port. */
import type { Input, MessageRow, Output } from '../../shared/contract.ts';
import { rangesOf, snippetOf } from '../../shared/highlight.ts';
import { readQuery } from '../../shared/query.ts';

export function searchWorld(
  messages: readonly MessageRow[],
  input: Input<'search.messages'>,
): Output<'search.messages'> {
  const {
    text,
    chat,
    account,
    sender,
    isOutgoing,
    from = 0,
    until = Infinity,
    has = [],
    before = Infinity,
    limit,
  } = input;
  const { phrases } = readQuery(text);
  const all = messages
    .filter((row) => row.id < before && row.at >= from && row.at < until)
    .filter((row) => chat === undefined || row.chat === chat)
    .filter((row) => account === undefined || row.account === account)
    .filter((row) => sender === undefined || row.sender === sender)
    .filter((row) => isOutgoing === undefined || row.isOutgoing === isOutgoing)
    .filter((row) => has.every((trait) => trait === 'link' && /https?:/u.test(row.text)))
    .filter((row) => phrases.every((phrase) => rangesOf(row.text, [phrase]).length > 0))
    .sort((a, b) => b.id - a.id);
  const hits = all.slice(0, limit).map((row) => {
    const { snippet, ranges } = snippetOf(row.text, phrases);
    return {
      message: row.id,
      account: row.account,
      chat: row.chat,
      isOutgoing: row.isOutgoing,
      sender: row.sender,
      at: row.at,
      snippet,
      ranges: ranges.map(([start, end]): [number, number] => [start, end]),
    };
  });
  const last = hits.at(-1);
  return { hits, ...(all.length > limit && last !== undefined && { next: last.message }) };
}
