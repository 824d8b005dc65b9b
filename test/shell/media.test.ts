/** Files of messages for the page: ranges, types by contents only, and nothing that could become a page (H64). */
import { describe, expect, test } from 'vitest';
import { answerWithFile, fileOf, type ReadFile } from '../../electron/shell/media.ts';

const contents = Uint8Array.from({ length: 1_300_000 }, (_, index) => index % 251);
const reading =
  (type: string | undefined): ReadFile =>
  (file, start, length) =>
    Promise.resolve(
      file === 7
        ? {
            ...(type !== undefined && { type }),
            size: contents.length,
            bytes: contents.slice(start, start + length),
          }
        : undefined,
    );
const bodyOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

describe('an address', () => {
  test.each([
    ['GET', 'app://waxwing/file/7', 7],
    ['POST', 'app://waxwing/file/7', undefined],
    ['GET', 'app://waxwing/file/07', undefined],
    ['GET', 'app://waxwing/file/-1', undefined],
    [
      'GET',
      'app://waxwing/avatar/da39a3ee5e6b4b0d3255bfef95601890afd80709',
      'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    ],
    ['POST', 'app://waxwing/avatar/da39a3ee5e6b4b0d3255bfef95601890afd80709', undefined],
    ['GET', 'app://waxwing/avatar/da39a3ee5e6b4b0d3255bfef95601890afd8070', undefined],
    ['GET', 'app://waxwing/avatar/../file/7', undefined],
    ['GET', 'app://waxwing/file/7/../8', undefined],
    ['GET', 'app://waxwing/file/7?x', undefined],
    ['GET', 'app://waxwing/file/99999999999999999', undefined],
    ['GET', 'app://elsewhere/file/7', undefined],
    ['GET', 'app://waxwing/index.html', undefined],
  ])('%s %s names %s', (method, url, file) => {
    expect(fileOf(method, url)).toBe(file);
  });
});

test('the whole of a picture, piece by piece', async () => {
  const response = await answerWithFile(reading('image/png'), 7, null);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/png');
  expect(response.headers.get('content-length')).toBe(String(contents.length));
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(response.headers.get('content-disposition')).toBeNull();
  expect((await bodyOf(response)).equals(contents)).toBe(true);
});

test.each([
  ['bytes=0-', 0, contents.length],
  ['bytes=10-19', 10, 20],
  ['bytes=600000-1299999', 600_000, 1_300_000],
  ['bytes=1299990-9999999', 1_299_990, 1_300_000],
])('%s of a film', async (range, start, end) => {
  const response = await answerWithFile(reading('video/mp4'), 7, range);
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${contents.length}`);
  expect((await bodyOf(response)).equals(contents.slice(start, end))).toBe(true);
});

test('a range that is none, and a file that is none', async () => {
  expect((await answerWithFile(reading('video/mp4'), 7, 'bytes=1300000-')).status).toBe(416);
  expect((await answerWithFile(reading('video/mp4'), 8, null)).status).toBe(404);
  expect((await answerWithFile(reading('video/mp4'), 7, 'lines=1-2')).status).toBe(200);
});

test.each([undefined, 'text/html', 'image/svg+xml', 'application/pdf', 'text/javascript'])(
  'as %s it is only to be saved',
  async (type) => {
    const response = await answerWithFile(reading(type), 7, null);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toBe('attachment');
    await response.body?.cancel();
  },
);
