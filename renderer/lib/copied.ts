/** Several messages as text for the clipboard: a line that says when and who, for each. */
import type { MessageRow } from '../../shared/contract.ts';

/** One message is just its words. What cannot be read is left out. */
export function copiedText(
  rows: readonly MessageRow[],
  nameOf: (row: MessageRow) => string,
  locale: string,
): string {
  const readable = rows.filter(
    ({ unreadable, retracted }) => unreadable === undefined && retracted === undefined,
  );
  const [only] = readable;
  if (only !== undefined && readable.length === 1) return only.text;
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' });
  return readable.map((row) => `[${time.format(row.at)}] ${nameOf(row)}: ${row.text}`).join('\n');
}
