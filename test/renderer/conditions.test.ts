/** Every reason that a server can have to say no (RFC 6120 §8.3.3) has a sentence, wherever it is shown. */
import { expect, it } from 'vitest';
import { readCondition, stanzaConditions } from '../../shared/conditions.ts';
import en from '../../renderer/i18n/en.json' with { type: 'json' };
import { Language } from '../../renderer/i18n/language.svelte.ts';
import { conditionTexts } from '../../renderer/lib/conditions.ts';
import { failureKey } from '../../renderer/lib/failures.ts';
import { refusalSentence } from '../../renderer/lib/refusals.ts';
import { Refused } from '../../renderer/state/call.ts';

const { t } = new Language(['en']);

it('knows every condition that the document defines', () => {
  expect(stanzaConditions).toHaveLength(22);
  expect(Object.keys(conditionTexts).sort()).toEqual([...stanzaConditions].sort());
});

it.each(stanzaConditions)('%s', (condition) => {
  const sentence = refusalSentence(t, new Refused('refused', `${condition}: SECRET`, undefined, condition));
  expect(sentence).toBe(en[conditionTexts[condition]]);
  expect(sentence).toMatch(/^\p{Lu}.*\.$/u);
  // Nothing of the protocol, and nothing that the server wrote.
  expect(sentence).not.toMatch(/SECRET|-|stanza|JID|condition/);
  // The same for a message that was not delivered; only the one without a reason has none.
  expect(failureKey(condition) === 'failure.other').toBe(condition === 'undefined-condition');
});

it.each(['', 'odd', '__proto__', 'constructor', 'BAD-REQUEST'])(
  '%j is a reason that nobody defined',
  (name) => {
    expect(readCondition(name)).toBe('undefined-condition');
    expect(failureKey(name)).toBe('failure.other');
  },
);
