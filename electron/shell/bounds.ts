/**
 * Where the window was: one small file in the profile. What the file says is believed only as far as it makes sense
 * on the displays that are there now.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The window's place; without `x` and `y` it is centred. All in device-independent pixels. */
export interface Place {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
}

export const SMALLEST = { width: 360, height: 480 } as const;
const FIRST: Place = { width: 1_040, height: 720, isMaximized: false };
/** So much of the window's upper edge has to be reachable for it to be dragged back. */
const GRIP = { width: 120, height: 24 } as const;

/** The place that a file's text describes, or the first place when it describes none. */
export function readPlace(text: string): Place {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return FIRST;
  const { x, y, width, height, isMaximized } = value as Readonly<Record<string, unknown>>;
  if (!isPixels(width) || !isPixels(height)) return FIRST;
  const size = { width, height, isMaximized: isMaximized === true };
  return isPixels(x) && isPixels(y) ? { x, y, ...size } : size;
}

/** Fits a place into the displays' work areas: no larger than one of them, and within reach. */
export function fitPlace(place: Place, workAreas: readonly Rectangle[]): Place {
  const { x, y, isMaximized } = place;
  const area = workAreas.find(
    (candidate) => x !== undefined && y !== undefined && reaches(place, x, y, candidate),
  );
  const room = area ?? workAreas[0] ?? { x: 0, y: 0, width: FIRST.width, height: FIRST.height };
  const size = {
    width: Math.max(SMALLEST.width, Math.min(place.width, room.width)),
    height: Math.max(SMALLEST.height, Math.min(place.height, room.height)),
    isMaximized,
  };
  return area === undefined || x === undefined || y === undefined ? size : { x, y, ...size };
}

export function loadPlace(file: string): Place {
  try {
    return readPlace(readFileSync(file, 'utf8'));
  } catch {
    return FIRST; // The first start, or a file that cannot be read: nothing worth a word.
  }
}

/** Written beside and renamed, so that a crash leaves the old place or the new one. @throws when the disk is full */
export function savePlace(file: string, place: Place): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, JSON.stringify(place), { mode: 0o600 });
  renameSync(fresh, file);
}

function reaches({ width }: Place, x: number, y: number, area: Rectangle): boolean {
  const seen = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return seen >= GRIP.width && y >= area.y && y + GRIP.height <= area.y + area.height;
}

function isPixels(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) < 100_000;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Not JSON is as good as no file: the window gets its first place.
  }
}
