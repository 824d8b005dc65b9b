import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, placedWords, SEARCHABLE, wordsOf } from '../../shared/words.ts';

describe('words', () => {
  test.each([
    ['The quick, brown fox!', 'the quick brown fox'],
    ['don’t e-mail me@home.example', 'don t e mail me home example'],
    ['Café CAFÉ cafe\u0301', 'cafe cafe cafe'],
    ['Straße STRASSE Łódź Ærø', 'strasse strasse lodz aero'],
    ['ΟΔΟΣ οδός', 'οδοσ οδοσ'],
    ['Ёлка и Йод', 'елка и иод'],
    ['İstanbul Iğdır', 'istanbul igdir'],
    ['ＦＵＬＬ ｗｉｄｔｈ ﬁne', 'full width fine'],
    ['東京タワー', '東 京 タ ワ ー'],
    ['ｶﾞｷﾞ ガギ カ', 'ガ ギ ガ ギ カ'],
    ['안녕하세요', '안 녕 하 세 요'],
    ['สวัสดี', 'ส วั ส ดี'],
    ['हिन्दी', 'हिन्दी'],
    ['שָׁלוֹם שלום', 'שלום שלום'],
    ['مُحَمَّد محـــمد', 'محمد محمد'],
    ['👍🏽 👍 👨‍👩‍👧 🇩🇪 ❤️', '👍 👍 👨 👩 👧 🇩 🇪 ❤'],
    ['12.5 €  1️⃣', '12 5 1'],
    ['soft\u00ADhyphen zero\u200Bwidth', 'softhyphen zerowidth'],
    ['?!… — *', ''],
    ['', ''],
    ['\ud800 a\udc00b \0', 'a b'],
  ])('%s', (text, words) => {
    expect(wordsOf(text).join(' ')).toBe(words);
  });

  test('of a long run follow each other', () => {
    expect(wordsOf('x'.repeat(150)).map((word) => word.length)).toEqual([64, 64, 22]);
  });

  test('end somewhere', () => {
    expect(wordsOf('a '.repeat(SEARCHABLE))).toHaveLength(SEARCHABLE / 2);
  });

  /** Texts of all scripts, with marks, joiners and halves of surrogate pairs. */
  const anyText = fc.string({ unit: 'binary', maxLength: 40 });

  test('are the same however the text is normalised, and however it is written large', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const words = wordsOf(text);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'])
          expect(wordsOf(text.normalize(form))).toEqual(words);
      }),
    );
    for (const text of ['École Ärger ÑANDÚ Привет ΑΒΓ', 'straße', 'naïve façade']) {
      expect(wordsOf(text.toUpperCase())).toEqual(wordsOf(text));
    }
  });

  test('have no space, quote or other sign that the index would split at', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const word of wordsOf(text)) {
          expect(word).not.toBe('');
          expect(word).not.toMatch(/[\x00-\x2f\x3a-\x60\x7b-\x7f\uE000]/);
          expect(word.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test('are found again in what they are folded to', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(wordsOf(fold(text))).toEqual(wordsOf(text));
      }),
    );
  });

  test('have their place in the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const placed = placedWords(text);
        expect(placed.map(({ word }) => word)).toEqual(wordsOf(text));
        for (const {
          range: [start, end],
        } of placed) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
    const text = 'Zürich, 東京 Cafe\u0301! Straße';
    expect(placedWords(text).map(({ range }) => text.slice(...range))).toEqual([
      'Zürich',
      '東',
      '京',
      'Cafe\u0301',
      'Straße',
    ]);
  });
});
