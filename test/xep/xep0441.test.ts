/** What a server keeps: the document's examples, what only looks like them, and both ways round. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import * as preferences from '../../electron/xmpp/xep/xep0441.ts';
import { damaged, jid, overWire, parseXml, scriptedWire } from '../support/xml.ts';

const any: fc.Arbitrary<preferences.Preferences> = fc.record({
  otherwise: fc.constantFrom('always', 'never', 'roster'),
  always: fc.array(jid, { maxLength: 3 }),
  never: fc.array(jid, { maxLength: 3 }),
});

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(any, (value) => {
      expect(preferences.read(overWire(preferences.write(value)))).toEqual(value);
    }),
  );
});

test('damaged ones do not throw', () => {
  fc.assert(fc.property(damaged(any.map(preferences.write)), (element) => void preferences.read(element)));
});

test('the example of the document (#config)', () => {
  const text = `<prefs xmlns='urn:xmpp:mam:2' default='roster'>
      <always><jid>romeo@montague.lit</jid></always><never><jid>montague@montague.lit</jid><jid>@@</jid></never></prefs>`;
  expect(preferences.read(parseXml(text))).toEqual({
    otherwise: 'roster',
    always: ['romeo@montague.lit'],
    never: ['montague@montague.lit'],
  });
});

test.each(["default='sometimes'", '', "default='ALWAYS'"])(
  'a default that is none says nothing: %s',
  (attribute) => {
    expect(
      preferences.read(parseXml(`<prefs xmlns='urn:xmpp:mam:2' ${attribute}><always/></prefs>`)),
    ).toBeUndefined();
  },
);

test('asks and changes', async () => {
  const kept = (what: string): string =>
    `<iq type='result' id='x'><prefs xmlns='urn:xmpp:mam:2' default='${what}'><always/><never/></prefs></iq>`;
  const wire = scriptedWire(kept('never'), kept('roster'));
  expect(await preferences.askPreferences(wire)).toEqual({ otherwise: 'never', always: [], never: [] });
  const wanted = { otherwise: 'always', always: [], never: [] } as const;
  // The server decides (#config).
  expect(await preferences.askChange(wire, wanted)).toMatchObject({ otherwise: 'roster' });
  expect(wire.asked.map(({ type }) => type)).toEqual(['get', 'set']);
});

test('a server that has no say in it refuses', async () => {
  const wire = scriptedWire(new StanzaError('feature-not-implemented', 'cancel'));
  await expect(preferences.askPreferences(wire)).rejects.toThrow(StanzaError);
});
