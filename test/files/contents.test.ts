/** What files are by their bytes, how they lie on the disk, and how they are encrypted for others (H62, H64). */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { BlobWriter, readBlob, type Blob } from '../../electron/files/blob.ts';
import { FileFolder } from '../../electron/files/folder.ts';
import { expectedType, kindOfType, sniff } from '../../electron/files/kind.ts';
import { isBearable, sizeOf } from '../../electron/files/picture.ts';
import { BrokenSeal, openParts, sealParts } from '../../electron/files/seal.ts';
import { temporaryFolder } from '../support/folder.ts';

const folder = temporaryFolder('files');
afterAll(folder.remove);

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const part of parts) found.push(part);
  return Buffer.concat(found);
}
// eslint-disable-next-line @typescript-eslint/require-await -- as parts come from a network
async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

let count = 0;
async function write(contents: Uint8Array, size = 10_000): Promise<Blob> {
  const path = join(folder.path, String((count += 1)));
  const writer = await BlobWriter.create(path);
  for await (const part of inParts(contents, size)) await writer.write(part);
  const written = await writer.finish();
  expect(written.size).toBe(contents.length);
  expect(written.hash.equals(createHash('sha256').update(contents).digest())).toBe(true);
  return { path, key: writer.key, size: contents.length };
}

describe('a file on our disk', () => {
  test.each([0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])(
    'of %d bytes is read from any place',
    async (size) => {
      const contents = randomBytes(size);
      const blob = await write(contents, 7_001);
      expect((await collect(readBlob(blob))).equals(contents)).toBe(true);
      for (const [start, end] of [
        [0, 1],
        [65_535, 65_537],
        [100_000, 150_000],
        [size - 1, size],
        [size, size + 10],
      ] as const) {
        if (start < 0) continue;
        expect((await collect(readBlob(blob, start, end))).equals(contents.subarray(start, end))).toBe(true);
      }
    },
  );

  test('says nothing of what is in it', async () => {
    const { path } = await write(Buffer.from('THE SECRET'.repeat(10_000)));
    expect(readFileSync(path).includes('SECRET')).toBe(false);
  });

  test('that was changed, cut off, put together anew or opened with another key is refused', async () => {
    const contents = randomBytes(150_000);
    const piece = 65_552;
    const spoil: ((bytes: Buffer) => Buffer)[] = [
      (bytes) => {
        bytes[100] = (bytes[100] ?? 0) ^ 1;
        return bytes;
      },
      (bytes) => bytes.subarray(0, piece),
      (bytes) => bytes.subarray(0, -1),
      (bytes) =>
        Buffer.concat([
          bytes.subarray(piece, 2 * piece),
          bytes.subarray(0, piece),
          bytes.subarray(2 * piece),
        ]),
      () => Buffer.alloc(0),
    ];
    for (const change of spoil) {
      const blob = await write(contents);
      writeFileSync(blob.path, change(readFileSync(blob.path)));
      await expect(collect(readBlob(blob))).rejects.toThrow(BrokenSeal);
    }
    const blob = await write(contents);
    await expect(collect(readBlob({ ...blob, key: randomBytes(32) }))).rejects.toThrow(BrokenSeal);
    // As long as one whole piece: a shorter size is no way to have the end left out.
    truncateSync(blob.path, piece);
    await expect(collect(readBlob({ ...blob, size: 65_536 }))).rejects.toThrow(BrokenSeal);
  });

  test('that nobody knows is swept away, and one that is being written is not', async () => {
    const files = new FileFolder(join(folder.path, 'swept'));
    const [known, lost, unfinished] = [await files.create(), await files.create(), await files.create()];
    for (const each of [known, lost]) {
      await each.writer.finish();
      files.keep(each);
    }
    await files.sweep(() => new Set([known.name]));
    expect([known, lost, unfinished].map(({ name }) => existsSync(files.pathOf(name)))).toEqual([
      true,
      false,
      true,
    ]);
    await files.abandon(unfinished);
    expect(existsSync(files.pathOf(unfinished.name))).toBe(false);
  });
});

describe('a file for others', () => {
  const secret = { key: randomBytes(32), iv: randomBytes(12) };

  test('is opened however it comes in parts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 3_000 }), fc.integer({ min: 1, max: 700 }), async (size, part) => {
        const contents = randomBytes(size);
        const sealed = await collect(sealParts(secret, inParts(contents, 500)));
        expect(sealed.length).toBe(size + 16);
        expect((await collect(openParts(secret, inParts(sealed, part)))).equals(contents)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('that was changed anywhere, cut off or made longer is refused (H62)', async () => {
    const sealed = await collect(sealParts(secret, inParts(randomBytes(100), 30)));
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      await expect(collect(openParts(secret, inParts(changed, 33)))).rejects.toThrow(BrokenSeal);
    }
    for (const other of [
      sealed.subarray(0, 50),
      sealed.subarray(0, 10),
      Buffer.concat([sealed, sealed]),
      Buffer.alloc(0),
    ]) {
      await expect(collect(openParts(secret, inParts(other, 33)))).rejects.toThrow(BrokenSeal);
    }
  });
});

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat([
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
    Buffer.alloc(64),
  ]);

/** The boxes that say what the tracks of a film are of. */
const handlers = (...kinds: string[]): (string | number[])[] =>
  kinds.flatMap((kind) => ['hdlr', [0, 0, 0, 0, 0, 0, 0, 0], kind]);

describe('what a file is (H64)', () => {
  test.each([
    ['image/jpeg', bytes([0xff, 0xd8, 0xff, 0xe0])],
    ['image/png', bytes('\x89PNG\r\n\x1a\n')],
    ['image/gif', bytes('GIF89a')],
    ['image/webp', bytes('RIFF\0\0\0\0WEBPVP8 ')],
    ['audio/wav', bytes('RIFF\0\0\0\0WAVE')],
    ['audio/ogg', bytes('OggS')],
    ['audio/flac', bytes('fLaC')],
    ['audio/mpeg', bytes('ID3')],
    ['audio/mpeg', bytes([0xff, 0xfb, 0x90, 0x00])],
    ['audio/mp4', bytes([0, 0, 0, 32], 'ftypM4A ')],
    ['video/mp4', bytes([0, 0, 0, 32], 'ftypisom')],
    ['audio/mp4', bytes([0, 0, 0, 32], 'ftypisom', ...handlers('soun'))],
    ['video/mp4', bytes([0, 0, 0, 32], 'ftypisom', ...handlers('soun', 'vide'))],
    ['video/mp4', bytes([0, 0, 0, 32], 'ftypisom', 'hdlr', [0, 0, 0, 0])],
    ['video/webm', bytes([0x1a, 0x45, 0xdf, 0xa3, 0, 0, 0], 'webm')],
  ])('%s', (type, head) => {
    expect(sniff(head)).toBe(type);
  });

  test.each([
    ['HTML', bytes('<!doctype html><script>')],
    ['SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg">')],
    ['a program', bytes('\x7fELF')],
    ['a program of Windows', bytes('MZ')],
    ['a starter', bytes('[Desktop Entry]\nExec=')],
    ['a document', bytes('%PDF-1.7')],
    ['an archive', bytes('PK\x03\x04')],
    ['HEIC, which is not decoded here', bytes([0, 0, 0, 32], 'ftypheic')],
    ['Matroska', bytes([0x1a, 0x45, 0xdf, 0xa3, 0, 0, 0], 'matroska')],
    ['nothing', Buffer.alloc(0)],
  ])('%s is just bytes', (_what, head) => {
    expect(sniff(head)).toBeUndefined();
    expect(kindOfType(sniff(head))).toBe('file');
  });

  test('is expected by what is said of it, as far as it could be shown', () => {
    expect(expectedType('image/png', 'exe')).toBe('image/png');
    expect(expectedType('text/html', 'html')).toBeUndefined();
    expect(expectedType('image/svg+xml', 'svg')).toBeUndefined();
    expect(expectedType(undefined, 'jpeg')).toBe('image/jpeg');
    expect(expectedType(undefined, 'constructor')).toBeUndefined();
  });
});

describe('how large a picture is', () => {
  const exif = (orientation: number): number[] => {
    const tiff = [
      ...Buffer.from('Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0', 'latin1'),
      orientation,
      0,
      0,
      0,
    ];
    return [0xff, 0xe1, 0, tiff.length + 2, ...tiff];
  };
  const frame = [0xff, 0xc0, 0, 17, 8, 0, 30, 0, 40];

  test.each([
    ['image/png', bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 0, 40, 0, 0, 0, 30])],
    ['image/gif', bytes('GIF89a', [40, 0, 30, 0])],
    ['image/webp', bytes('RIFF\0\0\0\0WEBPVP8X', [0, 0, 0, 0, 0, 0, 0, 0, 39, 0, 0, 29, 0, 0])],
    ['image/webp', bytes('RIFF\0\0\0\0WEBPVP8 ', [0, 0, 0, 0, 0, 0, 0, 0x9d, 0x01, 0x2a, 40, 0, 30, 0])],
    ['image/webp', bytes('RIFF\0\0\0\0WEBPVP8L', [0, 0, 0, 0, 0x2f, 39, 0x40, 0x07, 0])],
    ['image/jpeg', bytes([0xff, 0xd8], frame)],
    ['image/jpeg', bytes([0xff, 0xd8], exif(1), [0xff, 0xdb, 0, 4, 0, 0], frame)],
  ])('%s', (type, head) => {
    expect(sizeOf(type, head)).toEqual({ width: 40, height: 30 });
  });

  test('is told as it is turned', () => {
    expect(sizeOf('image/jpeg', bytes([0xff, 0xd8], exif(6), frame))).toEqual({ width: 30, height: 40 });
  });

  test('is not read out of what is cut short or broken, and never by running on', () => {
    for (const head of [
      [],
      [0xff, 0xd8],
      [0xff, 0xd8, 0xff, 0xe0, 0, 0],
      [0xff, 0xd8, 1, 2],
      [0xff, 0xd8, 0xff, 0xda],
    ]) {
      expect(sizeOf('image/jpeg', Buffer.from(head))).toBeUndefined();
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('image/jpeg', 'image/png', 'image/gif', 'image/webp'),
        (head, type) => {
          sizeOf(type, Buffer.concat([Buffer.from([0xff, 0xd8]), head]));
          sniff(head);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('too large to be decoded is not shown', () => {
    expect(isBearable({ width: 30_000, height: 30_000 })).toBe(false);
    expect(isBearable({ width: 0, height: 5 })).toBe(false);
    expect(isBearable({ width: 8_000, height: 5_000 })).toBe(true);
  });
});
