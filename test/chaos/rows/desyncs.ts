/**
 * R9: two sides whose sessions no longer fit: one was restored from an old copy or lost its sessions, a key exchange was
 * lost, doubled, late or made of a prekey that somebody else used. The first message that cannot be read has to say so; one
 * renewal by the person has to mend both directions; and nothing may begin sessions by itself, or go on answering.
 */
import { cpSync, rmSync } from 'node:fs';
import { must } from '../../omemo/people.ts';
import { ALICE, Encounter } from '../encounter.ts';
import type { Context, Result, Row } from '../frame.ts';

/** What Alice may send for a desync at most, beside what she says: the new session, and an answer to theirs. */
const MOST_EMPTY = 3;

interface Harm {
  readonly name: string;
  /** Does it. Returns whether the next message of Bob's is one that Alice must be unable to read. */
  readonly inflict: (town: Encounter, turns: () => Promise<void>) => Promise<void>;
  /** Who writes first afterwards; both unless given. */
  readonly first?: 'bob' | 'alice';
  /** Whether it is Alice's person or Bob's who is asked to renew the session, when something cannot be read. */
  readonly mender: 'alice' | 'bob';
}

/** Alice's profile, as it was, comes back. */
async function restoreAlice(town: Encounter, between: () => Promise<void>): Promise<void> {
  const { path } = town.folder;
  const copy = `${path}-copy`;
  await town.stop();
  cpSync(path, copy, { recursive: true });
  try {
    await town.boot();
    await town.online();
    await between();
    await town.stop();
    rmSync(path, { recursive: true });
    cpSync(copy, path, { recursive: true });
    await town.boot();
    await town.online();
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Bob's session, as it was, comes back. */
async function restoreBob(town: Encounter, between: () => Promise<void>): Promise<void> {
  const id = town.device;
  const record = town.bob.record(ALICE, id);
  await between();
  town.bob.database
    .prepare('UPDATE omemo_sessions SET record = ? WHERE address = ? AND device = ?')
    .run(record, ALICE, id);
}

const harms: readonly Harm[] = [
  { name: 'our old database', inflict: restoreAlice, first: 'bob', mender: 'alice' },
  { name: 'our old database, and we write first', inflict: restoreAlice, first: 'alice', mender: 'alice' },
  { name: 'their old database', inflict: restoreBob, first: 'alice', mender: 'bob' },
  { name: 'their old database, and they write first', inflict: restoreBob, first: 'bob', mender: 'bob' },
  {
    name: 'they lost their sessions',
    inflict: (town) => {
      town.bob.database.prepare('DELETE FROM omemo_sessions').run();
      return Promise.resolve();
    },
    first: 'alice',
    mender: 'bob',
  },
  {
    name: 'their key exchange was lost',
    inflict: async (town) => {
      await town.bob.omemo.restartSessions(ALICE, town.device);
      await town.bob.say(ALICE, 'lost'); // never arrives
    },
    first: 'bob',
    mender: 'alice',
  },
  {
    name: 'their key exchange came twice',
    inflict: async (town) => {
      await town.bob.omemo.restartSessions(ALICE, town.device);
      const exchange = await town.bob.say(ALICE, 'twice');
      town.hear(exchange);
      await town.row('twice');
      town.hear(exchange);
    },
    mender: 'alice',
  },
  {
    name: 'their key exchange came late',
    inflict: async (town) => {
      await town.bob.omemo.restartSessions(ALICE, town.device);
      const late = await town.bob.say(ALICE, 'late');
      await town.bob.omemo.restartSessions(ALICE, town.device);
      town.hear(await town.bob.say(ALICE, 'newer'));
      town.hear(late);
    },
    mender: 'alice',
  },
  {
    name: 'our renewal was lost',
    inflict: async (town) => {
      await town.renew();
      town.left(); // never arrives
    },
    first: 'alice',
    mender: 'alice',
  },
  {
    name: 'a prekey was used before',
    inflict: async (town) => {
      const stranger = await town.another();
      const bundle = must(town.net.bundles.get(`${ALICE}/${town.device}`));
      town.net.bundles.set(`${ALICE}/${town.device}`, { ...bundle, preKeys: bundle.preKeys.slice(0, 1) });
      await town.bob.omemo.restartSessions(ALICE, town.device);
      const [theirs, his] = [
        await stranger.say(ALICE, 'same key'),
        await town.bob.say(ALICE, 'the same key'),
      ];
      town.net.bundles.set(`${ALICE}/${town.device}`, bundle);
      town.hear(theirs, stranger.address);
      town.hear(his);
    },
    mender: 'alice',
  },
];

interface Count {
  detected: number;
  healedAlone: number;
  taps: number;
}

async function afterwards(town: Encounter, harm: Harm, text: string, count: Count): Promise<string[]> {
  const faults: string[] = [];
  const mended: string[] = [];
  const renew = async (): Promise<void> => {
    if (mended.length > 0) {
      faults.push('one renewal was not enough');
      return;
    }
    mended.push(harm.mender);
    count.taps += 1;
    if (harm.mender === 'alice') await town.renew();
    else await town.bobRenews();
    await town.bobReads();
  };
  const sides = harm.first === 'alice' ? (['alice', 'bob'] as const) : (['bob', 'alice'] as const);
  for (const side of [...sides, ...sides]) {
    const outcome = await town.says(side, `${text} ${side}`);
    if (outcome === 'read') continue;
    // The first that cannot be read has to be shown as such; then, after one tap, everything can be.
    if (outcome === 'nothing') faults.push(`a message of ${side} vanished`);
    else count.detected += 1;
    await renew();
    const again = await town.says(side, `${text} ${side} again`);
    if (again !== 'read') faults.push(`after the renewal a message of ${side} was: ${again}`);
  }
  if (mended.length === 0) count.healedAlone += 1;
  return faults;
}

async function run(context: Context): Promise<Result> {
  const { count, random, note } = context;
  const failures: string[] = [];
  const total: Count = { detected: 0, healedAlone: 0, taps: 0 };
  const town = await Encounter.start({ hasArchive: true });
  let mostEmpty = 0;
  try {
    for (let index = 0; index < count; index += 1) {
      const harm = must(harms[index % harms.length]);
      const turns = async (): Promise<void> => {
        for (let turn = 0; turn <= Math.floor(random() * 4); turn += 1)
          await town.exchange(`turn ${index}.${turn}`);
      };
      await turns();
      await harm.inflict(town, turns);
      const empty = town.emptyMessages();
      const faults = await afterwards(town, harm, `after ${index}`, total);
      const sent = town.emptyMessages() - empty;
      mostEmpty = Math.max(mostEmpty, sent);
      if (sent > MOST_EMPTY) faults.push(`${sent} empty messages left`);
      for (const fault of faults) failures.push(`${index}, ${harm.name}: ${fault}`);
      note('harmed', { harm: harm.name, faults, empty: sent, ...total });
    }
  } finally {
    await town.end();
  }
  return {
    tried: count,
    failures,
    figures: {
      'said to be unreadable at once': total.detected,
      'needed nobody': total.healedAlone,
      renewals: total.taps,
      'empty messages after one harm, at most': mostEmpty,
    },
  };
}

export const desyncs: Row = { name: 'R9', title: 'sessions that do not fit', full: 200, short: 20, run };
