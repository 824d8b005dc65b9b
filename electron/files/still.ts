/**
 * The first picture of one that moves, cut out of its bytes without decoding them: what stands for a person is to stand
 * still. It reads GIF, PNG and WebP by their structure, and trusts no length in them.
 */

/** The same bytes when nothing moves; `undefined` for what is broken. */
export function stillOf(type: string, bytes: Uint8Array): Uint8Array | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (type) {
      case 'image/gif':
        return firstOfGif(buffer);
      case 'image/png':
        return firstOfPng(buffer);
      case 'image/webp':
        return firstOfWebp(buffer);
      default:
        return bytes;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined; // cut short
    throw error;
  }
}

/** GIF89a §§17–27: everything up to the end of the first image, and a trailer. */
function firstOfGif(bytes: Buffer): Buffer | undefined {
  let at = 13 + colours(bytes.readUInt8(10));
  for (;;) {
    const kind = bytes.readUInt8(at);
    if (kind === 0x21) at = afterBlocks(bytes, at + 2);
    else if (kind === 0x2c) {
      const end = afterBlocks(bytes, at + 10 + colours(bytes.readUInt8(at + 9)) + 1);
      return Buffer.concat([bytes.subarray(0, end), Buffer.of(0x3b)]);
    } else return undefined; // the end, before any image
  }
}

/** Bytes of a colour table that these flags announce. */
const colours = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

function afterBlocks(bytes: Buffer, from: number): number {
  let at = from;
  for (let length = bytes.readUInt8(at); length > 0; length = bytes.readUInt8(at)) at += length + 1;
  return at + 1;
}

/** PNG (third edition) §11.3.6: without the chunks of an animation the default image is left. */
function firstOfPng(bytes: Buffer): Buffer {
  const kept = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > bytes.length) throw new RangeError('a chunk is longer than the file');
    if (!['acTL', 'fcTL', 'fdAT'].includes(name)) kept.push(bytes.subarray(at, end));
    at = end;
    if (name === 'IEND') break;
  }
  return Buffer.concat(kept);
}

const ANIMATION = 0x02;
const ALPHA = 0x10;

/** RFC 9649 §2.7.1: the first frame becomes a file of its own. */
function firstOfWebp(bytes: Buffer): Buffer | undefined {
  if (bytes.toString('latin1', 12, 16) !== 'VP8X' || (bytes.readUInt8(20) & ANIMATION) === 0) return bytes;
  for (const { name, start, end } of chunks(bytes, 12, bytes.length)) {
    if (name !== 'ANMF') continue;
    // Position, size and duration of the frame come first; then its chunks.
    const frame = [...chunks(bytes, start + 16, end)].filter((each) =>
      ['ALPH', 'VP8 ', 'VP8L'].includes(each.name),
    );
    if (frame.length === 0) return undefined;
    const front = Buffer.alloc(30);
    front.write('RIFF', 0, 'latin1');
    front.write('WEBPVP8X', 8, 'latin1');
    front.writeUInt32LE(10, 16);
    front.writeUInt8(frame.some((each) => each.name === 'ALPH') ? ALPHA : 0, 20);
    bytes.copy(front, 24, start + 6, start + 12); // width and height, less one, as VP8X wants them
    const parts = frame.map((each) => bytes.subarray(each.start - 8, each.end + (each.end % 2)));
    const whole = Buffer.concat([front, ...parts]);
    whole.writeUInt32LE(whole.length - 8, 4);
    return whole;
  }
  return undefined;
}

interface Chunk {
  readonly name: string;
  /** Of its contents. */
  readonly start: number;
  readonly end: number;
}

function* chunks(bytes: Buffer, from: number, until: number): Generator<Chunk> {
  for (let at = from; at + 8 <= until;) {
    const end = at + 8 + bytes.readUInt32LE(at + 4);
    if (end > until) throw new RangeError('a chunk is longer than what it is in');
    yield { name: bytes.toString('latin1', at, at + 4), start: at + 8, end };
    at = end + (end % 2);
  }
}
