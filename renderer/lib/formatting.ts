/** Puts the marks of Message Styling (XEP-0393) around what is selected in a field, or takes them away again. Pure. */

export const formats = ['strong', 'emphasis', 'strike', 'code', 'quote'] as const;
export type Format = (typeof formats)[number];

const MARKS: Readonly<Record<Exclude<Format, 'quote'>, string>> = {
  strong: '*',
  emphasis: '_',
  strike: '~',
  code: '`',
};
const FENCE = '```';

export interface Selected {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The text with the selection formatted; what is selected afterwards is the same words. */
export function formatted({ text, start, end }: Selected, format: Format): Selected {
  if (format === 'quote') return quoted({ text, start, end });
  const chosen = text.slice(start, end);
  if (chosen.includes('\n')) return format === 'code' ? fenced({ text, start, end }) : { text, start, end };
  const mark = MARKS[format];
  if (text.slice(start - 1, start) === mark && text.slice(end, end + 1) === mark) {
    return {
      text: text.slice(0, start - 1) + chosen + text.slice(end + 1),
      start: start - 1,
      end: end - 1,
    };
  }
  // #span: no whitespace inside of the marks.
  const [before, words, after] = [
    /^\s*/u.exec(chosen)?.[0] ?? '',
    chosen.trim(),
    /\s*$/u.exec(chosen)?.[0] ?? '',
  ];
  const behind = words === '' ? '' : after;
  const from = start + before.length + 1;
  return {
    text: `${text.slice(0, start)}${before}${mark}${words}${mark}${behind}${text.slice(end)}`,
    start: from,
    end: from + words.length,
  };
}

/** Lines of code between lines of marks. */
function fenced({ text, start, end }: Selected): Selected {
  const head = `${start > 0 && text[start - 1] !== '\n' ? '\n' : ''}${FENCE}\n`;
  const tail = `${text[end - 1] === '\n' ? '' : '\n'}${FENCE}${end < text.length && text[end] !== '\n' ? '\n' : ''}`;
  return {
    text: text.slice(0, start) + head + text.slice(start, end) + tail + text.slice(end),
    start: start + head.length,
    end: end + head.length,
  };
}

/** Whole lines become a quotation, or stop being one when all of them are. */
function quoted({ text, start, end }: Selected): Selected {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', end);
  const until = next === -1 ? text.length : next;
  const lines = text.slice(from, until).split('\n');
  const isQuoted = lines.every((line) => line.startsWith('>'));
  const changed = lines.map((line) => (isQuoted ? line.replace(/^> ?/u, '') : `> ${line}`)).join('\n');
  return {
    text: text.slice(0, from) + changed + text.slice(until),
    start: lines.length === 1 && start === end ? from + changed.length : from,
    end: from + changed.length,
  };
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Ctrl or the command key, with Shift for those that the system has a use for without. */
const KEYS: Readonly<Record<string, Format>> = {
  b: 'strong',
  i: 'emphasis',
  'shift x': 'strike',
  'shift c': 'code',
  'shift q': 'quote',
};

/** Ctrl+Shift+S: the message is to be covered. */
export function isSpoilerKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): boolean {
  return (ctrlKey || metaKey) && shiftKey && !altKey && key.toLowerCase() === 's';
}

export function formatFor({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): Format | undefined {
  if ((!ctrlKey && !metaKey) || altKey) return undefined;
  const name = `${shiftKey ? 'shift ' : ''}${key.toLowerCase()}`;
  return Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
}
