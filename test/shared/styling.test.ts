/** Message Styling (XEP-0393 1.1.1): the examples of the document, hostile input, and that nothing is ever lost. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actionOf } from '../../shared/action.ts';
import {
  blocksOf,
  codeOf,
  DEEPEST_QUOTE,
  languageOf,
  sourceOf,
  wordsOf,
  type Block,
  type Span,
} from '../../shared/styling.ts';

/** A short notation for what was read: S(…), E(…), D(…) and C(…) around spans, Q[…] and P[…] around blocks. */
function shape(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'text') return spans(block.spans);
      if (block.kind === 'quote') return `Q[${shape(block.blocks)}]`;
      return `P[${block.info}|${block.lines.join('\n')}${block.isClosed ? '' : '…'}]`;
    })
    .join('¶');
}
const names = { strong: 'S', emphasis: 'E', strike: 'D' } as const;
const spans = (list: readonly Span[]): string =>
  list
    .map((span) =>
      span.kind === 'text'
        ? span.text
        : span.kind === 'code'
          ? `C(${span.text})`
          : `${names[span.kind]}(${spans(span.spans)})`,
    )
    .join('');
const read = (text: string): string => shape(blocksOf(text));

describe('spans', () => {
  test.each([
    // #span
    ['plain span', 'plain span'],
    ['*strong span*', 'S(strong span)'],
    ['plain _emphasis_ plain', 'plain E(emphasis) plain'],
    ['`pre` plain *strong*', 'C(pre) plain S(strong)'],
    ['*strong*plain*', 'S(strong)plain*'],
    ['* plain *strong*', '* plain S(strong)'],
    ['not strong*', 'not strong*'],
    ['*not strong', '*not strong'],
    ['*not \n strong*', '*not \n strong*'],
    ['*not *strong', '*not *strong'],
    ['**', '**'],
    ['***', '***'],
    ['****', '****'],
    ['Two spans, both *alike in dignity*', 'Two spans, both S(alike in dignity)'],
    ['Everyone ~dis~likes cake.', 'Everyone D(dis)likes cake.'],
    ['This is `*monospace*`', 'This is C(*monospace*)'],
    ['This is *`monospace and bold`*', 'This is S(C(monospace and bold))'],
    ['no *formatting\nas spans* may not escape blocks', 'no *formatting\nas spans* may not escape blocks'],
    // After a different opening directive, and what follows a closing one.
    ['*_~all three~_*', 'S(E(D(all three)))'],
    ['_*`x`*_', 'E(S(C(x)))'],
    ['2*3*4 and snake_case_name', '2*3*4 and snake_case_name'],
    ['*a* *b*', 'S(a) S(b)'],
    ['(*not*)', '(*not*)'],
    // "MUST NOT be followed by", "MUST NOT be preceded by a whitespace character": any of Unicode's.
    ['*\u00a0not*', '*\u00a0not*'],
    ['*not\u2003*', '*not\u2003*'],
    ['a\u3000*strong*', 'a\u3000S(strong)'],
    ['*a * b*', 'S(a * b)'],
    ['_*unclosed_', 'E(*unclosed)'],
    ['*cross _over* it_', 'S(cross _over) it_'],
    ['constructor *toString* __proto__', 'constructor S(toString) __proto__'],
  ])('%j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

describe('blocks', () => {
  test.each([
    // #pre-block
    ['```ignored\n(println "Hello")\n```\n\nafter', 'P[ignored|(println "Hello")]¶\nafter'],
    ['> ```\n> (println "Hello")\n\nplaintext', 'Q[P[|(println "Hello")…]]¶\nplaintext'],
    ['```\n*not*\n> not', 'P[|*not*\n> not…]'],
    ['```\na\n``` \n```', 'P[|a\n``` ]'],
    ['a\n```\n```\nb', 'a¶P[|]¶b'],
    [' ```\nno', ' ```\nno'],
    // #quote
    ['> That that is, is.\n\nSaid the old hermit', 'Q[That that is, is.]¶\nSaid the old hermit'],
    [
      '>> That that is, is.\n> Said the old hermit.\n\nWho?',
      'Q[Q[That that is, is.]¶Said the old hermit.]¶\nWho?',
    ],
    ['>*strong*', 'Q[S(strong)]'],
    ['>  two', 'Q[ two]'],
    [' > no', ' > no'],
    ['', ''],
    ['\n', '\n'],
  ])('%j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test('quotations are read seven deep', () => {
    const text = `${'>'.repeat(5_000)} deep`;
    const [outer] = blocksOf(text);
    let depth = 0;
    for (let block = outer; block?.kind === 'quote'; block = block.blocks[0]) depth += 1;
    expect(depth).toBe(DEEPEST_QUOTE);
    expect(sourceOf(blocksOf(text))).toBe(text);
  });

  test('a block of code names its language, or what stands there is part of it', () => {
    const code = (text: string): Extract<Block, { kind: 'code' }> => {
      const [block] = blocksOf(text);
      if (block?.kind !== 'code') throw new Error('not code');
      return block;
    };
    expect([languageOf(code('```c++\nx')), codeOf(code('```c++\nx'))]).toEqual(['c++', 'x']);
    expect([languageOf(code('```all on one line```')), codeOf(code('```all on one line```'))]).toEqual([
      '',
      'all on one line```',
    ]);
    expect(codeOf(code('```word'))).toBe('word');
    expect(codeOf(code('```\nx\n```'))).toBe('x');
  });
});

const words = fc.array(
  fc.constantFrom(
    '*',
    '_',
    '~',
    '`',
    '```',
    '>',
    '> ',
    '\n',
    ' ',
    'a',
    'b c',
    '\u00a0',
    '\u202e',
    '🙂',
    '\r',
    'é',
  ),
  { maxLength: 60 },
);

describe('any text', () => {
  test('nothing is lost or added', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          words.map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          expect(sourceOf(blocksOf(text))).toBe(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('what is left without the marks is in the text, in its order', () => {
    fc.assert(
      fc.property(
        words.map((parts) => parts.join('')),
        (text) => {
          let at = 0;
          for (const character of wordsOf(text)) {
            at = text.indexOf(character, at) + 1;
            expect(at).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  test.each([
    ['stars', '*'.repeat(10_000)],
    ['opening stars', ' *a'.repeat(10_000)],
    ['closing stars', 'a* '.repeat(10_000)],
    ['all marks', ' *a _b ~c `d'.repeat(20_000)],
    ['nested and unclosed', '*_~'.repeat(30_000)],
    ['quotes of quotes', `${'>'.repeat(5_000)}\n`.repeat(20)],
    ['5,000 quoted lines', '> a\n'.repeat(5_000)],
    ['fences', '```\n'.repeat(50_000)],
    ['unclosed fences in quotes', '> ```\nx\n'.repeat(20_000)],
    ['a line of 1 MB', ' *_~`'.repeat(200_000)],
    ['a line of 1 MB without marks', 'a'.repeat(1_000_000)],
  ])('stays linear: %s', (_name, text) => {
    // A quadratic reader would not come back: twice the text must not do four times the work.
    expect(sourceOf(blocksOf(text)) === text).toBe(true);
  });
});

test('/me is an action only in the first four characters (XEP-0245 #handling)', () => {
  expect(actionOf('/me shrugs in disgust')).toBe('shrugs in disgust');
  const others = [
    '/meshrugs',
    "/me's disgusted",
    ' /me shrugs',
    '"/me shrugs"',
    '* Atlas shrugs',
    '/me',
    '/ME x',
  ];
  expect(others.map(actionOf)).toEqual(others.map(() => undefined));
});
