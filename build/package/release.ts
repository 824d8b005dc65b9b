/**
 * `node build/package/release.ts [tag]`: what has to be true before a release is made, and what no test of every day can
 * say, because it depends on the day: who releases is set, the key fits, the version is the same everywhere, and Electron is
 * in support and not behind its security fixes.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../places.ts';
import { findPublisher, type Publisher } from './publisher.ts';

/** Electron supports as many of its newest major versions (https://www.electronjs.org/docs/latest/tutorial/electron-timelines). */
const SUPPORTED_MAJORS = 3;
/** Milliseconds that a fix of our major version may have been out. */
const GRACE = 30 * 24 * 3_600_000;
const RELEASES = 'https://releases.electronjs.org/releases.json';

export interface ElectronRelease {
  readonly version: string;
  /** `2026-11-20` */
  readonly date: string;
}

/** @returns why this Electron is not to be released with; nothing when it may */
export function judgeElectron(
  pinned: string,
  releases: readonly ElectronRelease[],
  now: number,
): string | undefined {
  const stable = releases.flatMap(({ version, date }) => {
    const numbers = numbersOf(version);
    return numbers === undefined ? [] : [{ numbers, version, at: Date.parse(date) }];
  });
  const ours = numbersOf(pinned);
  if (ours === undefined || !stable.some(({ version }) => version === pinned)) {
    return `Electron ${pinned} is no release that the Electron project knows.`;
  }
  const majors = [...new Set(stable.map(({ numbers }) => numbers[0]))].sort((a, b) => b - a);
  if (!majors.slice(0, SUPPORTED_MAJORS).includes(ours[0])) {
    return `Electron ${pinned} is out of support: supported are ${majors.slice(0, SUPPORTED_MAJORS).join(', ')}.`;
  }
  const missed = stable.find(
    ({ numbers, at }) =>
      numbers[0] === ours[0] &&
      (numbers[1] > ours[1] || (numbers[1] === ours[1] && numbers[2] > ours[2])) &&
      now - at > GRACE,
  );
  return missed && `Electron ${missed.version} has been out for more than 30 days, and ${pinned} is pinned.`;
}

function numbersOf(version: string): readonly [number, number, number] | undefined {
  const [, major, minor, patch] = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})$/u.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** @param pem the private key that signs @returns why updates of this release would reach nobody */
export function judgeKey({ updates }: Publisher, pem: string): string | undefined {
  if (updates === undefined) return 'publisher.json says nothing of updates.';
  const ours = createPublicKey(createPrivateKey(pem))
    .export({ format: 'der', type: 'spki' })
    .toString('base64');
  return updates.keys.includes(ours) ? undefined : 'The key that signs is none that installations will know.';
}

/** @returns where another version is named, or none */
export function judgeVersion(
  tag: string,
  texts: { readonly version: string; readonly metainfo: string; readonly changelog: string },
): string | undefined {
  const { version, metainfo, changelog } = texts;
  if (tag !== `v${version}`) return `The tag is ${tag}, and package.json says ${version}.`;
  if (!metainfo.includes(`<release version="${version}"`)) return `The AppStream metadata has no ${version}.`;
  const heading = /^## (\S+) – (.*)$/mu.exec(changelog);
  if (heading?.[1] !== version || heading[2] === 'unreleased')
    return `The changelog does not begin with ${version} and its day.`;
  return undefined;
}

if (import.meta.main) {
  const read = (...path: string[]): Promise<string> => readFile(join(root, ...path), 'utf8');
  const [tag = ''] = process.argv.slice(2);
  const { version, devDependencies } = JSON.parse(await read('package.json')) as {
    version: string;
    devDependencies: Record<string, string>;
  };
  const pem = process.env['WAXWING_UPDATE_KEY'];
  try {
    const publisher = findPublisher();
    const response = await fetch(RELEASES);
    if (!response.ok) throw new Error(`${RELEASES} answered ${String(response.status)}.`);
    const problems = [
      judgeElectron(
        devDependencies['electron'] ?? '',
        (await response.json()) as ElectronRelease[],
        Date.now(),
      ),
      judgeVersion(tag, {
        version,
        metainfo: await read('build/linux/im.waxwing.Waxwing.metainfo.xml'),
        changelog: await read('CHANGELOG.md'),
      }),
      // Only the job that signs has the key.
      pem === undefined || pem === '' ? undefined : judgeKey(publisher, pem),
    ].filter((problem) => problem !== undefined);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
