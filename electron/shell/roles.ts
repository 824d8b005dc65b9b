/**
 * What a window of its own shows: one chat, or one picture in it. Its address says so, and nothing else does. Pure; what a
 * file says is believed only as far as it makes sense.
 */
import type { WindowRole } from '../../shared/contract.ts';
import { readPlace, type Place } from './bounds.ts';
import { PAGE } from './urls.ts';

export interface KeptWindow {
  readonly role: WindowRole;
  readonly place: Place;
}

/** Windows beside the first: nobody keeps more in sight, and a page out of our hands cannot fill the screen. */
export const MOST_WINDOWS = 12;

export function pageOf({ chat, picture }: WindowRole): string {
  const shown =
    picture === undefined ? '' : `&message=${String(picture.message)}&file=${String(picture.file)}`;
  return `${PAGE}#chat=${String(chat)}${shown}`;
}

/** The windows that a file's text lists; none when it makes no sense. */
export function readWindows(text: string): KeptWindow[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return []; // not ours: no further windows
  }
  return (Array.isArray(list) ? (list as unknown[]) : [])
    .flatMap((entry) => {
      if (typeof entry !== 'object' || entry === null) return [];
      const { chat, picture, place } = entry as Readonly<Record<string, unknown>>;
      const role = readRole(chat, picture);
      return role === undefined ? [] : [{ role, place: readPlace(JSON.stringify(place ?? {})) }];
    })
    .slice(0, MOST_WINDOWS);
}

export function writeWindows(windows: readonly KeptWindow[]): string {
  return JSON.stringify(windows.map(({ role, place }) => ({ ...role, place })));
}

function readRole(chat: unknown, picture: unknown): WindowRole | undefined {
  if (!isId(chat)) return undefined;
  if (picture === undefined) return { chat };
  if (typeof picture !== 'object' || picture === null) return undefined;
  const { message, file } = picture as Readonly<Record<string, unknown>>;
  return isId(message) && isId(file) ? { chat, picture: { message, file } } : undefined;
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
