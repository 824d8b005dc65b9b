import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  readResultSet,
  writePageRequest,
  writeResultSet,
  type ResultSet,
} from '../../electron/xmpp/xep/xep0059.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { nonEmptyText, overWire, parseXml, shape } from '../support/xml.ts';

const count = fc.nat(1_000_000);

test('read(write(x)) = x', () => {
  // The position is an attribute of the first item's id, so it does not come without one.
  const anySet = shape<ResultSet>({ first: nonEmptyText, last: nonEmptyText, index: count, count }, []).map(
    ({ index, ...rest }): ResultSet =>
      rest.first === undefined || index === undefined ? rest : { ...rest, index },
  );
  fc.assert(
    fc.property(anySet, (set) => {
      expect(readResultSet(overWire(writeResultSet(set)))).toEqual(set);
    }),
  );
});

test('the pages that are asked for (#forwards, #last)', () => {
  expect(serialize(writePageRequest({ max: 10, after: 'peterpan@neverland.lit' }))).toBe(
    '<set xmlns="http://jabber.org/protocol/rsm"><max>10</max><after>peterpan@neverland.lit</after></set>',
  );
  expect(serialize(writePageRequest({ max: 10, before: '' }))).toBe(
    '<set xmlns="http://jabber.org/protocol/rsm"><max>10</max><before/></set>',
  );
});

test('numbers that are none are left out', () => {
  const set = parseXml(
    "<set xmlns='http://jabber.org/protocol/rsm'><first index='-1'>a</first><last>b</last><count>1e9</count></set>",
  );
  expect(readResultSet(set)).toEqual({ first: 'a', last: 'b' });
  expect(readResultSet(parseXml("<set xmlns='urn:x'/>"))).toBeUndefined();
});
