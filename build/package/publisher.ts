/**
 * Who releases this Waxwing: `publisher.json`, to be set by who releases. Its home page, who answers for packages, and
 * where updates come from with the keys that sign them; without these nothing is made for others. The ids `im.waxwing.…`
 * are names, and stay; a store may ask whoever uploads there to prove that the domain is theirs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UpdateChannel } from '../../electron/engine/update-source.ts';
import { readPublished } from '../../electron/shell/publisher.ts';
import { root } from '../places.ts';

export interface Publisher {
  /** An `https:` address. */
  readonly homepage: string;
  /** `Name <mail@example.org>`. */
  readonly maintainer: string;
  /** Absent: this build looks for no updates. */
  readonly updates?: UpdateChannel;
}

/** Of a build for trying: nobody, in a domain that nobody has (RFC 2606 §2). */
export const NOBODY: Publisher = {
  homepage: 'https://waxwing.invalid/',
  maintainer: 'Somebody who tries it <nobody@waxwing.invalid>',
};

const FILE = 'build/package/publisher.json';

/** @throws Error with a sentence for whoever releases, as long as something is not set, or cannot be true */
export function findPublisher(text = readFileSync(join(root, FILE), 'utf8')): Publisher {
  const { homepage, maintainer, updates } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (typeof homepage !== 'string' || !/^https:\/\/[^\s/]+\.[^\s/]+/u.test(homepage)) {
    throw new Error(`The home page is to be set by who releases, in ${FILE}. For trying: --trial.`);
  }
  if (typeof maintainer !== 'string' || !/^[^<>]+ <[^\s@<>]+@[^\s@<>]+>$/u.test(maintainer)) {
    throw new Error(`The maintainer ("Name <mail address>") is to be set by who releases, in ${FILE}.`);
  }
  if (updates === null || updates === undefined) return { homepage, maintainer };
  const read = readPublished(JSON.stringify({ waxwing: { updates } })).updates;
  if (read === undefined) throw new Error(`What ${FILE} says of updates is not understood.`);
  return { homepage, maintainer, updates: read };
}
