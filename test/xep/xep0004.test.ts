import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formIn, readForm, writeForm, type Form } from '../../electron/xmpp/xep/xep0004.ts';
import { nonEmptyText, overWire, parseXml, shape, text } from '../support/xml.ts';

const anyForm: fc.Arbitrary<Form> = shape<Form>(
  {
    type: fc.constantFrom('form', 'submit', 'result', 'cancel'),
    formType: nonEmptyText,
    fields: fc
      .uniqueArray(
        fc.tuple(
          text.filter((name) => name !== 'FORM_TYPE'),
          fc.array(text, { maxLength: 3 }),
        ),
        {
          maxLength: 4,
          selector: ([name]) => name,
        },
      )
      .map((fields) => new Map(fields)),
  },
  ['type', 'fields'],
);

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(anyForm, (form) => {
      expect(readForm(overWire(writeForm(form)))).toEqual(form);
    }),
  );
});

test('fields by name; of two with one name the first counts', () => {
  const parent = parseXml(`<query><x xmlns='jabber:x:data' type='result'>
    <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
    <field var='ip_version'><value>ipv4</value><value>ipv6</value></field>
    <field var='ip_version'><value>none</value></field>
    <field type='fixed'><value>A heading</value></field>
    <field var='__proto__'/>
  </x></query>`);
  expect(formIn(parent)).toEqual({
    type: 'result',
    formType: 'urn:xmpp:dataforms:softwareinfo',
    fields: new Map([
      ['ip_version', ['ipv4', 'ipv6']],
      ['__proto__', []],
    ]),
  });
});

test('a form without a known type is none', () => {
  expect(readForm(parseXml("<x xmlns='jabber:x:data'/>"))).toBeUndefined();
  expect(readForm(parseXml("<x xmlns='jabber:x:data' type='constructor'/>"))).toBeUndefined();
});
