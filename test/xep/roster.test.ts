import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as roster from '../../electron/xmpp/xep/roster.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { bare, bareJid, nonEmptyText, overWire, parseXml, scriptedWire, text } from '../support/xml.ts';

const anyItem: fc.Arbitrary<roster.RosterItem> = fc.record({
  address: bareJid,
  name: text,
  subscription: fc.constantFrom('none', 'to', 'from', 'both', 'remove'),
  asking: fc.boolean(),
  groups: fc.uniqueArray(nonEmptyText, { maxLength: 3 }),
});

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(anyItem, (item) => {
      expect(roster.readRosterItem(overWire(roster.writeRosterItem(item)))).toEqual(item);
    }),
  );
});

test('a roster (RFC 6121 §2.1.4)', async () => {
  const wire = scriptedWire(
    `<iq type='result' id='hu2bac18'><query xmlns='jabber:iq:roster' ver='ver11'>
       <item jid='Romeo@example.net' name='Romeo' subscription='both'><group>Friends</group><group>Friends</group></item>
       <item jid='mercutio@example.com' name='Mercutio' subscription='from' ask='subscribe'/>
       <item jid='benvolio@example.org' subscription='sideways'/>
       <item jid='romeo@example.net' subscription='to'/>
       <item jid='ghost@example.org' subscription='remove'/>
       <item jid='icq.example.org/registered'/><item jid='a@b@c'/><item/>
     </query></iq>`,
  );
  expect(await roster.askRoster(wire, 'ver7')).toEqual({
    version: 'ver11',
    items: [
      { address: 'romeo@example.net', name: '', subscription: 'to', asking: false, groups: [] },
      { address: 'mercutio@example.com', name: 'Mercutio', subscription: 'from', asking: true, groups: [] },
      { address: 'benvolio@example.org', name: '', subscription: 'none', asking: false, groups: [] },
    ],
  });
  expect(wire.asked.map(({ payload }) => serialize(payload))).toEqual([
    '<query xmlns="jabber:iq:roster" ver="ver7"/>',
  ]);
});

test('an empty reply says that nothing changed, but only to who knew something', async () => {
  expect(await roster.askRoster(scriptedWire("<iq type='result'/>"), 'ver7')).toBe('unchanged');
  expect(await roster.askRoster(scriptedWire("<iq type='result'/>"))).toEqual({ items: [] });
  const empty = "<iq type='result'><query xmlns='jabber:iq:roster'/></iq>";
  expect(await roster.askRoster(scriptedWire(empty), 'ver7')).toEqual({ items: [] });
});

test.each([
  [
    'one item',
    "<iq type='set'><query xmlns='jabber:iq:roster' ver='v'><item jid='bob@b.test' name='Bob'/></query></iq>",
    {
      version: 'v',
      item: { address: 'bob@b.test', name: 'Bob', subscription: 'none', asking: false, groups: [] },
    },
  ],
  ['none', "<iq type='set'><query xmlns='jabber:iq:roster'/></iq>", undefined],
  [
    'two items',
    "<iq type='set'><query xmlns='jabber:iq:roster'><item jid='a@a.test'/><item jid='b@b.test'/></query></iq>",
    undefined,
  ],
  [
    'a result',
    "<iq type='result'><query xmlns='jabber:iq:roster'><item jid='a@a.test'/></query></iq>",
    undefined,
  ],
  [
    'another query',
    "<iq type='set'><query xmlns='jabber:iq:private'><item jid='a@a.test'/></query></iq>",
    undefined,
  ],
])('a push with %s', (_what, iq, push) => {
  expect(roster.readRosterPush(parseXml(iq))).toEqual(push);
});

test('what is asked for to change the roster', async () => {
  const wire = scriptedWire("<iq type='result'/>", "<iq type='result'/>");
  const bob = bare('bob@b.test');
  await roster.setContact(wire, { address: bob, name: 'Bob & "Co"', groups: ['Work'] });
  await roster.removeContact(wire, bob);
  expect(wire.asked.map(({ type, to, payload }) => [type, to, serialize(payload)])).toEqual([
    [
      'set',
      undefined,
      '<query xmlns="jabber:iq:roster"><item jid="bob@b.test" name="Bob &amp; &quot;Co&quot;"><group>Work</group></item></query>',
    ],
    [
      'set',
      undefined,
      '<query xmlns="jabber:iq:roster"><item jid="bob@b.test" subscription="remove"/></query>',
    ],
  ]);
});
