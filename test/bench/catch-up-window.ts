/**
 * The real window while thousands of archived messages come in behind it: its longest frame, how soon the newest
 * message is to be read in the chat list, and whether it grew.
 */
import { bundle } from '../../build/bundle.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openChat } from '../support/drive.ts';
import { conversations, seedArchive } from '../support/prosody-archive.ts';
import { startProsody } from '../support/prosody.ts';
import { signInPinned, startUnprotectedEngine } from '../support/ready-profile.ts';
import { openWindow } from '../support/window.ts';
import { sampleOf, type Row } from './table.ts';

const PEOPLE = 40;

/** Runs in the page: counts frames, and notes when the account is bound and when the newest text is to be read. */
const METER = `
  globalThis.meter = { frames: [], bound: undefined, newest: undefined };
  const done = Promise.withResolvers();
  meter.done = done.promise;
  let last = performance.now();
  const onFrame = (now) => { meter.frames.push(now - last); last = now; requestAnimationFrame(onFrame); };
  requestAnimationFrame(onFrame);
  bridge.onChange(({ changes }) => {
    for (const change of changes) {
      if (change.put !== 'account') continue;
      if (change.row.state === 'catching-up') meter.bound ??= performance.now();
      if (change.row.state === 'online' && meter.bound !== undefined) done.resolve();
    }
  });
  new MutationObserver(() => {
    if (meter.newest === undefined && document.querySelector('[role=list], ul')?.textContent.includes(NEWEST)) {
      meter.newest = performance.now();
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });`;

interface Meter {
  readonly frames: readonly number[];
  readonly bound: number;
  readonly newest: number;
}

export async function measureCatchUpWindow({ isShort }: { isShort: boolean }): Promise<Row[]> {
  const count = isShort ? 1_000 : 50_000;
  await bundle();
  const prosody = await startProsody({ accounts: ['reader'], config: 'max_archive_query_results = 50' });
  const folder = temporaryFolder('bench-window-catch-up');
  try {
    const before = await startUnprotectedEngine(folder.path);
    const account = await signInPinned(before, prosody, 'reader');
    const { chat } = await before.call('chats.open', { account, address: 'friend0@localhost' });
    if (chat === 0) throw new Error('there is no chat');
    await before.call('accounts.setEnabled', { account, enabled: false });
    await before.stop();
    const said = [...conversations(count, PEOPLE)];
    seedArchive(prosody, 'reader', said);
    const window = await openWindow({ profile: folder.path });
    try {
      await openChat(window.page, 'friend0');
      await window.page.evaluate(METER.replace('NEWEST', JSON.stringify(said.at(-1)?.text.slice(0, 20))));
      await window.page.evaluate(
        `bridge.call('accounts.setEnabled', { account: ${account}, enabled: true })`,
      );
      await window.page.evaluate('meter.done');
      const { frames, bound, newest } = await window.page.evaluate<Meter>('({ ...meter, done: undefined })');
      const sorted = frames.toSorted((a, b) => a - b);
      const longest = sorted.at(-1) ?? Number.NaN;
      const row = (name: string, value: number): Row => ({ name, unit: 'ms', ours: sampleOf([value]) });
      return [
        row(`longest frame of the window while ${count} archived messages come in`, longest),
        row('95th percentile of its frames', sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN),
        row('from bound to the newest message on screen', newest - bound),
      ];
    } finally {
      await window.close();
    }
  } finally {
    await prosody.stop();
    folder.remove();
  }
}
