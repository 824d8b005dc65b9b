/** Text that comes in pieces of bytes, as lines in portions: for files of which a line is an entry. It knows no file. */

/** Characters of a line: a message has 65,536 at most, each of six when it is escaped; the rest is not ours. */
const LONGEST_LINE = 1_000_000;
/** Lines handed on together, at least, unless there are no more. */
const PORTION = 200;

/**
 * A line ends at a line feed and nowhere else; what follows the last one is a line as well, an empty one as a rule.
 * @throws SyntaxError for what is not UTF-8, and for a line without end
 */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  let lines: string[] = [];
  for await (const piece of pieces) {
    const parts = (rest + decode(decoder, piece, true)).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new SyntaxError('a line without end');
    lines.push(...parts);
    if (lines.length < PORTION) continue;
    yield lines;
    lines = [];
  }
  yield [...lines, rest + decode(decoder, new Uint8Array(), false)];
}

function decode(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw new SyntaxError('not UTF-8'); // the decoder says TypeError, as a bug would
  }
}
