/**
 * Rooms on a real Prosody, in the real window: a hundred of them at start, one that floods, one with a million messages in
 * its archive. Coming into a room of ten thousand people is in room-crowd.ts.
 */
import { bundle } from '../../build/bundle.ts';
import { chatEntry, openChat, untilOnline } from '../support/drive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { seedRoomArchive } from '../support/prosody-archive.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { signInPinned, startUnprotectedEngine } from '../support/ready-profile.ts';
import { ROOMS, roomsComponent } from '../support/servers.ts';
import { openWindow, type AppWindow } from '../support/window.ts';
import { framesAtRest, framesRow, framesWhile, taskRow, type Frames } from './frames.ts';
import { longestTask } from './main-thread.ts';
import { memoryOf, processorOf } from './processes.ts';
import { startRawClient } from './raw-client.ts';
import { measureCrowd } from './room-crowd.ts';
import { sampleOf, type Row } from './table.ts';

interface Size {
  readonly isShort: boolean;
}

/** Resolves in the page when the account is online and in so many rooms. */
const UNTIL_IN = `
  new Promise((resolve) => {
    const look = async () => {
      const { value } = await bridge.call('app.snapshot', {});
      const put = (what) => value.changes.filter((change) => change.put === what).map(({ row }) => row);
      const rooms = put('room').filter(({ state }) => state === 'in').length;
      const accounts = put('account');
      if (rooms >= COUNT && accounts.length > 0 && accounts.every(({ state }) => state === 'online')) resolve();
      else setTimeout(look, 20);
    };
    void look();
  })`;

const groupOf = ({ app }: AppWindow): number => app.process().pid ?? 0;

interface Run {
  readonly rooms: number;
  readonly folder: ReturnType<typeof temporaryFolder>;
  readonly times: number[];
  readonly memories: number[];
  readonly shares: number[];
}

/** A profile whose account is in these rooms, which it has made. */
async function makeProfile(
  prosody: Prosody,
  name: string,
  rooms: readonly string[] = [],
): Promise<ReturnType<typeof temporaryFolder>> {
  const folder = temporaryFolder(`bench-${name}`);
  const engine = await startUnprotectedEngine(folder.path);
  const account = await signInPinned(engine, prosody, name);
  for (const room of rooms) {
    const address = `${room.toLowerCase()}@${ROOMS}`;
    await engine.call('rooms.create', { account, name: room, isPrivate: false, address, people: [] });
  }
  await engine.stop();
  return folder;
}

/** Share of one processor that a program takes over so many milliseconds, in per cent. */
async function shareOf(window: AppWindow, work: () => Promise<void>): Promise<number> {
  const [since, before] = [performance.now(), processorOf(groupOf(window))];
  await work();
  return ((processorOf(groupOf(window)) - before) / (performance.now() - since)) * 100;
}

async function measureMany(prosody: Prosody, { isShort }: Size): Promise<Row[]> {
  const [count, repeats, rest] = isShort ? [3, 1, 500] : [100, 3, 10_000];
  const start = async (name: string, rooms: number): Promise<Run> => {
    const names = Array.from({ length: rooms }, (_, index) => `Room${index}`);
    const folder = await makeProfile(prosody, name, names);
    return { rooms, folder, times: [], memories: [], shares: [] };
  };
  const [none, many] = [await start('alone', 0), await start('social', count)];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const { rooms, folder, times, memories, shares } of [none, many]) {
      const since = performance.now();
      const window = await openWindow({ profile: folder.path });
      await window.page.evaluate(UNTIL_IN.replace('COUNT', String(rooms)));
      times.push(performance.now() - since);
      shares.push(await shareOf(window, () => window.page.waitForTimeout(rest)));
      memories.push(memoryOf(groupOf(window)));
      await window.close();
    }
  }
  for (const { folder } of [none, many]) folder.remove();
  const row = (name: string, unit: string, of: (run: Run) => readonly number[]): Row => ({
    name,
    unit,
    ours: sampleOf(of(many)),
    floor: { name: 'in none', sample: sampleOf(of(none)) },
  });
  return [
    row(`from nothing to online and in ${count} rooms`, 'ms', ({ times }) => times),
    row(`memory of all processes at rest in ${count} rooms`, 'MiB PSS', ({ memories }) => memories),
    row(`processor at rest in ${count} rooms`, '% of one', ({ shares }) => shares),
  ];
}

/** A thousand messages per minute, in the room that is open, and in one that is not. */
async function measureFlood(prosody: Prosody, { isShort }: Size): Promise<Row[]> {
  const [seconds, pause] = [isShort ? 1 : 30, 60];
  const folder = await makeProfile(prosody, 'reader', ['Loud', 'Other']);
  const window = await openWindow({ profile: folder.path });
  const raw = await startRawClient(prosody, 'loud');
  const loud = `loud@${ROOMS}`;
  let said = 0;
  const flood = async (length: number): Promise<void> => {
    const end = performance.now() + length * 1_000;
    const begin = said;
    while (performance.now() < end) {
      said += 1;
      raw.write(
        `<message to="${loud}" type="groupchat" id="f${said}"><body>flood ${said} of words</body></message>`,
      );
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    await window.page
      .locator('li', { hasText: 'Loud' })
      .filter({ hasText: `flood ${said} ` })
      .first()
      .waitFor();
    if (said - begin < length * 10) throw new Error('the machine was too busy to flood anything');
  };
  try {
    await untilOnline(window.page, prosody.account('reader').address);
    await window.page.evaluate(UNTIL_IN.replace('COUNT', '2'));
    raw.write(`<presence to="${loud}/Loud"><x xmlns="http://jabber.org/protocol/muc"/></presence>`);
    await openChat(window.page, 'Loud');
    await flood(1); // what is read and compiled for the first message is no part of a flood
    const rows: Row[] = [];
    for (const [open, where] of [
      ['Loud', 'the open room'],
      ['Other', 'a room that is not open'],
    ] as const) {
      await openChat(window.page, open);
      const idle = await framesAtRest(window.page, seconds * 1_000);
      let share = 0;
      let task = 0;
      const frames = await framesWhile(window.page, async () => {
        share = await shareOf(window, async () => {
          task = await longestTask(window.page, () => flood(seconds));
        });
      });
      rows.push(
        taskRow(`in that flood`, [task]),
        framesRow(`in a flood of 1,000 messages per minute in ${where}`, [frames], [idle]),
        {
          name: `processor in that flood`,
          unit: '% of one',
          ours: sampleOf([share]),
        },
      );
    }
    return rows;
  } finally {
    raw.close();
    await window.close();
    folder.remove();
  }
}

/** Into a room whose archive has a million messages, with a new device. */
async function measureArchive(prosody: Prosody, { isShort }: Size): Promise<Row[]> {
  const count = isShort ? 500 : 1_000_000;
  (await makeProfile(prosody, 'owner', ['Small', 'Large'])).remove();
  const folder = await makeProfile(prosody, 'newcomer');
  const [small, large] = [`small@${ROOMS}`, `large@${ROOMS}`];
  const times = new Map<string, number>();
  const frames: Frames[] = [];
  seedRoomArchive(prosody, small, 100);
  seedRoomArchive(prosody, large, count);
  const window = await openWindow({ profile: folder.path });
  try {
    const { page } = window;
    await untilOnline(page, prosody.account('newcomer').address);
    const idle = await framesAtRest(page);
    for (const address of [small, large]) {
      frames.push(
        await framesWhile(page, async () => {
          const since = performance.now();
          await page.evaluate(`bridge.call('rooms.join', { account: 1, address: '${address}' })`);
          await chatEntry(page, address === small ? 'Small' : 'Large').click();
          const last = address === small ? 100 : count;
          await page.getByRole('log').getByText(`word ${last} of the archive`).waitFor();
          times.set(address, performance.now() - since);
          if (!isShort) await page.waitForTimeout(5_000); // what is fetched behind it
        }),
      );
    }
    return [
      {
        name: `come into a room with ${count} archived messages, until the newest is shown`,
        unit: 'ms',
        ours: sampleOf([times.get(large) ?? Number.NaN]),
        floor: { name: 'with 100', sample: sampleOf([times.get(small) ?? Number.NaN]) },
      },
      framesRow('meanwhile', frames.slice(1), [idle]),
    ];
  } finally {
    await window.close();
    folder.remove();
  }
}

export async function measureRooms(size: Size): Promise<Row[]> {
  await bundle();
  const accounts = ['alone', 'social', 'reader', 'loud', 'owner', 'newcomer'];
  const prosody = await startProsody({ accounts, components: roomsComponent });
  try {
    return [
      ...(await measureCrowd(size)),
      ...(await measureMany(prosody, size)),
      ...(await measureFlood(prosody, size)),
      ...(await measureArchive(prosody, size)),
    ];
  } finally {
    await prosody.stop();
  }
}
