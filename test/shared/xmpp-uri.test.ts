import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInvitation, readXmppUri, writeXmppUri, type XmppUri } from '../../shared/xmpp-uri.ts';
import { bareJid, jid, nonEmptyText, shape } from '../support/xml.ts';

const read = (text: string): unknown => {
  const uri = readXmppUri(text);
  return (
    uri && { address: uri.address, ...uri.action, ...(uri.account !== undefined && { as: uri.account }) }
  );
};

describe('the examples of the texts', () => {
  test.each([
    ['xmpp:romeo@montague.net', { address: 'romeo@montague.net', kind: 'open' }],
    ['xmpp:romeo@montague.net?message', { address: 'romeo@montague.net', kind: 'message' }],
    [
      'xmpp:romeo@montague.net?message;subject=Test%20Message;body=Here%27s%20a%20test%20message',
      {
        address: 'romeo@montague.net',
        kind: 'message',
        subject: 'Test Message',
        body: "Here's a test message",
      },
    ],
    [
      'xmpp:romeo@montague.net?roster;name=Romeo%20Montague;group=Friends',
      { address: 'romeo@montague.net', kind: 'add', name: 'Romeo Montague', mayRegister: false },
    ],
    ['xmpp:romeo@montague.net?subscribe', { address: 'romeo@montague.net', kind: 'add', mayRegister: false }],
    ['xmpp:romeo@montague.net?remove', { address: 'romeo@montague.net', kind: 'unknown', name: 'remove' }],
    // XEP-0379 §3.1
    [
      'xmpp:romeo@montague.net?roster;preauth=1tMFqYDdKhfe2pwp;name=Romeo+Montague',
      {
        address: 'romeo@montague.net',
        kind: 'add',
        token: '1tMFqYDdKhfe2pwp',
        name: 'Romeo Montague',
        mayRegister: false,
      },
    ],
    // XEP-0401 and XEP-0445
    [
      'xmpp:inviter@example.com?roster;preauth=TOKEN;ibr=y',
      { address: 'inviter@example.com', kind: 'add', token: 'TOKEN', mayRegister: true },
    ],
    [
      'xmpp:juliet@example.com?register;preauth=TOKEN',
      { address: 'juliet@example.com', kind: 'register', token: 'TOKEN' },
    ],
    ['xmpp:example.com?register;preauth=TOKEN', { address: 'example.com', kind: 'register', token: 'TOKEN' }],
    ['xmpp:marlowe.shakespeare.lit?register', { address: 'marlowe.shakespeare.lit', kind: 'register' }],
    [
      'xmpp:room@rooms.example?join;password=x',
      { address: 'room@rooms.example', kind: 'join', password: 'x' },
    ],
    // RFC 5122 §2.3, §2.7
    [
      'xmpp://guest@example.com/support@example.com?message',
      { address: 'support@example.com', kind: 'message', as: 'guest@example.com' },
    ],
    ['xmpp:node@example.com/some-resource', { address: 'node@example.com/some-resource', kind: 'open' }],
    [
      'xmpp:nasty!%23$%25()*+,-.;=%3F%5B%5C%5D%5E_%60%7B%7C%7D~node@example.com',
      { address: 'nasty!#$%()*+,-.;=?[\\]^_`{|}~node@example.com', kind: 'open' },
    ],
    [
      "xmpp:node@example.com/repulsive%20!%23%22$%25&'()*+,-.%2F:;%3C=%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~resource",
      {
        address: 'node@example.com/repulsive !#"$%&\'()*+,-./:;<=>?@[\\]^_`{|}~resource',
        kind: 'open',
      },
    ],
    ['xmpp:ji%C5%99i@%C4%8Dechy.example/v%20Praze', { address: 'jiři@čechy.example/v Praze', kind: 'open' }],
    ['xmpp:jiři@čechy.example', { address: 'jiři@čechy.example', kind: 'open' }],
    [
      'XMPP:romeo@montague.net?Roster;Name=R',
      { address: 'romeo@montague.net', kind: 'add', name: 'R', mayRegister: false },
    ],
    ['xmpp:romeo@montague.net?#nowhere', { address: 'romeo@montague.net', kind: 'open' }],
    [
      'xmpp:a@b.example?message;body=one%0Atwo',
      { address: 'a@b.example', kind: 'message', body: 'one\ntwo' },
    ],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('what is no address', () => {
  test.each([
    ['another scheme', 'https://romeo@montague.net'],
    ['a scheme within', ' javascript:xmpp:a@b.example'],
    ['nobody', 'xmpp:'],
    ['nobody, with an action', 'xmpp:?roster'],
    ['slashes where RFC 5122 has an account', 'xmpp://romeo@montague.net'],
    ['an account that is a server', 'xmpp://montague.net/romeo@montague.net'],
    ['an account and nobody', 'xmpp://romeo@montague.net/'],
    ['an escaped "@" that moves the host', 'xmpp:a%40evil.example@b.example'],
    ['an escaped "@" instead of one', 'xmpp:a%40evil.example'],
    ['an escaped slash in the local part', 'xmpp:a%2Fb@c.example'],
    ['an escaped slash in the domain', 'xmpp:a@evil.example%2F.b.example'],
    ['a broken escape', 'xmpp:a@b.example?message;body=%E0%A4%A'],
    ['an overlong escape', 'xmpp:a@b.example?message;body=%C0%AF'],
    ['a lone surrogate in an escape', 'xmpp:a@b.example?message;body=%ED%A0%80'],
    ['a NUL', 'xmpp:a%00@b.example'],
    ['a NUL in a value', 'xmpp:a@b.example?message;body=%00'],
    ['a line feed in a name', 'xmpp:a@b.example?roster;name=Bob%0A%3Cb%3E'],
    ['a text that turns around in a name', 'xmpp:a@b.example?roster;name=Bob%E2%80%AEgnp.exe'],
    ['a text that turns around in the open', 'xmpp:a@b.example/\u202E'],
    ['a space', 'xmpp:a@b.example --profile=/tmp/x'],
    ['a tab', 'xmpp:a@b.example\t--hidden'],
    ['quotes and switches of a command line', 'xmpp:a@b.example" --no-sandbox "'],
    ['two tokens', 'xmpp:a@b.example?roster;preauth=one;preauth=two'],
    ['two tokens in different case', 'xmpp:a@b.example?roster;preauth=one;PREAUTH=two'],
    ['an empty token', 'xmpp:a@b.example?register;preauth='],
    ['a token of several words', 'xmpp:a@b.example?register;preauth=one%20two'],
    ['an endless token', `xmpp:a@b.example?register;preauth=${'x'.repeat(300)}`],
    ['an endless value', `xmpp:a@b.example?message;body=${'x'.repeat(1_100)}`],
    ['an endless address', `xmpp:a@b.example?message;body=${'x'.repeat(3_000)}`],
    ['an action that is none', 'xmpp:a@b.example?<script>'],
    ['a key that is none', 'xmpp:a@b.example?roster;na me=x'],
    ['two queries', 'xmpp:a@b.example?roster?remove'],
    ['parameters as on the web', 'xmpp:a@b.example?roster&preauth=x'],
    ['a domain that is none', 'xmpp:a@-b-.example'],
    ['two at signs', 'xmpp:a@b@c.example'],
  ])('%s', (_name, text) => {
    expect(readXmppUri(text)).toBeUndefined();
  });

  test('keys of objects are no keys of ours', () => {
    expect(read('xmpp:a@b.example?constructor;proto=1')).toMatchObject({
      kind: 'unknown',
      name: 'constructor',
    });
    expect(readXmppUri('xmpp:a@b.example?roster;__proto__=1')).toBeUndefined();
  });

  test('without a token nothing is allowed by it', () => {
    expect(read('xmpp:a@b.example?roster;ibr=y')).toMatchObject({ mayRegister: false });
    expect(read('xmpp:a@b.example?roster;preauth=t;ibr=yes')).toMatchObject({ mayRegister: false });
  });
});

/** What can stand in a value: no control characters, and neither a lone surrogate nor anything that turns text. */
const value = nonEmptyText
  .map((text) =>
    text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu, '·'),
  )
  .filter((text) => text.length < 60);
const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
const anyUri: fc.Arbitrary<XmppUri> = shape<XmppUri>(
  {
    address: jid.filter((text) => text.length < 100),
    account: bareJid.filter((text) => text.includes('@') && text.length < 100),
    action: fc.oneof(
      fc.constant({ kind: 'open' } as const),
      shape<XmppUri['action'] & { kind: 'message' }>(
        { kind: fc.constant('message' as const), body: value, subject: value },
        ['kind'],
      ),
      fc.record({
        kind: fc.constant('add' as const),
        name: value.map((text) => text.replaceAll('+', '·')),
        token,
        mayRegister: fc.boolean(),
      }),
      shape<XmppUri['action'] & { kind: 'register' }>({ kind: fc.constant('register' as const), token }, [
        'kind',
      ]),
    ),
  },
  ['address', 'action'],
);

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(anyUri, (uri) => {
      const text = writeXmppUri(uri);
      fc.pre(text.length <= 2_048);
      expect(readXmppUri(text)).toEqual(uri);
    }),
  );
});

test('no text makes it throw, and what is read has one address in its normal form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (first, second) => {
      const uri = readXmppUri(`xmpp:${first}@b.example?roster;${second}`);
      if (uri !== undefined) expect(readXmppUri(writeXmppUri(uri))?.address).toBe(uri.address);
      readInvitation(first);
      readInvitation(`https://${first}#${second}`);
    }),
  );
});

describe('invitations', () => {
  const carried = { kind: 'xmpp', uri: readXmppUri('xmpp:romeo@montague.net?roster;preauth=T') };
  test.each([
    ['  xmpp:romeo@montague.net?roster;preauth=T\n', carried],
    ['https://juicyxmpp.example/i/#romeo@montague.net?roster;preauth=T', carried],
    ['https://page.example/#xmpp:romeo@montague.net?roster;preauth=T', carried],
    ['https://example.com/invite/#TOKEN', { kind: 'web', url: 'https://example.com/invite/#TOKEN' }],
    ['https://example.com/invite?TOKEN', { kind: 'web', url: 'https://example.com/invite?TOKEN' }],
    ['https://romeo@montague.net/#x@y.example?roster', undefined],
    ['http://page.example/#xmpp:romeo@montague.net?roster', undefined],
    ['javascript:alert(1)//#xmpp:romeo@montague.net?roster', undefined],
    ['file:///etc/passwd#xmpp:romeo@montague.net?roster', undefined],
    ['xmpp:romeo@montague.net?roster;preauth=T and more', undefined],
    ['romeo@montague.net', undefined],
    ['', undefined],
  ])('%s', (text, expected) => {
    expect(readInvitation(text)).toEqual(expected);
  });
});
