/**
 * `app://waxwing/file/<id>` and `app://waxwing/avatar/<hash>`: answers the page with a file of a message or the picture
 * of a person, as the engine decrypts it. The type is the one that its contents have; what is not a picture, sound or film
 * that Chromium decodes itself is only bytes to be saved.
 */
import type { Piece, Shown } from '../engine/serving.ts';
import { HEADERS } from './pages.ts';
import { ORIGIN } from './urls.ts';

export type ReadFile = (file: Shown, start: number, length: number) => Promise<Piece | undefined>;

/** Bytes asked of the engine at once. */
const PIECE = 524_288;
const SHOWN = /^(?:image\/(?:jpeg|png|gif|webp)|audio\/(?:mpeg|ogg|mp4|wav|flac)|video\/(?:mp4|webm))$/;

/** The number of the file, or the hash of the picture, that an address names; `undefined` for every other address. */
export function fileOf(method: string, url: string): Shown | undefined {
  if (method === 'GET' && url.startsWith(`${ORIGIN}/avatar/`)) {
    const hash = url.slice(`${ORIGIN}/avatar/`.length);
    return /^[0-9a-f]{40}$/.test(hash) ? hash : undefined;
  }
  if (method !== 'GET' || !url.startsWith(`${ORIGIN}/file/`)) return undefined;
  const text = url.slice(`${ORIGIN}/file/`.length);
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** @param range the header of that name (RFC 9110 §14.2), of which one range is understood */
export async function answerWithFile(read: ReadFile, file: Shown, range: string | null): Promise<Response> {
  const asked = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(range ?? '');
  const start = Number(asked?.[1] ?? 0);
  const first = await read(file, start, PIECE);
  if (first === undefined)
    return new Response('Not found', { status: 404, headers: headersOf('text/plain') });
  const { size, type = '' } = first;
  if (start > 0 && start >= size) {
    const headers = { ...headersOf('text/plain'), 'Content-Range': `bytes */${String(size)}` };
    return new Response('', { status: 416, headers });
  }
  const last = Math.min(asked?.[2] === undefined || asked[2] === '' ? Infinity : Number(asked[2]), size - 1);
  const end = Math.max(start, last + 1);
  const isShown = SHOWN.test(type);
  return new Response(streamOf(read, file, { start, end, first: first.bytes }), {
    status: asked === null ? 200 : 206,
    headers: {
      ...headersOf(isShown ? type : 'application/octet-stream'),
      ...(!isShown && { 'Content-Disposition': 'attachment' }),
      'Accept-Ranges': 'bytes',
      'Content-Length': String(end - start),
      ...(asked !== null && { 'Content-Range': `bytes ${String(start)}-${String(end - 1)}/${String(size)}` }),
    },
  });
}

function headersOf(type: string): Record<string, string> {
  return {
    ...HEADERS,
    // It is no page, and must not become one.
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'no-store',
    'Content-Type': type,
  };
}

/** Asks for more only as fast as it is taken: a film is not read for its first picture. */
function streamOf(
  read: ReadFile,
  file: Shown,
  { start, end, first }: { start: number; end: number; first: Uint8Array<ArrayBuffer> },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = start;
  let next: Uint8Array<ArrayBuffer> | undefined = first;
  return new ReadableStream({
    async pull(controller) {
      const bytes: Uint8Array<ArrayBuffer> =
        next ?? (await read(file, at, Math.min(PIECE, end - at)))?.bytes ?? new Uint8Array();
      next = undefined;
      const part = bytes.subarray(0, end - at);
      at += part.length;
      if (part.length > 0) controller.enqueue(part);
      if (at >= end) controller.close();
      else if (part.length === 0) controller.error(new Error('the file is gone'));
    },
  });
}
