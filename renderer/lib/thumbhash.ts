/**
 * ThumbHash by Evan Wallace: a picture in about 25 bytes, as the lowest frequencies of its lightness and two colours.
 * Written anew after the description at https://evanw.github.io/thumbhash/. Transparency is read past and never written:
 * what is behind a picture here is our own ground.
 */

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of each, from 0 to 255. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** The longer side of a decoded one, in points; and the longest of one to be encoded. */
const SIDE = 32;
export const LARGEST = 100;

/** The frequencies of a channel: those in the corner of nx by ny that are below its diagonal, the constant left out. */
function* frequencies(nx: number, ny: number): Generator<readonly [number, number]> {
  for (let y = 0; y < ny; y += 1) for (let x = y > 0 ? 0 : 1; x * ny < nx * (ny - y); x += 1) yield [x, y];
}

const wave = (index: number, at: number, size: number): number =>
  Math.cos((Math.PI / size) * index * (at + 0.5));

/** A small picture; `undefined` for what is too short to be one. Any bytes give some picture. */
export function decodeThumbhash(hash: Uint8Array): Pixels | undefined {
  const byte = (at: number): number => hash[at] ?? 0;
  if (hash.length < 5) return undefined;
  const head = byte(0) | (byte(1) << 8) | (byte(2) << 16);
  const tail = byte(3) | (byte(4) << 8);
  const hasAlpha = head >> 23 === 1;
  const isLandscape = tail >> 15 === 1;
  const [long, short] = [hasAlpha ? 5 : 7, tail & 7];
  const [lx, ly] = isLandscape ? [long, short] : [short, long];
  let nibble = hasAlpha ? 12 : 10;
  const channel = (nx: number, ny: number, dc: number, scale: number) => ({
    dc,
    terms: [...frequencies(nx, ny)].map(([x, y]) => {
      const value = (byte(nibble >> 1) >> ((nibble & 1) * 4)) & 15;
      nibble += 1;
      return { x, y, factor: (value / 7.5 - 1) * scale * 2 };
    }),
  });
  const lightness = channel(Math.max(3, lx), Math.max(3, ly), (head & 63) / 63, ((head >> 18) & 31) / 31);
  const yellow = channel(3, 3, ((head >> 6) & 63) / 31.5 - 1, (((tail >> 3) & 63) / 63) * 1.25);
  const red = channel(3, 3, ((head >> 12) & 63) / 31.5 - 1, (((tail >> 9) & 63) / 63) * 1.25);
  const ratio = Math.max(1, lx) / Math.max(1, ly);
  const width = Math.max(1, Math.round(ratio > 1 ? SIDE : SIDE * ratio));
  const height = Math.max(1, Math.round(ratio > 1 ? SIDE / ratio : SIDE));
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const [l, p, q] = [lightness, yellow, red].map(({ dc, terms }) =>
      terms.reduce((sum, each) => sum + each.factor * wave(each.x, x, width) * wave(each.y, y, height), dc),
    ) as [number, number, number];
    const blue = l - (2 / 3) * p;
    const strong = (3 * l - blue + q) / 2;
    data.set([strong * 255, (strong - q) * 255, blue * 255, 255], at * 4);
  }
  return { width, height, data };
}

/** @param pixels opaque, neither side longer than `LARGEST` */
export function encodeThumbhash({ width, height, data }: Pixels): Uint8Array<ArrayBuffer> {
  const channels: [number[], number[], number[]] = [[], [], []];
  for (let at = 0; at < width * height * 4; at += 4) {
    const [r, g, b] = [0, 1, 2].map((place) => (data[at + place] ?? 0) / 255) as [number, number, number];
    channels[0].push((r + g + b) / 3);
    channels[1].push((r + g) / 2 - b);
    channels[2].push(r - g);
  }
  const amount = (values: number[], fx: number, fy: number): number =>
    values.reduce(
      (sum, value, at) =>
        sum + value * wave(fx, at % width, width) * wave(fy, Math.floor(at / width), height),
      0,
    ) /
    (width * height);
  const channel = (values: number[], nx: number, ny: number) => {
    const terms = [...frequencies(nx, ny)].map(([x, y]) => amount(values, x, y));
    const scale = Math.max(0, ...terms.map(Math.abs));
    return {
      dc: amount(values, 0, 0),
      scale,
      terms: terms.map((term) => (scale === 0 ? 0 : 0.5 + term / scale / 2)),
    };
  };
  const isLandscape = width > height;
  const longest = Math.max(width, height);
  const [lx, ly] = [width, height].map((side) => Math.max(1, Math.round((7 * side) / longest))) as [
    number,
    number,
  ];
  const l = channel(channels[0], Math.max(3, lx), Math.max(3, ly));
  const p = channel(channels[1], 3, 3);
  const q = channel(channels[2], 3, 3);
  const part = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));
  const head =
    part(63 * l.dc, 63) |
    (part(31.5 + 31.5 * p.dc, 63) << 6) |
    (part(31.5 + 31.5 * q.dc, 63) << 12) |
    (part(31 * l.scale, 31) << 18);
  const tail =
    (isLandscape ? ly : lx) |
    (part(63 * p.scale, 63) << 3) |
    (part(63 * q.scale, 63) << 9) |
    (isLandscape ? 1 << 15 : 0);
  const bytes = [head & 255, (head >> 8) & 255, head >> 16, tail & 255, tail >> 8];
  [l, p, q]
    .flatMap(({ terms }) => terms)
    .forEach((term, index) => {
      const place = 5 + (index >> 1);
      bytes[place] = (bytes[place] ?? 0) | (part(15 * term, 15) << ((index & 1) * 4));
    });
  return Uint8Array.from(bytes);
}
