/**
 * R4: the stream cannot be resumed: the outage was too long, the server restarted or died, it forgot how far it had
 * come, or more waits than it keeps. What was under way leaves once, and what was missed comes from the archive.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startProsody } from '../../support/prosody.ts';
import type { XmppServer } from '../../support/server.ts';
import { conclude, Device } from '../cast.ts';
import type { Context, Result, Row } from '../frame.ts';

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds after which a server that shall keep streams for a second has forgotten them: it looks now and then. */
const FORGETTING = 2_600;

interface Scene {
  readonly config: string;
  /** How often for each hundred of the row's count. */
  readonly share: number;
  /** Messages that each says while it happens. */
  readonly messages: number;
  /** Breaks the stream of the first device; returns when the network is there again. */
  readonly harm: (
    server: XmppServer,
    device: Device,
    /** All is said; resolves with what waits until the other device's part of it is with the server. */
    said: Promise<() => Promise<void>>,
    random: () => number,
  ) => Promise<void>;
}

/** Cuts a device off for so long. */
async function cutOff(device: Device, milliseconds: number): Promise<void> {
  device.proxy.refuse();
  device.proxy.drop();
  await pause(milliseconds);
}

const scenes: Readonly<Record<string, Scene>> = {
  expired: {
    config: 'smacks_hibernation_time = 1',
    share: 30,
    messages: 4,
    harm: async (_server, device, _said, random) => {
      await cutOff(device, FORGETTING + random() * 1_000);
    },
  },
  restarted: {
    config: '',
    share: 25,
    messages: 4,
    harm: async (server) => {
      await server.restart();
    },
  },
  killed: {
    config: '',
    share: 25,
    messages: 4,
    harm: async (server) => {
      await server.kill();
      await server.restart();
    },
  },
  forgotten: {
    config: 'smacks_hibernation_time = 1',
    share: 15,
    messages: 4,
    harm: async (server, device, said) => {
      await cutOff(device, FORGETTING);
      await said;
      await server.kill();
      rmSync(join(server.folder, 'data', server.domain, 'smacks_h'), { recursive: true, force: true });
      await server.restart();
    },
  },
  overflowing: {
    config: 'smacks_max_queue_size = 500',
    share: 5,
    messages: 600,
    harm: async (_server, device, said) => {
      await cutOff(device, 0);
      await (
        await said
      )();
    },
  },
};

/** Waits until everything that a device said is with the server, as far as the window is told. */
async function untilSent({ mirror, options }: Device): Promise<void> {
  const isSent = (): boolean => [...mirror.messages.values()].every(({ delivery }) => delivery !== 'queued');
  await mirror.until(isSent, `all of ${options.label} is with the server`, 120_000);
}

async function run(context: Context): Promise<Result> {
  const faults: string[] = [];
  const figures: Record<string, string> = {};
  let tried = 0;
  const play = async (name: string, scene: Scene): Promise<void> => {
    const accounts = ['alice', 'bob'] as const;
    const server = await startProsody({ accounts, contacts: [accounts], config: scene.config });
    let resumed = 0;
    let done = 0;
    try {
      const place = { server, context };
      const alice = await Device.start({ ...place, name: 'alice', label: `alice-${name}` });
      const bob = await Device.start({ ...place, name: 'bob', label: `bob-${name}` });
      // One kind plain, the next encrypted: half of each in a whole run.
      const encryption = Object.keys(scenes).indexOf(name) % 2 === 0 ? 'omemo' : 'none';
      await alice.open(bob.address, encryption);
      await bob.open(alice.address, encryption);
      const times = Math.max(1, Math.round((context.count * scene.share) / 100));
      for (; done < times; done += 1) {
        const since = Date.now();
        const said = (async (): Promise<() => Promise<void>> => {
          for (let each = 0; each < scene.messages; each += 1) {
            await Promise.all([bob.say(alice.address), alice.say(bob.address)]);
            if (scene.messages < 100) await pause(context.random() * 400);
          }
          return () => untilSent(bob);
        })();
        await scene.harm(server, alice, said, context.random);
        alice.proxy.heal();
        for (const device of [alice, bob]) if (device.mirror.account().state !== 'online') device.nudge();
        const { isResumed } = await alice.entered(since);
        await Promise.all([alice.online(), bob.online(), said]);
        // A server that dies again before it has heard the rest never hears it.
        await Promise.all([untilSent(alice), untilSent(bob)]);
        if (isResumed) resumed += 1;
        context.note('scene', { name, isResumed });
      }
      faults.push(...(await conclude(server, [alice, bob], context)).map((fault) => `${name}: ${fault}`));
    } catch (error) {
      faults.push(`${name}: ${String(error)}`);
    } finally {
      await server.stop();
    }
    tried += done;
    figures[name] = `${done} times, ${resumed} resumed all the same`;
    // A scene that resumes shows nothing.
    if (resumed * 2 > done) faults.push(`${name}: most streams resumed, so nothing was tried`);
  };
  const lanes = Object.entries(scenes).filter(([name]) => context.count >= 20 || name !== 'overflowing');
  for (const [name, scene] of lanes) await play(name, scene);
  return { tried, failures: faults, figures };
}

export const resumption: Row = { name: 'R4', title: 'streams that cannot resume', full: 200, short: 4, run };
