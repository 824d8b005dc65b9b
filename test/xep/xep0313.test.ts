/** The archive's codec against the specification's examples, and against what only looks like them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import * as mam from '../../electron/xmpp/xep/xep0313.ts';
import { serialize, stanza, xml } from '../../electron/xmpp/xml.ts';
import { damaged, jid, overWire, parseXml, scriptedWire, shape, text, time } from '../support/xml.ts';

const id = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
const anyResult: fc.Arbitrary<mam.ArchiveResult> = shape<mam.ArchiveResult>(
  {
    queryId: id,
    id,
    forwarded: fc.tuple(jid, text, time).map(([from, body, at]) => ({
      message: overWire(stanza('message', { from }, xml('body', 'jabber:client', {}, body))),
      delay: { from, at },
    })),
  },
  ['queryId', 'id'],
);

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(anyResult, (result) => {
      const outer = overWire(stanza('message', {}, mam.writeResult(result)));
      expect(mam.isResult(outer)).toBe(true);
      expect(mam.readResult(outer)).toEqual(result);
    }),
  );
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), id, (isComplete, isStable, last) => {
      const fin = { isComplete, isStable, set: { last } };
      expect(mam.readFin(overWire(mam.writeFin(fin)))).toEqual(fin);
    }),
  );
});

test('damaged results do not throw', () => {
  fc.assert(
    fc.property(damaged(anyResult.map((each) => stanza('message', {}, mam.writeResult(each)))), (element) => {
      mam.isResult(element);
      mam.readResult(element);
    }),
  );
});

const inner =
  "<message xmlns='jabber:client' from='witch@shakespeare.lit' to='macbeth@shakespeare.lit'><body>Hail to thee</body></message>";
const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>${inner}</forwarded>`;
const result = (attributes: string, content: string): string =>
  `<message id='aeb213' to='juliet@capulet.lit/chamber'><result xmlns='urn:xmpp:mam:2' ${attributes}>${content}</result></message>`;

describe('results', () => {
  test('the example of the specification (#query)', () => {
    const read = mam.readResult(parseXml(result("queryid='f27' id='28482-98726-73623'", forwarded)));
    expect(read).toMatchObject({
      queryId: 'f27',
      id: '28482-98726-73623',
      forwarded: { delay: { at: Date.UTC(2010, 6, 10, 23, 8, 25) } },
    });
    expect(serialize(read?.forwarded?.message ?? xml('none', ''))).toContain('Hail to thee');
  });

  test('a message that was taken out keeps its place (#archives_deletion)', () => {
    const empty = "<forwarded xmlns='urn:xmpp:forward:0'/>";
    expect(mam.readResult(parseXml(result("queryid='q' id='i'", empty)))).toEqual({ queryId: 'q', id: 'i' });
  });

  test.each([
    ['no query', result("id='i'", forwarded)],
    ['no id', result("queryid='q'", forwarded)],
    ['an empty id', result("queryid='q' id=''", forwarded)],
    ['an endless id', result(`queryid='q' id='${'i'.repeat(2_000)}'`, forwarded)],
    [
      'two results',
      `<message>${result("queryid='q' id='i'", forwarded)
        .replace(/^<message[^>]*>|<\/message>$/g, '')
        .repeat(2)}</message>`,
    ],
  ])('none: %s, and yet it pretends to be one', (_what, message) => {
    const element = parseXml(message);
    expect(mam.readResult(element)).toBeUndefined();
    expect(mam.isResult(element)).toBe(true);
  });

  test('a result of another version is none', () => {
    const element = parseXml(result("queryid='q' id='i'", forwarded).replace('mam:2', 'mam:1'));
    expect(mam.isResult(element)).toBe(false);
  });
});

describe('the end of a page', () => {
  const read = (attributes: string): mam.Fin | undefined =>
    mam.readFin(
      parseXml(
        `<fin xmlns='urn:xmpp:mam:2' ${attributes}><set xmlns='http://jabber.org/protocol/rsm'><first index='0'>a</first><last>b</last><count>20</count></set></fin>`,
      ),
    );
  test('more to come, unless it says otherwise', () => {
    const set = { first: 'a', last: 'b', index: 0, count: 20 };
    expect(read('')).toEqual({ isComplete: false, isStable: true, set });
    expect(read("complete='true'")).toEqual({ isComplete: true, isStable: true, set });
    expect(read("complete='1' stable='false'")).toEqual({ isComplete: true, isStable: false, set });
    expect(read("complete='yes'")).toMatchObject({ isComplete: false });
  });
});

describe('asking', () => {
  test('for a page behind an id, from a time on', async () => {
    const wire = scriptedWire(
      "<iq type='result' id='x'><fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'/></fin></iq>",
    );
    const query = { queryId: 'q', page: { max: 10, after: 'z' }, start: Date.UTC(2010, 7, 7) };
    expect(await mam.askPage(wire, undefined, query)).toMatchObject({ isComplete: true });
    expect(wire.asked[0]).toMatchObject({ type: 'set' });
    expect(wire.asked[0]).not.toHaveProperty('to');
    expect(wire.asked[0] && serialize(wire.asked[0].payload)).toBe(
      '<query xmlns="urn:xmpp:mam:2" queryid="q"><x xmlns="jabber:x:data" type="submit">' +
        '<field var="FORM_TYPE" type="hidden"><value>urn:xmpp:mam:2</value></field>' +
        '<field var="start"><value>2010-08-07T00:00:00.000Z</value></field></x>' +
        '<set xmlns="http://jabber.org/protocol/rsm"><max>10</max><after>z</after></set></query>',
    );
  });

  test('an answer that is none, and one that says no', async () => {
    const query = { queryId: 'q', page: { max: 10, before: '' } };
    const wire = scriptedWire("<iq type='result' id='x'/>", new StanzaError('item-not-found', 'cancel'));
    expect(await mam.askPage(wire, 'room@muc.a.test', query)).toBeUndefined();
    expect(wire.asked[0]).toMatchObject({ to: 'room@muc.a.test' });
    await expect(mam.askPage(wire, undefined, query)).rejects.toThrow('item-not-found');
  });
});
