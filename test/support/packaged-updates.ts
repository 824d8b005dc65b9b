/** What the packaged program does with updates: run as an AppImage would be, it is offered twelve that were tampered with, and a genuine one. */
import { chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { NOBODY, type Publisher } from '../../build/package/publisher.ts';
import type { Change, UpdateRow } from '../../shared/contract.ts';
import { goWithoutProtection } from './drive.ts';
import { drive, type Driven, type Packaged } from './packaged.ts';
import { tamperings } from './tampered-updates.ts';
import type { UpdateFeed } from './update-feed.ts';

/** Somebody who releases by this feed. */
export function publisherOf({ address: feed, key, fingerprint }: UpdateFeed): Publisher {
  return { ...NOBODY, updates: { feed, keys: [key], channel: 'stable', pins: [fingerprint] } };
}

/** @returns what became of each tampered update @param onStart told what is to be stopped at the end */
export async function offerUpdates(
  packaged: Packaged,
  feed: UpdateFeed,
  onStart: (run: Driven) => void,
): Promise<void> {
  const home = packaged.home();
  const image = join(home, 'Waxwing.AppImage');
  writeFileSync(image, 'the old one', { mode: 0o755 });
  const owner = statSync(home);
  chownSync(image, owner.uid, owner.gid);
  const run = await drive(packaged, { env: { APPIMAGE: image, APPDIR: packaged.folder } });
  onStart(run);
  const { page, profile } = run;
  await goWithoutProtection(page);

  const call = async (name: string, input: object = {}): Promise<{ ok: boolean; code?: string }> =>
    await page.evaluate<{ ok: boolean; code?: string }>(
      `bridge.call(${JSON.stringify(name)}, ${JSON.stringify(input)})`,
    );
  const row = async (): Promise<UpdateRow | undefined> => {
    const { value } = await page.evaluate<{ value: { changes: Change[] } }>(
      `bridge.call('app.snapshot', {})`,
    );
    return value.changes.flatMap((change) => (change.put === 'update' ? [change.row] : []))[0];
  };
  const fetch = async (): Promise<UpdateRow | undefined> => {
    await call('updates.download', { version: '9.0.0' });
    await expect.poll(async () => (await row())?.state, { timeout: 20_000 }).not.toBe('downloading');
    return await row();
  };
  const whole = (): string[] => {
    const folder = join(profile, 'updates');
    return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.part')) : [];
  };

  await expect
    .poll(row, { timeout: 20_000 })
    .toMatchObject({ carrier: 'appimage', isAutomatic: true, state: 'idle' });
  await call('updates.check');
  expect(await row()).toMatchObject({ state: 'offered' });
  const found: unknown[] = [];
  for (const { what, tamper, isFile } of tamperings) {
    feed.say(feed.write());
    feed.lay(feed.bytes);
    tamper(feed);
    await call('updates.check');
    const seen = isFile === true ? await fetch() : await row();
    found.push([what, seen?.state, seen?.problem, (await call('updates.restart')).code, whole()]);
  }
  expect(found).toEqual(tamperings.map(({ what, problem }) => [what, 'failed', problem, 'too-late', []]));

  feed.say(feed.write());
  feed.lay(feed.bytes);
  await call('updates.check');
  expect(await fetch()).toMatchObject({ state: 'ready' });
  expect(readFileSync(image, 'utf8')).toBe('the old one'); // until the program ends
  const ended = once(run.process, 'exit');
  run.process.kill('SIGTERM');
  await ended;
  expect(readFileSync(image).equals(feed.bytes)).toBe(true);
  expect(statSync(image).mode & 0o777).toBe(0o755);
  expect(whole()).toEqual([]);
}
