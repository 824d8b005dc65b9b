/** Answers to messages: what can be answered, and how a quote is called. Pure. */
import type { MessageRow, Quote } from '../../shared/contract.ts';

/** Only what others have can be answered, and what says something. */
export function isAnswerable({ delivery, unreadable, retracted, call }: MessageRow): boolean {
  const isOut = delivery !== 'queued' && delivery !== 'failed';
  return isOut && unreadable === undefined && retracted === undefined && call === undefined;
}

const LONGEST = 200;

/** A message as a quote of it: what is covered stays so. */
export function quoteOf({ id, sender, text, spoiler }: MessageRow): Quote {
  return {
    message: id,
    sender,
    ...(spoiler === undefined && { text: [...text].slice(0, LONGEST).join('') }),
  };
}

/** The message with the focus inside these rows; else the newest that can be answered, others' before ours. */
export function toAnswer(rows: readonly MessageRow[], focused: number | undefined): MessageRow | undefined {
  const chosen = rows.find(({ id }) => id === focused);
  if (chosen !== undefined) return isAnswerable(chosen) ? chosen : undefined;
  return rows.findLast((row) => isAnswerable(row) && !row.isOutgoing) ?? rows.findLast(isAnswerable);
}
