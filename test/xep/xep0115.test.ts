import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as caps from '../../electron/xmpp/xep/xep0115.ts';
import { nonEmptyText, overWire, parseXml, shape } from '../support/xml.ts';

const query = (content: string): ReturnType<typeof parseXml> =>
  parseXml(`<query xmlns='http://jabber.org/protocol/disco#info'>${content}</query>`);
const hashOf = (text: string): string => createHash('sha1').update(text, 'utf8').digest('base64');

test('read(write(x)) = x', () => {
  const any = shape<caps.Capabilities>({ hash: nonEmptyText, node: nonEmptyText, version: nonEmptyText }, [
    'node',
    'version',
  ]);
  fc.assert(
    fc.property(any, (value) => {
      expect(caps.readCapabilities(overWire(caps.writeCapabilities(value)))).toEqual(value);
    }),
  );
});

test.each([
  "<c xmlns='http://jabber.org/protocol/caps'/>",
  "<c xmlns='urn:x' node='n' ver='v'/>",
  "<c xmlns='http://jabber.org/protocol/caps' node='' ver='v'/>",
  `<c xmlns='http://jabber.org/protocol/caps' node='${'n'.repeat(2_000)}' ver='v'/>`,
])('refused: %s', (text) => {
  expect(caps.readCapabilities(parseXml(text))).toBeUndefined();
});

const exodus = `
  <identity category='client' name='Exodus 0.9.1' type='pc'/>
  <feature var='http://jabber.org/protocol/muc'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/caps'/>
  <feature var='http://jabber.org/protocol/disco#info'/>`;
const EXODUS = 'QgayPKawpkPSDYmwT/WM94uAlu0=';
const psiForm = (fields: string): string => `<x xmlns='jabber:x:data' type='result'>${fields}</x>`;
const softwareType =
  "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>";
const psi = (form: string): string => `
  <identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
  <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
  <feature var='http://jabber.org/protocol/caps'/>
  <feature var='http://jabber.org/protocol/disco#info'/>
  <feature var='http://jabber.org/protocol/disco#items'/>
  <feature var='http://jabber.org/protocol/muc'/>${form}`;
const PSI = 'q07IKJEyjvHSyhy//CH0CxmKi8w=';
const psiFields = `${softwareType}
  <field var='ip_version' type='text-multi'><value>ipv6</value><value>ipv4</value></field>
  <field var='os'><value>Mac</value></field><field var='os_version'><value>10.5.1</value></field>
  <field var='software'><value>Psi</value></field><field var='software_version'><value>0.11</value></field>`;

describe('the examples of the specification', () => {
  test('simple (#ver-gen-simple), in any order', () => {
    expect(caps.verificationOf(query(exodus))).toBe(EXODUS);
  });

  test('complex (#ver-gen-complex)', () => {
    expect(caps.verificationOf(query(psi(psiForm(psiFields))))).toBe(PSI);
  });
});

test('what is sorted is sorted by octets', () => {
  // In UTF-16 the second would come first; in UTF-8, which counts, it comes last.
  const info = query("<identity category='c' type='t'/><feature var='\u{1F600}'/><feature var='\uE000'/>");
  expect(caps.verificationOf(info)).toBe(hashOf('c/t//<\uE000<\u{1F600}<'));
});

describe('the processing rules (#ver-proc)', () => {
  const claim = (content: string, version: string): string =>
    caps.judge(query(content), { hash: 'sha-1', node: 'n', version });
  const oneField = (name: string, value: string): string =>
    `<field var='${name}'><value>${value}</value></field>`;

  test.each<[string, string, string, string]>([
    ['fits', exodus, EXODUS, 'verified'],
    ['a feature was added', `${exodus}<feature var='urn:evil'/>`, EXODUS, 'different'],
    [
      'a feature was left out',
      exodus.replace("<feature var='http://jabber.org/protocol/muc'/>", ''),
      EXODUS,
      'different',
    ],
    ['nothing at all', '', hashOf(''), 'ill-formed'],
    [
      '3.3: an identity twice',
      `${exodus}<identity category='client' name='Exodus 0.9.1' type='pc'/>`,
      EXODUS,
      'ill-formed',
    ],
    [
      '3.4: a feature twice',
      `${exodus}<feature var='http://jabber.org/protocol/muc'/>`,
      EXODUS,
      'ill-formed',
    ],
    ['3.5: two forms of a type', psi(psiForm(softwareType) + psiForm(softwareType)), PSI, 'ill-formed'],
    [
      '3.5: a type of two values',
      psi(psiForm("<field var='FORM_TYPE' type='hidden'><value>a</value><value>b</value></field>")),
      PSI,
      'ill-formed',
    ],
    ['3.6: a form without a type is ignored', exodus + psiForm(oneField('os', 'Mac')), EXODUS, 'verified'],
    [
      '3.6: a form whose type is not hidden is ignored',
      exodus + psiForm("<field var='FORM_TYPE'><value>urn:evil</value></field>"),
      EXODUS,
      'verified',
    ],
    [
      'a field twice',
      psi(psiForm(`${softwareType}${oneField('os', 'a')}${oneField('os', 'b')}`)),
      PSI,
      'ill-formed',
    ],
    ['an identity without a type', "<identity category='client'/>", hashOf('client///<'), 'ill-formed'],
    // What follows hashes to what it claims, and could have been said in another way with the same hash.
    [
      'features that turned into a form',
      `<identity category='client' name='Exodus 0.9.1' type='pc'/>
       <feature var='http://jabber.org/protocol/caps'/>${psiForm(
         "<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/disco#info</value></field>" +
           oneField('http://jabber.org/protocol/disco#items', 'http://jabber.org/protocol/muc'),
       )}`,
      EXODUS,
      'own',
    ],
    [
      'features run together',
      `<identity category='client' name='Exodus 0.9.1' type='pc'/>
       <feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info&lt;http://jabber.org/protocol/disco#items&lt;http://jabber.org/protocol/muc'/>`,
      EXODUS,
      'own',
    ],
    [
      'a feature that turned into an identity',
      "<identity category='http:' type='x' xml:lang='y' name='z/caps'/><identity category='a' type='b/c'/>",
      hashOf('a/b/c//<http:/x/y/z/caps<'),
      'own',
    ],
    [
      'an identity that turned into a feature',
      "<feature var='client/pc//Exodus 0.9.1'/><feature var='http://jabber.org/protocol/muc'/>",
      hashOf('client/pc//Exodus 0.9.1<http://jabber.org/protocol/muc<'),
      'ill-formed',
    ],
  ])('%s', (_, content, version, expected) => {
    expect(claim(content, version)).toBe(expected);
  });

  test.each([undefined, 'sha-256', 'md5', '__proto__', ''])(
    'a hash of %s is true of its sender only',
    (hash) => {
      expect(
        caps.judge(query(exodus), { node: 'n', version: EXODUS, ...(hash !== undefined && { hash }) }),
      ).toBe('own');
    },
  );

  test('a form of several values could have been several things', () => {
    expect(claim(psi(psiForm(psiFields)), PSI)).toBe('own');
    const single = psi(psiForm(`${softwareType}${oneField('os', 'Mac')}`));
    expect(claim(single, caps.verificationOf(query(single)) ?? '')).toBe('verified');
  });
});
