/** Who else could be at the other end of a call, and how each way to get there is noticed (H68). */
import { describe, expect, test } from 'vitest';
import type { Fingerprint, SessionDescription } from '../../electron/xmpp/jingle.ts';
import { readSessionDescription } from '../../electron/xmpp/jingle-media.ts';
import { protectionFault } from '../../electron/xmpp/jingle-protection.ts';
import { readJingle } from '../../electron/xmpp/xep/xep0166.ts';
import { parseXml } from '../support/xml.ts';
import { INITIATES, recorded, recordedDescription } from './negotiations.ts';

/** The recorded negotiation with some of its words replaced. */
function altered(name: string, ...words: (readonly [RegExp, string])[]): SessionDescription {
  const text = words.reduce((xml, [from, to]) => xml.replace(from, to), recorded(`${name}.xml`).trim());
  const read = readJingle(parseXml(text));
  const description = read && readSessionDescription(read);
  if (description === undefined) throw new Error('not read');
  return description;
}

function withFingerprint(description: SessionDescription, changed: Partial<Fingerprint>): SessionDescription {
  return {
    ...description,
    contents: description.contents.map((content) => {
      const fingerprint = content.transport?.fingerprint;
      if (content.transport === undefined || fingerprint === undefined) return content;
      return { ...content, transport: { ...content.transport, fingerprint: { ...fingerprint, ...changed } } };
    }),
  };
}

test.each(INITIATES)('%s is an offer without fault', (name) => {
  expect(protectionFault(recordedDescription(name), 'offer')).toBeUndefined();
});

describe('an offer is refused', () => {
  test.each([
    ['without a fingerprint', [/<fingerprint .*?<\/fingerprint>/g, '']],
    ['with one of SHA-1', [/hash="sha-256"/g, 'hash="sha-1"']],
    ['with one that is cut off', [/:19:B2</g, ':19<']],
    ['with one in another namespace', [/urn:xmpp:jingle:apps:dtls:0/g, 'urn:xmpp:jingle:apps:dtls:9']],
    ['without credentials', [/ pwd="[^"]*"/g, '']],
    ['without the fingerprint of one of its media', [/<fingerprint .*?<\/fingerprint>/, '']],
  ] as const)('%s', (_, word) => {
    expect(protectionFault(altered('dino-initiate', word), 'offer')).toBe('missing');
  });

  test('when keys stand in the description only (SDES)', () => {
    const description = altered('dino-initiate', [/<fingerprint .*?<\/fingerprint>/g, '']);
    expect(recorded('dino-initiate.xml')).toContain('<crypto ');
    expect(protectionFault(description, 'offer')).toBe('missing');
  });
});

test('media that share a transport need one fingerprint, and only those', () => {
  const second = [/(name="1"[^]*)<fingerprint .*?<\/fingerprint>/, '$1'] as const;
  const shared = altered('conversations-initiate', second, [/(name="1" creator[^]*) ufrag="4xF2"/, '$1']);
  expect(protectionFault(shared, 'offer')).toBeUndefined();
  expect(protectionFault({ ...shared, groups: [] }, 'offer')).toBe('missing');
  const before = recordedDescription('conversations-initiate');
  const added = recordedDescription('conversations-content-add');
  expect(protectionFault(added, 'offer', before)).toBeUndefined();
  expect(protectionFault(added, 'offer')).toBe('missing');
});

describe('an answer', () => {
  const answer = recordedDescription('dino-accept');

  test('says who begins', () => {
    expect(protectionFault(answer, 'answer')).toBeUndefined();
    expect(protectionFault(withFingerprint(answer, { setup: 'actpass' }), 'answer')).toBe('roles');
  });

  test('holds: neither the certificate nor the roles change afterwards', () => {
    const other = withFingerprint(answer, { value: Array(32).fill('00').join(':') });
    const swapped = withFingerprint(answer, { setup: 'passive' });
    for (const kind of ['offer', 'answer', 'info'] as const) {
      expect(protectionFault(answer, kind, answer)).toBeUndefined();
      expect(protectionFault(other, kind, answer)).toBe('changed');
      expect(protectionFault(swapped, kind, answer)).toBe('roles');
    }
    expect(protectionFault(withFingerprint(answer, { setup: 'actpass' }), 'offer', answer)).toBeUndefined();
  });

  test('does not change by being said of the same content with another creator', () => {
    const other = withFingerprint(answer, { value: Array(32).fill('00').join(':') });
    const renamed = {
      ...other,
      contents: other.contents.map((content) => ({ ...content, creator: 'responder' as const })),
    };
    expect(protectionFault(renamed, 'info', answer)).toBe('changed');
  });
});

test('a candidate that comes later says nothing of keys, or the same', () => {
  const before = recordedDescription('dino-initiate');
  expect(protectionFault(recordedDescription('dino-transport-info'), 'info', before)).toBeUndefined();
  const forged = altered('dino-transport-info', [
    /<candidate/,
    `<fingerprint xmlns="urn:xmpp:jingle:apps:dtls:0" hash="sha-256" setup="actpass">${Array(32).fill('00').join(':')}</fingerprint><candidate`,
  ]);
  expect(protectionFault(forged, 'info', before)).toBe('changed');
});
