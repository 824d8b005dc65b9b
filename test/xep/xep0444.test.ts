import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NS, readReactions, writeReactions } from '../../electron/xmpp/xep/xep0444.ts';
import { stanza } from '../../electron/xmpp/xml.ts';
import { readReaction } from '../../shared/reaction.ts';
import { damaged, nonEmptyText, overWire, parseXml } from '../support/xml.ts';

const message = (content: string): ReturnType<typeof parseXml> =>
  parseXml(`<message xmlns='jabber:client'>${content}</message>`);
const reactions = (...emojis: string[]): string =>
  `<reactions id='744f6e18' xmlns='${NS}'>${emojis.map((each) => `<reaction>${each}</reaction>`).join('')}</reactions>`;
const read = (content: string): unknown => readReactions(message(content));

test('reads the examples of the specification', () => {
  expect(read(`${reactions('👋', '🐢')}<store xmlns="urn:xmpp:hints"/>`)).toEqual({
    target: '744f6e18',
    emojis: ['👋', '🐢'],
  });
  expect(read(reactions())).toEqual({ target: '744f6e18', emojis: [] });
  expect(
    read(`<body>👋</body><fallback xmlns='urn:xmpp:fallback:0' for='${NS}'/>${reactions('👋')}`),
  ).toEqual({ target: '744f6e18', emojis: ['👋'], hasStandIn: true });
});

describe('hostile', () => {
  test.each([
    ['no element', '<body>👍</body>'],
    ['two of them (#rules)', reactions('👍') + reactions('👎')],
    ['no target', `<reactions xmlns='${NS}'><reaction>👍</reaction></reactions>`],
    ['an empty target', `<reactions id='' xmlns='${NS}'><reaction>👍</reaction></reactions>`],
    [
      'a giant target',
      `<reactions id='${'x'.repeat(5_000)}' xmlns='${NS}'><reaction>👍</reaction></reactions>`,
    ],
    [
      'another namespace',
      `<reactions id='1' xmlns='urn:xmpp:reactions:1'><reaction>👍</reaction></reactions>`,
    ],
  ])('%s', (_name, content) => {
    expect(read(content)).toBeUndefined();
  });

  test.each([
    ['twice the same', ['👍', '👍', '❤', '❤️'], ['👍', '❤️']],
    ['a novel', ['It was the best of times, it was the worst of times'], []],
    ['two emojis in one', ['👍👎'], []],
    ['marks upon marks', [`a${'\u0301'.repeat(30)}`, `👍${'\u0301'.repeat(30)}`], []],
    ['what turns the direction', ['\u202Egnp.', '\u2067x', 'a\u200Fb'], []],
    ['nothing to see', ['', ' ', '\u200B', '\u2060', '\uFE0F', '\u00AD'], []],
    ['lines', ['a&#xA;b', 'a\u2028b'], []],
    ['markup', ['&lt;img src=x onerror=alert(1)&gt;'], []],
    ['more than anybody feels', Array.from({ length: 40 }, (_, index) => `:${index}`), undefined],
    ['words as gateways send them', [':+1:', '+1', 'LOL', '1', '#'], [':+1:', '+1', 'LOL', '1', '#']],
    [
      'long sequences, digits in boxes and flags',
      ['👩🏽‍❤️‍💋‍👨🏿', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🇪🇺', '🏳️‍🌈'],
      ['👩🏽‍❤️‍💋‍👨🏿', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🇪🇺', '🏳️‍🌈'],
    ],
  ])('%s', (_name, emojis, expected) => {
    const found = readReactions(message(reactions(...emojis)))?.emojis;
    if (expected === undefined) expect(found).toHaveLength(16);
    else expect(found).toEqual(expected);
  });

  test('damaged elements do not throw', () => {
    const written = fc
      .record({ target: nonEmptyText, emojis: fc.array(fc.string({ unit: 'grapheme' })) })
      .map((value) => stanza('message', {}, writeReactions(value)));
    fc.assert(
      fc.property(damaged(written), (element) => {
        for (const emoji of readReactions(element)?.emojis ?? []) expect(readReaction(emoji)).toBe(emoji);
      }),
    );
  });
});

test('read(write(x)) = x', () => {
  const emojis = fc.uniqueArray(fc.constantFrom('👍', '❤️', '🏳️‍🌈', ':+1:', '👋🏿'));
  fc.assert(
    fc.property(fc.record({ target: nonEmptyText, emojis }), (value) => {
      expect(readReactions(overWire(stanza('message', {}, writeReactions(value))))).toEqual(value);
    }),
  );
});
