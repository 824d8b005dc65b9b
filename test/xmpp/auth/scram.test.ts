import { describe, expect, it } from 'vitest';
import { createScram } from '../../../electron/xmpp/auth/scram.ts';
import { ConnectionProblem } from '../../../electron/xmpp/problem.ts';

const announcement = { mechanisms: [], bindings: undefined, tls: undefined };

describe('the vectors of the specifications', () => {
  it.each([
    {
      source: 'RFC 5802 §5',
      family: 'SCRAM-SHA-1',
      nonce: 'fyko+d2lbbFgONRv9qkxdawL',
      first: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      response: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      final: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    },
    {
      source: 'RFC 7677 §3',
      family: 'SCRAM-SHA-256',
      nonce: 'rOprNGfwEbeRWgbNEkqO',
      first: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      response:
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      final: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    },
  ] as const)('$source', async ({ family, nonce, first, response, final }) => {
    const scram = createScram({
      family,
      nonce,
      username: 'user',
      password: 'pencil',
      domain: 'a.test',
      binding: 'n',
      announcement,
    });
    expect(scram.start().toString()).toBe(`n,,n=user,r=${nonce}`);
    expect(await scram.respond(first)).toBe(response);
    expect(() => {
      scram.finish(Buffer.from(final.replace('=', '=A')));
    }).toThrow(ConnectionProblem);
    scram.finish(Buffer.from(final));
  });

  it('XEP-0474 §5.3: the hash of what was announced', async () => {
    const nonce = '12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6';
    const scram = createScram({
      family: 'SCRAM-SHA-1',
      nonce,
      username: 'user',
      password: 'pencil',
      domain: 'a.test',
      binding: { type: 'tls-exporter', data: Buffer.from('THIS IS FAKE CB DATA') },
      announcement: {
        mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'],
        bindings: ['tls-server-end-point', 'tls-exporter'],
        tls: '0304',
      },
    });
    expect(scram.start().toString()).toBe(`p=tls-exporter,,n=user,r=${nonce}`);
    const first = `r=${nonce}a09117a6-ac50-4f2f-93f1-93799c2bddf6,s=QSXCR+Q6sek8bf92,i=4096,h=G6k/rBLDqgOhRRaCuuatSDFkJ08=,t=0304`;
    expect(await scram.respond(first)).toMatch(/^c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB,r=/);
  });
});

describe('names and passwords', () => {
  const start = (username: string, password = 'x'): string =>
    createScram({
      family: 'SCRAM-SHA-1',
      nonce: 'n',
      username,
      password,
      domain: 'a.test',
      binding: 'y',
      announcement,
    })
      .start()
      .toString();

  it('are prepared and escaped', () => {
    expect(start('a=b,c')).toBe('y,,n=a=3Db=2Cc,r=n');
    expect(start('I\u00ADX\u2168')).toBe('y,,n=IXIX,r=n'); // RFC 4013 §3
  });

  it.each(['', '\u00AD', 'a\u0007b', '\u0627\u0031'])('%j is refused', (name) => {
    expect(() => start(name)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'credentials' }) as unknown }),
    );
  });

  it('is used once and in order', async () => {
    const scram = createScram({
      family: 'SCRAM-SHA-1',
      nonce: 'n',
      username: 'a',
      password: 'x',
      domain: 'a.test',
      binding: 'n',
      announcement,
    });
    await expect(scram.respond('r=nn,s=QSXCR+Q6sek8bf92,i=4096')).rejects.toThrow('out of turn');
    expect(() => {
      scram.finish(Buffer.from('v=AAAA'));
    }).toThrow('did not prove');
  });
});
