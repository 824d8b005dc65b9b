/** What the person wants of the desktop around the window, kept in the profile. Doing it is the shell's business. */
import * as v from 'valibot';
import type { Input } from '../../shared/contract.ts';
import { desktopSchema, type DesktopRow } from '../../shared/rows/desktop.ts';
import type { Database } from '../store/database.ts';
import { getSetting, setSetting } from '../store/settings.ts';

const KEY = 'desktop';
/** Nothing starts or stays by itself before the person has said so. Five minutes are what XEP-0319 suggests (#last-interact). */
const usual: DesktopRow = { closing: 'ask', minimizesToTray: false, startsAtLogin: false, awayAfter: 5 };
const written = v.fallback(v.partial(v.object(desktopSchema.entries)), {});

/** What is not written, or makes no sense, is as usual. */
export function getDesktop(database: Database): DesktopRow {
  return { ...usual, ...known(v.parse(written, getSetting(database, KEY))) };
}

/** @returns what holds from now on */
export function setDesktop(database: Database, changed: Input<'desktop.set'>): DesktopRow {
  const row = { ...getDesktop(database), ...known(changed) };
  setSetting(database, KEY, row);
  return row;
}

/** Without what is `undefined`, which would hide the value below it. */
function known(row: Readonly<Record<string, unknown>>): Partial<DesktopRow> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
