/** A sealed file gives back what went in, or says that it does not. */
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, afterAll, expect, test } from 'vitest';
import { checkSealed, openSealed, sealInto } from '../../electron/engine/sealed-file.ts';
import { createCode } from '../../electron/engine/wrapping.ts';
import { Refusal } from '../../shared/answer.ts';
import { temporaryFolder } from '../support/folder.ts';

/** The least that a file may ask for; the product asks for eight times as much. */
const cost = { N: 2 ** 14, r: 8, p: 1 };
const HEADER = 67;
const CHUNK = 65_536 + 16;
const passphrase = 'a plague on both your houses';
let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => (folder = temporaryFolder('sealed')));
afterAll(() => folder.remove());

async function seal(texts: readonly string[], secret = passphrase): Promise<Buffer> {
  const bytes: Uint8Array[] = [];
  const keep = (more: Uint8Array): Promise<void> => {
    bytes.push(Uint8Array.from(more));
    return Promise.resolve();
  };
  const sealed = await sealInto(keep, secret, cost);
  for (const text of texts) await sealed.write(text);
  await sealed.finish();
  return Buffer.concat(bytes);
}

/** The text, or why there is none and how many bytes were given away before. */
async function unseal(bytes: Uint8Array, secret = passphrase): Promise<string> {
  const path = join(folder.path, 'file');
  await writeFile(path, bytes);
  const file = await open(path, 'r');
  let text = '';
  try {
    for await (const chunk of (await openSealed(file, secret)).chunks())
      text += Buffer.from(chunk).toString();
    return text;
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} after ${String(text.length)}`;
    throw error;
  } finally {
    await file.close();
  }
}

test('what goes in comes out, whatever its length', async () => {
  const lengths = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    ...[1, 2].map((n) => fc.integer({ min: n * 65_536 - 2, max: n * 65_536 + 2 })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(lengths, { maxLength: 3 }), async (parts) => {
      const texts = parts.map((length, index) => String(index).repeat(length));
      const bytes = await seal(texts);
      expect(await unseal(bytes)).toBe(texts.join(''));
      const size = texts.join('').length;
      expect(bytes.length).toBe(HEADER + size + 16 * Math.max(1, Math.ceil(size / 65_536)));
    }),
    { numRuns: 8 },
  );
});

test('two files of the same text have nothing in common, and nothing of the text', async () => {
  const [one, two] = [await seal(['wherefore art thou']), await seal(['wherefore art thou'])];
  expect(one.subarray(19)).not.toEqual(two.subarray(19));
  expect(one.includes('wherefore')).toBe(false);
});

test('a passphrase counts however it was composed, and a code however it was typed', async () => {
  expect(await unseal(await seal(['x'], 'caf\u00e9 cr\u00e8me'), 'cafe\u0301 cre\u0300me')).toBe('x');
  const code = createCode();
  const bytes = await seal(['x'], code);
  expect(await unseal(bytes, code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o'))).toBe('x');
  expect(await unseal(bytes, createCode())).toBe('wrong-secret after 0');
});

test('any damage is noticed, and nothing behind it is given away', async () => {
  const bytes = await seal(['a'.repeat(65_536), 'b'.repeat(65_536), 'c'.repeat(100)]);
  const changed = (at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const [first, second, third] = [HEADER, HEADER + CHUNK, HEADER + 2 * CHUNK];
  const head = bytes.subarray(0, HEADER);
  const chunks = [
    bytes.subarray(first, second),
    bytes.subarray(second, third),
    bytes.subarray(third),
  ] as const;
  const rows: [string, Buffer, string][] = [
    ['a text of somebody else', Buffer.from('{"format":"waxwing-export"}'), 'invalid after 0'],
    ['nothing', Buffer.alloc(0), 'invalid after 0'],
    ['half a header', bytes.subarray(0, 40), 'damaged after 0'],
    ['only a header', head, 'damaged after 0'],
    ['a changed salt', changed(30), 'wrong-secret after 0'],
    ['a changed mark', changed(HEADER - 1), 'wrong-secret after 0'],
    ['the first byte', changed(first), 'damaged after 0'],
    ['a tag', changed(second - 1), 'damaged after 0'],
    ['the second chunk', changed(second + 5), 'damaged after 65536'],
    ['the last byte', changed(bytes.length - 1), 'damaged after 131072'],
    ['cut within a chunk', bytes.subarray(0, third - 7), 'damaged after 65536'],
    ['cut between chunks', bytes.subarray(0, third), 'damaged after 65536'],
    ['cut after the first', bytes.subarray(0, second), 'damaged after 0'],
    ['the last one short', bytes.subarray(0, bytes.length - 1), 'damaged after 131072'],
    ['more behind it', Buffer.concat([bytes, Buffer.from([0])]), 'damaged after 131072'],
    ['another last one', Buffer.concat([bytes, chunks[2]]), 'damaged after 131072'],
    ['swapped', Buffer.concat([head, chunks[1], chunks[0], chunks[2]]), 'damaged after 0'],
    ['one left out', Buffer.concat([head, chunks[0], chunks[2]]), 'damaged after 65536'],
    ['one twice', Buffer.concat([head, chunks[0], chunks[0], chunks[1], chunks[2]]), 'damaged after 65536'],
  ];
  const seen: [string, string][] = [];
  for (const [name, altered] of rows) seen.push([name, await unseal(altered)]);
  expect(seen).toEqual(rows.map(([name, , outcome]) => [name, outcome]));
});

test('what a later version wrote, and what would eat the memory, is not even tried', async () => {
  const bytes = await seal(['x']);
  const later = Buffer.from(bytes);
  later.writeUInt16BE(2, 8);
  expect(await unseal(later)).toBe('too-new after 0');
  for (const [at, value] of [
    [10, 40], // N = 2^40
    [10, 1],
    [11, 0xff], // r
    [15, 0xff], // p
    [14, 0],
  ] as const) {
    const greedy = Buffer.from(bytes);
    greedy[at] = value;
    expect(await unseal(greedy)).toBe('damaged after 0');
  }
  const path = join(folder.path, 'checked');
  await writeFile(path, bytes);
  const file = await open(path, 'r');
  await checkSealed(file);
  await file.close();
});
