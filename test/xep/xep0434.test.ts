import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { NS, readTrustMessage, writeTrustMessage } from '../../electron/xmpp/xep/xep0434.ts';
import { bareJid, parseXml } from '../support/xml.ts';

const EXAMPLE = `<trust-message xmlns='urn:xmpp:tm:1' usage='urn:xmpp:atm:1' encryption='urn:xmpp:omemo:2'>
  <key-owner jid='alice@example.org'>
    <trust>aFABnX7Q/rbTgjBySYzrT2FsYCVYb49mbca5yB734KQ=</trust>
    <trust>IhpPjiKLchgrAG5cpSfTvdzPjZ5v6vTOluHEUehkgCA=</trust>
  </key-owner>
  <key-owner jid='bob@example.com'>
    <trust>YjVI04NcbTPvXLaA95RO84HPcSvyOgEZ2r5cTyUs0C8=</trust>
    <distrust>tCP1CI3pqSTVGzFYFyPYUMfMZ9Ck/msmfD0wH/VtJBM=</distrust>
    <distrust>2fhJtrgoMJxfLI3084/YkYh9paqiSiLFDVL2m0qAgX4=</distrust>
  </key-owner>
</trust-message>`;
const A = 'aFABnX7Q/rbTgjBySYzrT2FsYCVYb49mbca5yB734KQ=';
const read = (inner: string, attrs = "usage='u' encryption='e'") =>
  readTrustMessage(parseXml(`<trust-message xmlns='${NS}' ${attrs}>${inner}</trust-message>`));
const hex = (key: Uint8Array | undefined): string => Buffer.from(key ?? []).toString('hex');

describe('reading', () => {
  it('the example of the text', () => {
    const message = readTrustMessage(parseXml(EXAMPLE));
    expect(message).toMatchObject({ usage: 'urn:xmpp:atm:1', encryption: 'urn:xmpp:omemo:2' });
    expect(
      message?.owners.map(({ address, trusted, distrusted }) => [address, trusted.length, distrusted.length]),
    ).toEqual([
      ['alice@example.org', 2, 0],
      ['bob@example.com', 1, 2],
    ]);
    // The same key as in the example of the address form.
    expect(hex(message?.owners[1]?.trusted[0])).toBe(
      '623548d3835c6d33ef5cb680f7944ef381cf712bf23a0119dabe5c4f252cd02f',
    );
  });

  test.each([
    ['no usage', `<key-owner jid='a@b.c'><trust>${A}</trust></key-owner>`, "encryption='e'"],
    ['no encryption', `<key-owner jid='a@b.c'><trust>${A}</trust></key-owner>`, "usage='u'"],
    ['no owner', '', undefined],
    ['an owner without an address', `<key-owner><trust>${A}</trust></key-owner>`, undefined],
    ['an owner that is no address', `<key-owner jid='@@'><trust>${A}</trust></key-owner>`, undefined],
    ['a full address', `<key-owner jid='a@b.c/r'><trust>${A}</trust></key-owner>`, undefined],
    ['no keys', `<key-owner jid='a@b.c'/>`, undefined],
    ['a short key', `<key-owner jid='a@b.c'><trust>AAAA</trust></key-owner>`, undefined],
    ['no base64', `<key-owner jid='a@b.c'><trust>!</trust></key-owner>`, undefined],
    [
      'trust and distrust of one key',
      `<key-owner jid='a@b.c'><trust>${A}</trust><distrust>${A}</distrust></key-owner>`,
      undefined,
    ],
    ['an owner twice', `<key-owner jid='a@b.c'><trust>${A}</trust></key-owner>`.repeat(2), undefined],
    ['10,000 keys', `<key-owner jid='a@b.c'>${`<trust>${A}</trust>`.repeat(10_000)}</key-owner>`, undefined],
  ])('refuses %s', (_what, inner, attrs) => {
    expect(read(inner, attrs)).toBeUndefined();
  });

  it('leaves out what is broken, and keeps one of equal keys', () => {
    expect(
      read(`<key-owner jid='a@b.c'><trust>AAAA</trust><trust>${A}</trust><trust> ${A} </trust></key-owner>`)
        ?.owners,
    ).toMatchObject([{ trusted: [{ length: 32 }], distrusted: [] }]);
  });
});

test('what was written is read back', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const keys = fc.uniqueArray(key, { minLength: 2, maxLength: 6, selector: hex });
  const owner = fc.tuple(bareJid, keys, fc.nat(6)).map(([address, all, at]) => ({
    address,
    trusted: all.slice(0, at),
    distrusted: all.slice(at),
  }));
  const owners = fc.uniqueArray(owner, { minLength: 1, maxLength: 4, selector: ({ address }) => address });
  fc.assert(
    fc.property(owners, (value) => {
      const message = { usage: 'urn:xmpp:atm:1', encryption: 'urn:xmpp:omemo:2', owners: value };
      expect(readTrustMessage(writeTrustMessage(message))).toEqual(message);
    }),
  );
});
