import { describe, expect, test } from 'vitest';
import { deleteAccount, insertAccount } from '../../electron/store/accounts.ts';
import { getCredentials, putCredentials, type CredentialsRecord } from '../../electron/store/credentials.ts';
import { prepare } from '../../electron/store/database.ts';
import { hostileTexts, juliet, temporaryDatabase } from './profile.ts';

const bare: CredentialsRecord = { keepsPassword: true, memory: { agent: 'a-uuid', sasl2Seen: false } };
const full: CredentialsRecord = {
  keepsPassword: false,
  certificate: { certificate: 'PEM', key: 'PEM too' },
  memory: {
    agent: 'a-uuid',
    token: { mechanism: 'HT-SHA-256-EXPR', secret: 'x', expiry: 4e12, count: 3 },
    keys: {
      family: 'SCRAM-SHA-256',
      salt: 'c2FsdA==',
      iterations: 4096,
      clientKey: 'Yw==',
      serverKey: 'cw==',
    },
    offer: { mechanisms: ['SCRAM-SHA-256'], resumes: true, binds: [], fast: ['HT-SHA-256-EXPR'] },
    sasl2Seen: true,
  },
};

describe('credentials', () => {
  test('come back as they went in, are replaced whole, and go with their account', () => {
    const database = temporaryDatabase();
    const account = insertAccount(database, juliet);
    expect(getCredentials(database, account)).toBeUndefined();
    const { binds: _, ...unbound } = full.memory.offer ?? { mechanisms: [], resumes: false, fast: [] };
    const certificate = { certificate: 'PEM', pfx: 'ZmlsZQ==', passphrase: '' };
    const unlike = [
      { ...full, memory: { ...full.memory, offer: unbound } },
      { ...full, certificate },
    ];
    for (const record of [bare, full, ...unlike, bare]) {
      putCredentials(database, account, record);
      expect(getCredentials(database, account)).toEqual(record);
    }
    deleteAccount(database, account);
    expect(getCredentials(database, account)).toBeUndefined();
  });

  test.each(hostileTexts)('take any text (%#)', (text) => {
    const database = temporaryDatabase();
    const account = insertAccount(database, juliet);
    const token = { mechanism: text, secret: text, expiry: 0, count: 0 };
    const record = { ...full, memory: { ...full.memory, agent: text, token } };
    putCredentials(database, account, record);
    expect(getCredentials(database, account)).toEqual(record);
  });

  test.each(['{', 'null', '[]', '{}', '{"mechanism":1,"secret":[],"expiry":"soon"}', '"text"'])(
    'that cannot be read count as none: %s',
    (json) => {
      const database = temporaryDatabase();
      const account = insertAccount(database, juliet);
      putCredentials(database, account, full);
      prepare<[string, string, string, string]>(
        database,
        'UPDATE credentials SET token = ?, keys = ?, offer = ?, certificate = ?',
      ).run(json, json, json, json);
      expect(getCredentials(database, account)).toEqual({
        keepsPassword: false,
        memory: { agent: 'a-uuid', sasl2Seen: true },
      });
    },
  );
});
