/**
 * Coming into a room with ten thousand people in it, in the real window, beside a stream that reads the same presences and
 * does nothing with them. The other side is scripted: see test/support/crowd-server.ts.
 */
import { writeJoin } from '../../electron/xmpp/xep/xep0045.ts';
import { readBareJid } from '../../shared/jid.ts';
import { CROWD, startCrowdServer, type CrowdServer } from '../support/crowd-server.ts';
import { openChat, untilOnline } from '../support/drive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { online } from '../support/people.ts';
import { startUnprotectedEngine } from '../support/ready-profile.ts';
import { openWindow } from '../support/window.ts';
import { listen } from '../support/wire-listener.ts';
import { framesAtRest, framesRow, framesWhile, taskRow, type Frames } from './frames.ts';
import { longestTask } from './main-thread.ts';
import { memoryOf } from './processes.ts';
import { sampleOf, type Row } from './table.ts';

/** Resolves in the page once the room says that we are in it with everybody. */
const ENTER = `
  new Promise((resolve) => {
    const since = performance.now();
    const off = bridge.onChange(({ changes }) => {
      const isIn = changes.some((change) => change.put === 'room' && change.row.state === 'in' && change.row.occupants > SIZE);
      if (!isIn) return;
      off();
      resolve(performance.now() - since);
    });
    bridge.call('rooms.join', { account: ACCOUNT, address: 'ROOM', nick: 'Alice' });
  })`;

/** The same from a bare stream, in milliseconds. */
async function read(server: CrowdServer, count: number): Promise<number> {
  const listener = listen({ server: server.address, pins: [server.fingerprint], ...server.account });
  await listener.online;
  const room = readBareJid(CROWD);
  if (room === undefined) throw new Error('the address is wrong');
  const since = performance.now();
  listener.wire.send(writeJoin({ room, nick: 'Bare' }));
  await listener.received(count);
  const took = performance.now() - since;
  await listener.wire.close();
  return took;
}

export async function measureCrowd({ isShort }: { isShort: boolean }): Promise<Row[]> {
  const [size, repeats] = isShort ? [200, 1] : [10_000, 5];
  const server = await startCrowdServer(size);
  const folder = temporaryFolder('bench-crowd');
  try {
    const before = await startUnprotectedEngine(folder.path);
    const { account } = await before.call('accounts.signIn', {
      ...server.account,
      server: server.address,
      pins: [server.fingerprint],
    });
    await online(before, account);
    await before.stop();
    const window = await openWindow({ profile: folder.path });
    try {
      const { page, app } = window;
      await untilOnline(page, server.account.address);
      const group = app.process().pid ?? 0;
      const enter = ENTER.replace('SIZE', String(size))
        .replace('ACCOUNT', String(account))
        .replace('ROOM', CROWD);
      const memory: number[] = [memoryOf(group)];
      const floor: number[] = [];
      const ours: number[] = [];
      const tasks: number[] = [];
      const [idle, entering, scrolling]: [Frames[], Frames[], Frames[]] = [[], [], []];
      for (let repeat = 0; repeat < repeats; repeat += 1) {
        floor.push(await read(server, size + 1));
        idle.push(await framesAtRest(page));
        entering.push(
          await framesWhile(page, async () => {
            const come = async (): Promise<void> => {
              ours.push(await page.evaluate<number>(enter));
              if (repeat === 0) await openChat(page, 'Crowd');
              if (repeat === 0) await page.getByRole('button', { name: 'People', exact: true }).click();
              await page.locator('aside .scroller').getByRole('button').first().waitFor();
            };
            tasks.push(await longestTask(page, come));
          }),
        );
        scrolling.push(
          await framesWhile(page, async () => {
            const list = page.locator('aside .scroller');
            await list.hover();
            await page.mouse.wheel(0, 10_000_000);
            await list.getByRole('button', { name: `Person ${size - 1}` }).waitFor();
            await page.mouse.wheel(0, -10_000_000);
            await list.getByRole('button', { name: /^Person 0\b/ }).waitFor();
          }),
        );
        memory.push(memoryOf(group));
        const { value } = await page.evaluate<{ value: { chat: number } }>(
          `bridge.call('rooms.join', { account: ${account}, address: '${CROWD}' })`,
        );
        await page.evaluate(`bridge.call('rooms.leave', { chat: ${value.chat} })`);
      }
      const [empty = 0, ...full] = memory;
      return [
        {
          name: `come into a room of ${size}, until the window has it`,
          unit: 'ms',
          ours: sampleOf(ours),
          floor: { name: 'a stream that only reads the presences', sample: sampleOf(floor) },
        },
        framesRow('while one comes in and its people are shown', entering, idle),
        taskRow('meanwhile', tasks),
        framesRow('from end to end of its people', scrolling, idle),
        {
          name: 'memory of all processes in it',
          unit: 'MiB PSS',
          ours: sampleOf(full),
          floor: { name: 'before', sample: sampleOf([empty]) },
        },
      ];
    } finally {
      await window.close();
    }
  } finally {
    await server.stop();
    folder.remove();
  }
}
