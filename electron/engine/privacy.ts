/** What the person allows to be told about this computer. Off until they say so. */
import type { Database } from '../store/database.ts';
import { field } from '../store/columns.ts';
import { getSetting, setSetting } from '../store/settings.ts';

export interface Privacy {
  /** The operating system, to contacts who ask (XEP-0092 #security). */
  readonly tellsSystem: boolean;
  /** The time and its zone, to contacts who ask (XEP-0202 #security). */
  readonly tellsTime: boolean;
}

const KEY = 'privacy';

export function getPrivacy(database: Database): Privacy {
  const value = getSetting(database, KEY);
  return {
    tellsSystem: field(value, 'tellsSystem') === true,
    tellsTime: field(value, 'tellsTime') === true,
  };
}

export function setPrivacy(database: Database, privacy: Privacy): void {
  setSetting(database, KEY, privacy);
}
