import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readInfo } from '../../electron/xmpp/xep/xep0030.ts';
import * as caps from '../../electron/xmpp/xep/xep0115.ts';
import { ownInfo } from '../../electron/xmpp/xep/self.ts';
import { nonEmptyText, overWire, parseXml, shape } from '../support/xml.ts';

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

test('the hash of the simple example (#ver-gen-simple), in any order', () => {
  const info = readInfo(
    parseXml(`<query xmlns='http://jabber.org/protocol/disco#info'>
      <identity category='client' name='Exodus 0.9.1' type='pc'/>
      <feature var='http://jabber.org/protocol/muc'/>
      <feature var='http://jabber.org/protocol/disco#items'/>
      <feature var='http://jabber.org/protocol/caps'/>
      <feature var='http://jabber.org/protocol/disco#info'/>
      <feature var='http://jabber.org/protocol/disco#info'/>
    </query>`),
  );
  expect(info && caps.verificationOf(info)).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
});

test('identities are sorted by octets, their languages included', () => {
  const client = { category: 'client', type: 'pc' };
  const greek = { ...client, language: 'el', name: '\u03A8 0.11' };
  const english = { ...client, language: 'en', name: 'Psi 0.11' };
  const features = new Set<string>();
  expect(caps.verificationOf({ identities: [english, greek], features })).toBe(
    caps.verificationOf({ identities: [greek, english], features }),
  );
  // In UTF-16 the second would come first; in UTF-8, which counts, it comes last.
  const info = { identities: [], features: new Set(['\u{1F600}', '\uE000']) };
  expect(caps.verificationOf(info)).toBe(
    createHash('sha1').update('\uE000<\u{1F600}<', 'utf8').digest('base64'),
  );
});

test('our own element carries the hash of our own answer', () => {
  expect(caps.readCapabilities(caps.writeCapabilities())).toEqual({
    hash: 'sha-1',
    node: 'https://waxwing.im',
    version: caps.verificationOf(ownInfo),
  });
});

test.each([
  "<c xmlns='http://jabber.org/protocol/caps'/>",
  "<c xmlns='urn:x' node='n' ver='v'/>",
  "<c xmlns='http://jabber.org/protocol/caps' node='' ver='v'/>",
])('refused: %s', (text) => {
  expect(caps.readCapabilities(parseXml(text))).toBeUndefined();
});
