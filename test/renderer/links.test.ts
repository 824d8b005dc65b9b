import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkTokens, placeUrl, safeHref } from '../../renderer/lib/links.ts';

const hrefs = (text: string): string[] =>
  linkTokens(text).flatMap((token) => (token.kind === 'link' ? [token.href] : []));

describe('links', () => {
  it.each([
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['http://example.org', ['http://example.org/']],
    ['(https://en.wikipedia.org/wiki/Waxwing_(bird))', ['https://en.wikipedia.org/wiki/Waxwing_(bird)']],
    ['www.example.org', ['https://www.example.org/']],
    ['example.org and github.com/waxwing', ['https://example.org/', 'https://github.com/waxwing']],
    ['mail juliet@capulet.example.org', ['mailto:juliet@capulet.example.org']],
    ['xmpp:juliet@capulet.example?message', ['xmpp:juliet@capulet.example?message']],
    ['https://bücher.example.com/ö', ['https://xn--bcher-kva.example.com/%C3%B6']],
    ['blob:https://example.org/1-2', ['https://example.org/1-2']],
    ['xmpp:juliet@capulet.example?roster;name=J', ['xmpp:juliet@capulet.example?roster;name=J']],
    ['two https://a.com https://b.com', ['https://a.com/', 'https://b.com/']],
  ])('finds them in %j', (text, expected) => {
    expect(hrefs(text)).toEqual(expected);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript://example.org/%0aalert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'smb://evil.example.com/share',
    'chrome://settings',
    'app://index.html',
    'tel:+491234',
    'ms-msdt:/id PCWDiagnostic',
    'https://good.example.com@evil.example.com/',
    'https://user:password@evil.example.com/',
    'https://evil.example.com/\u202egpj.exe',
    'https://exa\u200bmple.org',
    'xmpp:a@b@c',
    'xmpp:juliet@capulet.example?message;body=a;body=b',
    'readme.md',
    'foo.bar/baz',
    'setup.py',
    '1.5',
    'Well.then',
  ])('makes no link of %j', (text) => {
    expect(hrefs(text)).toEqual([]);
  });

  it('shows what will be opened when the text looks like something else', () => {
    const [token] = linkTokens('https://xn--pple-43d.com/login');
    expect(token).toMatchObject({ kind: 'link', href: 'https://xn--pple-43d.com/login' });
    expect(safeHref('https://аpple.com')).toBe('https://xn--pple-43d.com/');
  });

  it('says the real name of a host whose letters could be taken for others', () => {
    const hosts = (text: string): (string | undefined)[] =>
      linkTokens(text).flatMap((token) => (token.kind === 'link' ? [token.host] : []));
    expect(hosts('https://\u0430pple.com/ https://b\u00fccher.example.com')).toEqual([
      'xn--pple-43d.com',
      'xn--bcher-kva.example.com',
    ]);
    expect(hosts('https://apple.com/\u00f6 https://xn--pple-43d.com xmpp:a@b.example')).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['geo:48.2010,16.3695,183', 48.201, 16.3695],
    ['geo:48.198634,16.371648;crs=wgs84;u=40', 48.198634, 16.371648],
    ['geo:-90,-180', -90, -180],
  ])('%j is a place', (text, latitude, longitude) => {
    expect(linkTokens(`here: ${text}`)).toEqual([
      { kind: 'text', text: 'here: ' },
      { kind: 'place', text, latitude, longitude },
    ]);
    expect(placeUrl({ latitude, longitude })).toMatch(
      /^https:\/\/www\.openstreetmap\.org\/\?mlat=-?[\d.]+&mlon=-?[\d.]+#map=16\/-?[\d.]+\/-?[\d.]+$/u,
    );
  });

  it.each(['geo:91,0', 'geo:0,181', 'geo:1,2;crs=moon', 'geo:evil.example', 'geo:1,2,javascript:x', 'geo:1'])(
    '%j is no place',
    (text) => {
      expect(linkTokens(text).map(({ kind }) => kind)).not.toContain('place');
    },
  );

  it('loses and adds no character of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(
          linkTokens(text)
            .map((token) => token.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('opens nothing but the four schemes, whatever stands around them', () => {
    const scheme = fc.constantFrom(
      'javascript:',
      'data:',
      'https://',
      'http:',
      'xmpp:',
      'mailto:',
      'file:',
      'JAVASCRIPT:',
      '//',
      'www.',
    );
    const piece = fc.oneof(
      scheme,
      fc.constantFrom('a@b.com', 'example.org', '/', ' ', '\u0000', '\u202e', '%0a', '<', '"', "'", ')'),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        for (const href of hrefs(pieces.join(''))) {
          const url = new URL(href);
          expect(['https:', 'http:', 'xmpp:', 'mailto:']).toContain(url.protocol);
          if (url.protocol.startsWith('http')) expect(url.username + url.password).toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });
});
