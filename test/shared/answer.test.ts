import * as v from 'valibot';
import { expect, test } from 'vitest';
import { answer, client, Refusal, refusalCodes, type HandlersOf } from '../../shared/answer.ts';
import type { Port, Reply } from '../../shared/contract.ts';

const calls = {
  'chats.open': {
    input: v.strictObject({ address: v.pipe(v.string(), v.trim(), v.minLength(1)) }),
    output: v.strictObject({ chat: v.number() }),
  },
  'profile.unlock': {
    input: v.strictObject({ secret: v.pipe(v.string(), v.minLength(8)) }),
    output: v.strictObject({}),
  },
} as const;

const problem = { code: 'timeout', host: 'a.test' } as const;
const bugs: unknown[][] = [];
const handlers: HandlersOf<typeof calls> = {
  'chats.open': ({ address }) => {
    switch (address) {
      case 'nobody':
        throw new Refusal('not-found');
      case 'far':
        throw new Refusal('cannot-connect', 'timed out', problem);
      case 'known':
        throw new RangeError('the server said no');
      case 'bug':
        throw new TypeError('secret detail');
      case 'wrong-output':
        return { chat: 'one' as never };
      default:
        return Promise.resolve({ chat: address.length });
    }
  },
  'profile.unlock': () => ({}),
};
const call = answer(calls, handlers, (error, name) => bugs.push([name, error]), {
  explain: (error) => (error instanceof RangeError ? new Refusal('not-allowed', error.message) : undefined),
});

test.each<[string, string, unknown, Reply]>([
  ['a value', 'chats.open', { address: ' bob ' }, { ok: true, value: { chat: 3 } }],
  ['a refusal', 'chats.open', { address: 'nobody' }, { ok: false, code: 'not-found', message: 'not-found' }],
  [
    'a refusal with its problem',
    'chats.open',
    { address: 'far' },
    { ok: false, code: 'cannot-connect', message: 'timed out', problem },
  ],
  [
    'a failure that is explained',
    'chats.open',
    { address: 'known' },
    { ok: false, code: 'not-allowed', message: 'the server said no' },
  ],
  [
    'input of another shape',
    'chats.open',
    'bob',
    { ok: false, code: 'invalid', message: 'not valid: input' },
  ],
  ['no input', 'chats.open', undefined, { ok: false, code: 'invalid', message: 'not valid: input' }],
  [
    'unknown keys',
    'chats.open',
    { address: 'bob', isAdmin: true },
    { ok: false, code: 'invalid', message: 'not valid: isAdmin' },
  ],
  [
    'never the input itself, which may be a password',
    'profile.unlock',
    { secret: 'hunter2' },
    { ok: false, code: 'invalid', message: 'not valid: secret' },
  ],
  ...['chats.close', '__proto__', 'constructor', 'toString', ''].map(
    (name): [string, string, unknown, Reply] => [
      `unknown call "${name}"`,
      name,
      {},
      { ok: false, code: 'unknown-call', message: 'unknown-call' },
    ],
  ),
])('%s', async (_what, name, input, reply) => {
  expect(await call(name, input)).toEqual(reply);
  expect(bugs).toEqual([]);
});

test('a bug is told to the log, and crosses without its detail', async () => {
  const reply = await call('chats.open', { address: 'bug' });
  expect(reply).toEqual({ ok: false, code: 'internal', message: 'Something went wrong inside the program.' });
  expect(bugs.splice(0)).toEqual([['chats.open', new TypeError('secret detail')]]);
});

test('outputs are checked in tests', async () => {
  expect(await call('chats.open', { address: 'wrong-output' })).toEqual({ ok: true, value: { chat: 'one' } });
  const strict = answer(calls, handlers, (error) => bugs.push([error]), { checkOutput: true });
  expect(await strict('chats.open', { address: 'wrong-output' })).toMatchObject({ code: 'internal' });
  expect(bugs.splice(0)).toHaveLength(1);
  expect(await strict('chats.open', { address: 'bob' })).toEqual({ ok: true, value: { chat: 3 } });
});

test('the client returns values and throws refusals', async () => {
  const port = (reply: Reply): Pick<Port, 'call'> => ({ call: () => Promise.resolve(reply) });
  expect(
    await client(port({ ok: true, value: { chat: 7 } }))('chats.open', { account: 1, address: 'b' }),
  ).toEqual({
    chat: 7,
  });
  const refused = client(port({ ok: false, code: 'cannot-connect', message: 'm', problem }))('chats.open', {
    account: 1,
    address: 'b',
  });
  await expect(refused).rejects.toEqual(new Refusal('cannot-connect', 'm', problem));
  await expect(refused).rejects.toMatchObject({ code: 'cannot-connect', problem });
  const odd = client(port({ ok: false, code: '__proto__', message: 'm' }))('profile.recoveryCode', {});
  await expect(odd).rejects.toMatchObject({ code: 'internal', message: 'm' });
});

test('every code is there once', () => {
  expect(new Set(refusalCodes).size).toBe(refusalCodes.length);
});
