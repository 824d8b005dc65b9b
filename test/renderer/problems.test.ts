import { describe, expect, it } from 'vitest';
import { certificateSchema, deliveries, problemCodes, unreadableReasons } from '../../shared/contract.ts';
import en from '../../renderer/i18n/en.json' with { type: 'json' };
import { Language, type MessageKey } from '../../renderer/i18n/language.svelte.ts';
import { failureKey } from '../../renderer/lib/failures.ts';
import { certificateReasons, problemTexts } from '../../renderer/lib/problems.ts';
import { refusalSentence } from '../../renderer/lib/refusals.ts';
import { Refused } from '../../renderer/state/call.ts';

const { t } = new Language(['en']);
const isSentence = (text: string): boolean => /^[A-Z\p{L}].{12,}[.!]$/su.test(text);

describe('every problem of the contract', () => {
  it('is in the table, and nothing else is', () => {
    expect(Object.keys(problemTexts).sort()).toEqual([...problemCodes].sort());
  });

  it.each(problemCodes)('%s has a title, a sentence and a named action', (code) => {
    const { title, sentence, action } = problemTexts[code];
    const host = 'capulet.example';
    expect(t(title, { host })).not.toBe(title);
    expect(isSentence(t(sentence, { host }))).toBe(true);
    expect(t(`problem.action.${action}`)).not.toContain('problem.');
    expect(t(sentence, { host })).not.toMatch(/[{}]/u);
  });

  it('never says which of address and password is wrong', () => {
    const { title, sentence } = problemTexts.credentials;
    expect(`${t(title)} ${t(sentence, { host: 'h' })}`).toMatch(/Address or password/u);
  });

  it('stops where going on would be unsafe', () => {
    expect(problemTexts['weak-authentication'].action).toBe('stop');
    expect(problemTexts['not-authentic'].action).toBe('stop');
    expect(problemTexts.certificate.action).toBe('certificate');
  });
});

it('has words for every reason a certificate is refused', () => {
  expect(Object.keys(certificateReasons).sort()).toEqual(
    [...certificateSchema.entries.reason.options].sort(),
  );
  for (const key of Object.values(certificateReasons)) {
    expect(isSentence(t(key, { host: 'h', from: '1 May', to: '2 May' }))).toBe(true);
  }
});

it('has words for every delivery and every unreadable message', () => {
  for (const delivery of deliveries) expect(t(`delivery.${delivery}`)).not.toContain('delivery.');
  for (const reason of unreadableReasons) expect(isSentence(t(`unreadable.${reason}`))).toBe(true);
});

describe('a refusal', () => {
  it.each([
    [new Refused('not-an-address', ''), /name@server/u],
    [new Refused('wrong-secret', 'detail'), /not right/u],
    [new Refused('something-new', 'the engine’s words'), /the engine’s words/u],
    [new Refused('internal', 'a secret stack'), /^(?!.*secret)/u],
    [new Refused('cannot-connect', '', { code: 'unreachable', host: 'h.example' }), /h\.example/u],
    [new TypeError('undefined is not a function'), /^(?!.*undefined)/u],
    ['thrown string', /Something went wrong/u],
  ])('%s is told in words', (failure, words) => {
    expect(refusalSentence(t, failure)).toMatch(words);
  });
});

it.each(['remote-server-not-found', 'forbidden', 'made-up', '__proto__', 'constructor', undefined])(
  'a message that failed by %s has a reason in words',
  (code) => {
    const key: MessageKey = failureKey(code);
    expect(en[key]).toMatch(/\.$/u);
  },
);
