/** The reports of what ended unexpectedly, as the shell left them in the profile: listed, read, saved elsewhere, deleted. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { Refusal } from '../../shared/answer.ts';
import { crashKinds, crashName } from '../../shared/calls/diagnosis.ts';
import type { Output } from '../../shared/contract.ts';

const FOLDER = 'crashes';
/** A report is a page or two; what is longer is none of ours. */
const LONGEST = 65_536;

type Report = Output<'crashes.list'>['reports'][number];

/** The newest first. */
export async function listCrashes(profile: string): Promise<Report[]> {
  const names = await readdir(join(profile, FOLDER)).catch(() => []); // there may have been none
  const reports: Report[] = [];
  for (const file of names.toSorted().toReversed()) {
    const name = v.safeParse(crashName, file.replace(/\.txt$/u, ''));
    if (!name.success || !file.endsWith('.txt')) continue;
    const [at, kind] = [timeOf(name.output), await kindOf(profile, name.output)];
    if (!Number.isNaN(at) && kind !== undefined) reports.push({ name: name.output, at, kind });
  }
  return reports;
}

/** @param name checked by the contract: it leads nowhere else @throws Refusal `not-found` */
export async function readCrash(profile: string, name: string): Promise<string> {
  try {
    return (await readFile(join(profile, FOLDER, `${name}.txt`), 'utf8')).slice(0, LONGEST);
  } catch {
    throw new Refusal('not-found');
  }
}

/** @throws Refusal `not-found`; what the file system says */
export async function saveCrash(profile: string, name: string, path: string): Promise<void> {
  await writeFile(path, await readCrash(profile, name), { mode: 0o600 });
}

export async function removeCrashes(profile: string): Promise<void> {
  await rm(join(profile, FOLDER), { recursive: true, force: true });
}

/** `20261122T065812123Z-1a2b` was made when it says. */
function timeOf(name: string): number {
  return Date.parse(
    name.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z.*$/u, '$1-$2-$3T$4:$5:$6.$7Z'),
  );
}

/** The second line says it. */
async function kindOf(profile: string, name: string): Promise<Report['kind'] | undefined> {
  const said = /^[^\n]{0,200}\nkind: ([a-z]{1,10})\n/u.exec(await readCrash(profile, name))?.[1];
  return crashKinds.find((each) => each === said);
}
