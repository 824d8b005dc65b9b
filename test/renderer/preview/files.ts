/** Files for the preview: messages with every kind of file in every state, and pictures that a page can load. */
import { deflateSync, crc32 } from 'node:zlib';

/** A picture with hills and a sky, made of numbers. */
export function picture(width: number, height: number, hue: number): Buffer {
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(1 + width * 3);
    for (let x = 0; x < width; x++) {
      const hill =
        height * (0.6 + 0.15 * Math.sin((x / width) * 7 + hue) + 0.05 * Math.sin((x / width) * 23));
      const isSky = y < hill;
      const shade = isSky ? 130 + (110 * y) / height : 110 - (70 * (y - hill)) / height;
      row[1 + x * 3] = Math.min(255, shade + (isSky ? 40 : hue * 20));
      row[2 + x * 3] = Math.min(255, shade + (isSky ? 10 : 30));
      row[3 + x * 3] = Math.min(255, isSky ? shade + 40 - hue * 15 : shade / 2);
    }
    rows.push(row);
  }
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
