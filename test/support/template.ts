/**
 * New databases and profiles without the work of making them: the program makes one of each kind in each process, which
 * then is copied. What is about the making itself, or about protection, takes `openDatabase` and a folder of its own.
 */
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createVault, DATABASE_FILE } from '../../electron/engine/vault.ts';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import { openKeyring } from './engine.ts';
import { temporaryFolder } from './folder.ts';

/** The databases that were made, by their keys. */
const made = new Map<string, string>();
const folder = temporaryFolder('template');

/** Puts an empty database of this key where none is, as `openDatabase` would have made it. */
export function placeDatabase(file: string, key: Uint8Array): void {
  const name = Buffer.from(key).toString('hex');
  let template = made.get(name);
  if (template === undefined) {
    template = join(folder.path, `${name}.db`);
    closeDatabase(openDatabase(template, key));
    made.set(name, template);
  }
  copyFileSync(template, file);
}

let profile: Promise<string> | undefined;

/** The profile that all others are copied from: of the keyring that test hosts have. */
async function makeProfile(): Promise<string> {
  const { path } = temporaryFolder('template-profile');
  const { key } = await createVault(path, openKeyring, {});
  closeDatabase(openDatabase(join(path, DATABASE_FILE), key));
  return path;
}

/** The folder of somebody who has started the program once, with the keyring of test hosts, and done nothing yet. */
export async function temporaryProfile(name: string): Promise<ReturnType<typeof temporaryFolder>> {
  const template = await (profile ??= makeProfile());
  const place = temporaryFolder(name);
  for (const file of readdirSync(template)) copyFileSync(join(template, file), join(place.path, file));
  return place;
}
