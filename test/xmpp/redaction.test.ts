/** No secret of any stanza is shown, and what is shown is the stanza otherwise. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../electron/xmpp/redaction.ts';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import { serialize, xml } from '../../electron/xmpp/xml.ts';

const shown = (text: string): string => {
  const element = parseStanza(text);
  if (element === undefined) throw new Error(`the test's own XML is broken: ${text}`);
  return serialize(redact(element));
};

const S = 'hunter2+/=';
const rows: readonly (readonly [string, string])[] = [
  [
    'XEP-0077',
    `<iq type="set"><query xmlns="jabber:iq:register"><username>a</username><password>${S}</password></query></iq>`,
  ],
  [
    'XEP-0045',
    `<presence to="r@c.test/n"><x xmlns="http://jabber.org/protocol/muc"><password>${S}</password></x></presence>`,
  ],
  [
    'XEP-0402',
    `<iq type="set"><conference xmlns="urn:xmpp:bookmarks:1" name="x"><nick>n</nick><password>${S}</password></conference></iq>`,
  ],
  [
    'XEP-0004',
    `<iq type="set"><x xmlns="jabber:x:data" type="submit"><field var="muc#roomconfig_roomsecret"><value>${S}</value></field><field type="text-private" var="other"><value>${S}</value></field></x></iq>`,
  ],
  [
    'XEP-0388',
    `<iq><authenticate xmlns="urn:xmpp:sasl:2" mechanism="SCRAM-SHA-1"><initial-response>${S}</initial-response></authenticate></iq>`,
  ],
  ['XEP-0484', `<iq><token xmlns="urn:xmpp:fast:0" expiry="x" token="${S}"/></iq>`],
  ['RFC 6120', `<iq><response xmlns="urn:ietf:params:xml:ns:xmpp-sasl">${S}</response></iq>`],
  ['XEP-0078', `<iq type="set"><query xmlns="jabber:iq:auth"><digest>${S}</digest></query></iq>`],
  [
    'XEP-0363',
    `<iq type="result"><slot xmlns="urn:xmpp:http:upload:0"><put url="https://u.test/f?token=${S}"><header name="Authorization">${S}</header><header name="Cookie">${S}</header></put></slot></iq>`,
  ],
  [
    'XEP-0215',
    `<iq type="result"><services xmlns="urn:xmpp:extdisco:2"><service type="turn" host="t.test" username="u" password="${S}"/></services></iq>`,
  ],
  [
    'XEP-0448',
    `<message><encrypted xmlns="urn:xmpp:esfs:0"><key>${S}</key><iv>${S}</iv></encrypted></message>`,
  ],
  [
    'XEP-0384',
    `<message><encrypted xmlns="urn:xmpp:omemo:2"><header sid="1"><keys jid="a@b.test"><key rid="2">${S}</key></keys></header><payload>${S}</payload></encrypted></message>`,
  ],
  ['XEP-0454', `<message><body>aesgcm://f.test/x.jpg#${'ab'.repeat(44)}</body></message>`],
  [
    'XEP-0401',
    `<iq type="result"><x xmlns="jabber:x:data"><field var="uri"><value>xmpp:a@b.test?register;preauth=${S}</value></field></x></iq>`,
  ],
  [
    'unknown',
    `<iq><thing xmlns="urn:example" access-token="${S}"><clientSecret>${S}</clientSecret></thing></iq>`,
  ],
];

describe('what a person sees of a stanza', () => {
  it.each(rows)('has no secret: %s', (_, text) => {
    const found = shown(text);
    expect(found).not.toContain(S);
    expect(found).not.toContain('hunter2');
    expect(found).not.toContain('abababab');
    expect(found).toContain('•••');
  });

  it('is what it was otherwise', () => {
    for (const text of [
      '<message to="a@b.test" type="chat"><body>my password is none of your business</body></message>',
      '<iq type="get" id="x"><query xmlns="http://jabber.org/protocol/disco#info" node="n"/></iq>',
      '<iq type="set"><x xmlns="jabber:x:data" type="submit"><field var="name" type="text-single"><value>v</value></field></x></iq>',
    ])
      expect(shown(text)).toBe(text);
  });

  it('is still named where it is covered', () => {
    expect(shown(rows[3]?.[1] ?? '')).toContain('var="muc#roomconfig_roomsecret"');
    expect(shown(rows[4]?.[1] ?? '')).toContain('mechanism="SCRAM-SHA-1"');
  });

  it('keeps the shape of anything, and covers whatever is inside of a secret', () => {
    const name = fc.constantFrom('a', 'password', 'body', 'field', 'header', 'token');
    const tree = fc.letrec<{ element: ReturnType<typeof xml> }>((tie) => ({
      element: fc
        .tuple(
          name,
          fc.constantFrom('jabber:client', 'urn:xmpp:sasl:2', 'x'),
          fc.array(fc.oneof(fc.string(), tie('element')), { maxLength: 3 }),
        )
        .map(([called, ns, parts]) => xml(called, ns, { a: 'v' }, ...parts)),
    })).element;
    fc.assert(
      fc.property(tree, (element) => {
        const covered = redact(xml('password', 'x', {}, element, 'S3CRET'));
        expect(serialize(covered)).not.toContain('S3CRET');
        const same = redact(element);
        expect([same.name, same.ns]).toEqual([element.name, element.ns]);
      }),
    );
  });
});
