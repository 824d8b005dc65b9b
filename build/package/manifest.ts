/**
 * `node build/package/manifest.ts <folder> --channel=stable --share=10 --notes=<file>`: writes the signed manifest of a
 * release beside its files. The private key comes in the variable WAXWING_UPDATE_KEY (PKCS #8, PEM) and goes nowhere.
 */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  judgeUpdate,
  writeEnvelope,
  type Manifest,
  type UpdateFile,
} from '../../electron/engine/update-manifest.ts';
import { root } from '../places.ts';

/** A manifest is worth this long, in milliseconds: whoever holds one back is noticed by then. */
const LIFE = 90 * 24 * 3_600_000;
/** What our own channel brings: others come from a distribution or a store, which bring their own updates. */
const CARRIERS: readonly { kind: UpdateFile['kind']; name: RegExp }[] = [
  { kind: 'appimage', name: /-(x64|arm64)\.AppImage$/u },
  { kind: 'archive', name: /-linux-(x64|arm64)\.tar\.gz$/u },
  { kind: 'nsis', name: /^Waxwing-Setup-.*-(x64|arm64)\.exe$/u },
  { kind: 'portable', name: /^Waxwing-Portable-.*-(x64|arm64)\.exe$/u },
  // What Squirrel.Mac takes; the dmg is for people.
  { kind: 'mac', name: /-universal\.zip$/u },
];

/** Describes the files of a folder that updates are made of. */
export async function describeFiles(folder: string): Promise<UpdateFile[]> {
  const files: UpdateFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const carrier = CARRIERS.find((each) => each.name.test(name));
    if (carrier === undefined) continue;
    const bytes = await readFile(join(folder, name));
    const sha512 = createHash('sha512').update(bytes).digest('hex');
    const arches = name.includes('-universal')
      ? (['x64', 'arm64'] as const)
      : ([name.includes('arm64') ? 'arm64' : 'x64'] as const);
    for (const arch of arches) files.push({ kind: carrier.kind, arch, name, size: bytes.length, sha512 });
  }
  return files;
}

/** Signs it, and sees that an installation would take it. @throws Error when it would not */
export function signManifest(manifest: Manifest, pem: string): string {
  const key = createPrivateKey(pem);
  const text = writeEnvelope(manifest, (bytes) => sign(null, bytes, key));
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
  for (const { kind, arch } of manifest.files) {
    const verdict = judgeUpdate(text, {
      ...{ keys: [publicKey], channel: manifest.channel, version: '0.0.0-alpha.0', kind, arch },
      ...{ now: manifest.issued, newest: 0, lot: '' },
    });
    if (!verdict.isOffered && verdict.reason !== 'not-yet') {
      throw new Error(`This manifest would be refused on ${kind} ${arch}: ${verdict.reason}.`);
    }
  }
  return text;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { channel: { type: 'string' }, share: { type: 'string' }, notes: { type: 'string' } },
  });
  const [folder] = positionals;
  const pem = process.env['WAXWING_UPDATE_KEY'];
  const { channel, share, notes } = values;
  const isChannel = channel === 'stable' || channel === 'beta';
  if (folder === undefined || !pem || !isChannel || share === undefined || notes === undefined) {
    console.error('A folder, --channel, --share, --notes and the variable WAXWING_UPDATE_KEY are needed.');
    process.exitCode = 1;
  } else {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    const issued = Date.now();
    const manifest: Manifest = {
      ...{ product: 'waxwing', channel, version, issued, expires: issued + LIFE, share: Number(share) },
      ...{ notes: await readFile(notes, 'utf8'), files: await describeFiles(folder) },
    };
    await writeFile(join(folder, `${channel}.json`), signManifest(manifest, pem));
  }
}
