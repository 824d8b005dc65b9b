/** The bytes of the messages: exact ones, and everything that is refused before any key is touched. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionFault } from '../../../electron/omemo/fault.ts';
import {
  encodeMessage,
  frameMessage,
  readExchange,
  readMessage,
  writeExchange,
  type RatchetMessage,
} from '../../../electron/omemo/ratchet/messages.ts';
import { LEGACY, OMEMO_2, type Parameters } from '../../../electron/omemo/ratchet/parameters.ts';
import { readFields, writeFields, type Field } from '../../../electron/omemo/ratchet/protobuf.ts';
import { generateSigningPair } from '../../../electron/omemo/curve.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const of = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
const key = (byte: number): Uint8Array => Uint8Array.of(5, ...of(32, byte));

describe('protobuf', () => {
  it.each([
    ['nothing', '', []],
    ['a number', '0800', [[1, 0]]],
    ['300', '08ac02', [[1, 300]]],
    ['the largest number', '10ffffffff0f', [[2, 4_294_967_295]]],
    ['no bytes', '1a00', [[3, of(0, 0)]]],
    [
      'some bytes and a number',
      '1a03010203 2005',
      [
        [3, Uint8Array.of(1, 2, 3)],
        [4, 5],
      ],
    ],
    ['a field with a high number', '800101', [[16, 1]]],
  ] satisfies [string, string, Field[]][])('reads and writes %s', (_name, encoded, fields) => {
    expect(readFields(bytes(encoded))).toEqual(new Map<number, Field[1]>(fields));
    expect(hex(writeFields(fields))).toBe(hex(bytes(encoded)));
  });

  it.each([
    ['a number that has no end', '08ff'],
    ['a number of six bytes', '0880808080808001'],
    ['a number of ten bytes, as a negative one has', '08ffffffffffffffffff01'],
    ['a number beyond 32 bits', '08ffffffff1f'],
    ['a number longer than it need be', '088000'],
    ['a key without a value', '08'],
    ['a field of number 0', '0001'],
    ['a key longer than it need be', '880001'],
    ['bytes that are cut', '1a0301'],
    ['bytes that would be 4 GB', '1affffffff0f'],
    ['a number twice', '08010801'],
    ['a number and bytes in one field', '08010a00'],
    ['a field of 64 bits', '090000000000000000'],
    ['a field of 32 bits', '0d00000000'],
    ['a group', '0b0c'],
    ['17 fields', Array.from({ length: 17 }, (_, index) => hex(writeFields([[index + 1, 0]]))).join('')],
  ])('refuses %s', (_name, encoded) => {
    expect(readFields(bytes(encoded))).toBeUndefined();
  });

  it('reads what it writes, and anything else without an error', () => {
    const field = fc.tuple(
      fc.integer({ min: 1, max: 2 ** 28 }),
      fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.uint8Array({ maxLength: 40 })),
    );
    fc.assert(
      fc.property(fc.uniqueArray(field, { selector: ([number]) => number, maxLength: 16 }), (fields) => {
        expect(readFields(Uint8Array.from(writeFields(fields)))).toEqual(new Map(fields));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        const fields = readFields(data);
        // One form for each message: what can be read is written the same way again.
        if (fields !== undefined) expect(hex(writeFields([...fields]))).toBe(hex(data));
      }),
    );
  });
});

const step: RatchetMessage = { ratchetKey: key(0x11), counter: 3, previous: 7, ciphertext: of(16, 0x22) };

describe.each([
  {
    name: 'in the older protocol',
    parameters: LEGACY,
    // WhisperMessage: key 1, counter 2, the counter of the last message before 3, ciphertext 4; then eight bytes.
    message: `33 0a2105${'11'.repeat(32)} 1003 1806 2210${'22'.repeat(16)}`,
    framed: (message: string) => `${message} ${'44'.repeat(8)}`,
    // PreKeyWhisperMessage: prekey 1, base key 2, identity key 3, message 4, registration 5, signed prekey 6.
    exchange: (identity: string, message: string) =>
      `33 0809 122105${'33'.repeat(32)} 1a21${identity} ${message} 280c 300a`,
    messageField: '22',
    macLength: 8,
  },
  {
    name: 'in urn:xmpp:omemo:2',
    parameters: OMEMO_2,
    // OMEMOMessage: n 1, pn 2, dh_pub 3, ciphertext 4; in OMEMOAuthenticatedMessage mac 1, message 2.
    message: `0803 1007 1a20${'11'.repeat(32)} 2210${'22'.repeat(16)}`,
    framed: (message: string) => `0a10${'44'.repeat(16)} 1238${message}`,
    // OMEMOKeyExchange: pk_id 1, spk_id 2, ik 3, ek 4, message 5.
    exchange: (identity: string, message: string) =>
      `0809 100a 1a20${identity} 2220${'33'.repeat(32)} ${message}`,
    messageField: '2a',
    macLength: 16,
  },
])('a message $name', ({ parameters, message, framed, exchange, messageField, macLength }) => {
  const owner = generateSigningPair();
  const sent = parameters.keyForm === 'typed' ? owner.publicKey : owner.edwardsKey;
  const identity = { key: owner.publicKey, sent };
  const whole = framed(message.replaceAll(' ', ''));
  const inner = Uint8Array.of(1, 2, 3);
  const wholeExchange = exchange(hex(sent), `${messageField}03010203`);

  it('has these bytes', () => {
    const signed = encodeMessage(parameters, step);
    expect(hex(signed)).toBe(hex(bytes(message)));
    expect(hex(frameMessage(parameters, signed, of(macLength, 0x44)))).toBe(hex(bytes(whole)));
    expect(readMessage(parameters, bytes(whole))).toEqual({
      ...step,
      mac: of(macLength, 0x44),
      signed: bytes(message),
    });
  });

  it('that makes a session has these bytes', () => {
    const value = { prekey: 9, signedPrekey: 10, baseKey: key(0x33), identity, message: inner };
    expect(hex(writeExchange(parameters, value, 12))).toBe(hex(bytes(wholeExchange)));
    expect(readExchange(parameters, bytes(wholeExchange))).toEqual(value);
  });

  it('that is cut anywhere is refused', () => {
    for (let length = 0; length < bytes(whole).length; length += 1) {
      expect(() => readMessage(parameters, bytes(whole).subarray(0, length))).toThrow(SessionFault);
    }
    const optional = parameters === LEGACY ? 2 : 0; // the registration, which stands before a field that is needed
    for (let length = 0; length < bytes(wholeExchange).length - optional; length += 1) {
      expect(() => readExchange(parameters, bytes(wholeExchange).subarray(0, length))).toThrow(SessionFault);
    }
  });

  it.each([
    ['without a counter', { counter: undefined }],
    ['without a key', { ratchetKey: undefined }],
    ['without content', { ciphertext: undefined }],
    ['without a previous counter', { previous: undefined }],
    ['with empty content', { ciphertext: of(0, 0) }],
    ['with half a block', { ciphertext: of(24, 1) }],
    ['with a key of 31 bytes', { ratchetKey: of(31, 5) }],
    ['with a key of the other form', { ratchetKey: of(parameters.keyForm === 'typed' ? 32 : 33, 5) }],
    [
      'with a key that goes by two names',
      { ratchetKey: Uint8Array.of(5, ...of(32, 0xff)).slice(-keySize(parameters)) },
    ],
    ['with a number for a key', { ratchetKey: 5 }],
    ['with bytes for a counter', { counter: of(1, 5) }],
    ['of more than a kilobyte', { ciphertext: of(1_024, 1) }],
  ])('%s is refused', (_name, change) => {
    const { message: field, framing } = parameters;
    const form = parameters.keyForm === 'typed' ? step.ratchetKey : step.ratchetKey.subarray(1);
    const values = { ratchetKey: form, counter: 3, previous: 7, ciphertext: of(16, 1), ...change };
    const fields = (Object.keys(field) as (keyof typeof field)[]).flatMap((name): Field[] => {
      const value = values[name];
      return value === undefined ? [] : [[field[name], value]];
    });
    const encoded = writeFields(fields);
    const signed = framing.kind === 'version' ? Uint8Array.of(0x33, ...encoded) : encoded;
    const framedBytes = frameMessage(parameters, signed, of(macLength, 1));
    expect(() => readMessage(parameters, framedBytes)).toThrow(
      expect.objectContaining({ reason: 'malformed' }),
    );
  });

  it.each(['prekey', 'signedPrekey', 'baseKey', 'identityKey', 'message'] as const)(
    'that makes a session without its field %s is refused',
    (name) => {
      const { exchange: field, framing } = parameters;
      const typed = parameters.keyForm === 'typed';
      const all = {
        prekey: 9,
        signedPrekey: 10,
        baseKey: typed ? key(0x33) : of(32, 0x33),
        identityKey: sent,
        message: inner,
      };
      const names = (Object.keys(all) as (keyof typeof all)[]).filter((each) => each !== name);
      const encoded = writeFields(names.map((each): Field => [field[each], all[each]]));
      const whole = framing.kind === 'version' ? Uint8Array.of(0x33, ...encoded) : encoded;
      expect(() => readExchange(parameters, whole)).toThrow(expect.objectContaining({ reason: 'malformed' }));
    },
  );

  it('of arbitrary bytes is a fault and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (data, hasVersion) => {
        const input = hasVersion ? Uint8Array.of(0x33, ...data) : data;
        for (const read of [readMessage, readExchange]) {
          try {
            read(parameters, input);
          } catch (error) {
            expect(error).toBeInstanceOf(SessionFault);
          }
        }
      }),
    );
  });
});

function keySize({ keyForm }: Parameters): number {
  return keyForm === 'typed' ? 33 : 32;
}

it('of another version is refused in the older protocol', () => {
  const whole = Uint8Array.of(
    0x33,
    ...bytes(`0a2105${'11'.repeat(32)}100318062210${'22'.repeat(16)}`),
    ...of(8, 1),
  );
  expect(readMessage(LEGACY, whole).counter).toBe(3);
  for (const version of [0x00, 0x23, 0x32, 0x34, 0x43, 0x44, 0xb3]) {
    const other = Uint8Array.of(version, ...whole.subarray(1));
    expect(() => readMessage(LEGACY, other)).toThrow(expect.objectContaining({ reason: 'malformed' }));
    expect(() => readExchange(LEGACY, other)).toThrow(expect.objectContaining({ reason: 'malformed' }));
  }
});
