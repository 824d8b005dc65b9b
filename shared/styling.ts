/**
 * Message Styling (XEP-0393, version 1.1.1, https://xmpp.org/extensions/xep-0393.html): a text as blocks and spans.
 * Nothing of a text is lost or added: `sourceOf(blocksOf(text))` is the text. Takes time in proportion to its length,
 * whatever somebody wrote; makes no markup and knows no window.
 */

export type SpanStyle = 'strong' | 'emphasis' | 'strike';

export type Span =
  | { readonly kind: 'text'; readonly text: string }
  /** Between two grave accents; nothing in it is styled (#mono). */
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: SpanStyle; readonly spans: readonly Span[] };

export type Block =
  /** One or more plain lines; no span reaches beyond its line. */
  | { readonly kind: 'text'; readonly spans: readonly Span[] }
  | {
      readonly kind: 'code';
      /** What follows the opening mark on its line, such as the name of a language. */
      readonly info: string;
      readonly lines: readonly string[];
      /** False when the end of the text, or of the quotation, ends it. */
      readonly isClosed: boolean;
    }
  | {
      readonly kind: 'quote';
      /** What was taken off each of its lines: `>` and a whitespace character, if there was one. */
      readonly prefixes: readonly string[];
      readonly blocks: readonly Block[];
    };

/** Quotations in quotations; what is quoted more often is text of the last one. */
export const DEEPEST_QUOTE = 7;

const FENCE = '```';
/** #glossary: the property White_Space, or category Z. */
const SPACE = /[\p{White_Space}\p{Z}]/u;
const STYLES: Readonly<Record<string, SpanStyle | 'code'>> = {
  '*': 'strong',
  _: 'emphasis',
  '~': 'strike',
  '`': 'code',
};
const MARKS: Readonly<Record<SpanStyle | 'code', string>> = {
  strong: '*',
  emphasis: '_',
  strike: '~',
  code: '`',
};

/** The character before and behind a span. */
export const markOf = (kind: SpanStyle | 'code'): string => MARKS[kind];

export function blocksOf(text: string): Block[] {
  return blocksOfLines(text.split('\n'), 0);
}

function blocksOfLines(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let plain: Span[] = [];
  const flush = (): void => {
    if (plain.length > 0) blocks.push({ kind: 'text', spans: plain });
    plain = [];
  };
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    if (line.startsWith(FENCE)) {
      flush();
      const end = lines.indexOf(FENCE, at + 1);
      const until = end === -1 ? lines.length : end;
      blocks.push({
        kind: 'code',
        info: line.slice(FENCE.length),
        lines: lines.slice(at + 1, until),
        isClosed: end !== -1,
      });
      at = until + 1;
    } else if (line.startsWith('>') && depth < DEEPEST_QUOTE) {
      flush();
      let until = at;
      while (lines[until]?.startsWith('>') === true) until += 1;
      const quoted = lines.slice(at, until);
      const prefixes = quoted.map((each) => (SPACE.test(each.charAt(1)) ? each.slice(0, 2) : '>'));
      const inner = quoted.map((each, index) => each.slice(prefixes[index]?.length));
      blocks.push({ kind: 'quote', prefixes, blocks: blocksOfLines(inner, depth + 1) });
      at = until;
    } else {
      if (plain.length > 0) append(plain, '\n');
      else plain.push({ kind: 'text', text: '' });
      for (const span of spansOf(line, 0, line.length)) {
        if (span.kind === 'text') append(plain, span.text);
        else plain.push(span);
      }
      at += 1;
    }
  }
  flush();
  return blocks;
}

function append(spans: Span[], text: string): void {
  const last = spans.at(-1);
  if (last?.kind === 'text') spans[spans.length - 1] = { kind: 'text', text: last.text + text };
  else spans.push({ kind: 'text', text });
}

/**
 * #span: lazily matched from the beginning. Within a span its own mark cannot close anything again, so spans are at most
 * as deep as there are marks, and each level looks at a character once.
 */
function spansOf(line: string, start: number, end: number): Span[] {
  const spans: Span[] = [];
  /** Per mark, the first place that closes it at or behind the last one asked for; `end` for none. */
  const closings = new Map<string, number>();
  const closingOf = (mark: string, from: number): number => {
    let at = closings.get(mark) ?? -1;
    if (at >= from) return at;
    // "MUST NOT be preceded by a whitespace character"
    for (at = from; at < end; at += 1) {
      if (line[at] === mark && !SPACE.test(line.charAt(at - 1))) break;
    }
    closings.set(mark, at);
    return at;
  };
  let plainFrom = start;
  for (let at = start; at < end;) {
    const mark = line.charAt(at);
    const kind = Object.hasOwn(STYLES, mark) ? STYLES[mark] : undefined;
    const closing = kind !== undefined && opens(line, at, start, end) ? closingOf(mark, at + 2) : end;
    if (kind === undefined || closing === end) {
      at += 1;
      continue;
    }
    if (plainFrom < at) spans.push({ kind: 'text', text: line.slice(plainFrom, at) });
    spans.push(
      kind === 'code'
        ? { kind, text: line.slice(at + 1, closing) }
        : { kind, spans: spansOf(line, at + 1, closing) },
    );
    at = closing + 1;
    plainFrom = at;
  }
  if (plainFrom < end) spans.push({ kind: 'text', text: line.slice(plainFrom, end) });
  return spans;
}

/**
 * "At the beginning of the parent block, after a whitespace character, or after a different opening styling directive",
 * and not before whitespace. Two equal ones with nothing in between are none.
 */
function opens(line: string, at: number, start: number, end: number): boolean {
  if (at > start && !SPACE.test(line.charAt(at - 1))) return false;
  const next = at + 1 < end ? line.charAt(at + 1) : '';
  return next !== '' && next !== line.charAt(at) && !SPACE.test(next);
}

// ————— Back to text ———————————————————————————————————————————————————————————————————————————————————————————

/** The text that was read, marks and all. */
export function sourceOf(blocks: readonly Block[]): string {
  return blocks
    .map((block): string => {
      if (block.kind === 'text') return sourceOfSpans(block.spans);
      if (block.kind === 'code') {
        return [FENCE + block.info, ...block.lines, ...(block.isClosed ? [FENCE] : [])].join('\n');
      }
      const lines = sourceOf(block.blocks).split('\n');
      return lines.map((line, index) => (block.prefixes[index] ?? '') + line).join('\n');
    })
    .join('\n');
}

function sourceOfSpans(spans: readonly Span[]): string {
  return spans
    .map((span) => {
      if (span.kind === 'text') return span.text;
      const mark = MARKS[span.kind];
      return mark + (span.kind === 'code' ? span.text : sourceOfSpans(span.spans)) + mark;
    })
    .join('');
}

/** What a text says without its marks, for a line in a list or a notification. */
export function wordsOf(text: string): string {
  return wordsOfBlocks(blocksOf(text));
}

function wordsOfBlocks(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'text') return wordsOfSpans(block.spans);
      return block.kind === 'quote' ? wordsOfBlocks(block.blocks) : codeOf(block);
    })
    .join('\n');
}

function wordsOfSpans(spans: readonly Span[]): string {
  return spans.map((span) => ('text' in span ? span.text : wordsOfSpans(span.spans))).join('');
}

/** The name of a language, when that is what stands behind the opening mark. */
export function languageOf({ info }: Pick<Extract<Block, { kind: 'code' }>, 'info'>): string {
  const word = info.trim();
  return /^[\p{L}\p{N}+#._-]{1,24}$/u.test(word) ? word : '';
}

/** What is to be read in a block of code. Words that somebody wrote behind the opening mark belong to it. */
export function codeOf(block: Extract<Block, { kind: 'code' }>): string {
  const isWord = block.info.trim() === '' || (languageOf(block) !== '' && block.lines.length > 0);
  return [...(isWord ? [] : [block.info]), ...block.lines].join('\n');
}
