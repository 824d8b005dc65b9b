/**
 * S10: a chat that is encrypted, and everything goes wrong that may: keys that cannot be had, are bad or not trusted, a
 * network that fails at the worst moment, edits, retries, restarts, corrections, answers, reactions. Whatever is said carries a word that nobody else ever
 * says; it must never be found in what leaves the engine. In the end a plain chat shows that it would be found.
 */
import { StanzaError } from '../../../electron/xmpp/wire.ts';
import { must } from '../../omemo/people.ts';
import { answerOmemo } from '../../support/scripted-omemo.ts';
import { eventually } from '../../support/people.ts';
import { ALICE, BOB, Encounter } from '../encounter.ts';
import type { Context, Result, Row } from '../frame.ts';

/** What the world is like while something is said. */
interface Mode {
  readonly name: string;
  readonly begin: (town: Encounter) => Promise<void> | void;
  /** Said while it lasts; `say` unless given. `look` lets Bob read, and the server say that it has what left. */
  readonly say?: (town: Encounter, text: string, look: () => Promise<void>) => Promise<void>;
  readonly end: (town: Encounter) => Promise<void> | void;
}

const isLookUp = (node: string | undefined): boolean =>
  node?.startsWith('eu.siacs.conversations.axolotl') ?? false;

/** Questions about lists and bundles of others get this instead of an answer. */
function failing(town: Encounter, fail: () => never | Promise<never>): void {
  town.server.answers = (iq) => {
    const node = iq.payload.children.flatMap((each) =>
      typeof each === 'string' || each.name !== 'items' ? [] : (each.attrs['node'] ?? []),
    )[0];
    return isLookUp(node) && iq.type === 'get' ? fail() : answerOmemo(town.net, ALICE, iq);
  };
}

const heal = (town: Encounter): void => {
  town.server.answers = (iq) => answerOmemo(town.net, ALICE, iq);
};

/** Without a session, so that keys have to be looked up again. */
async function forgetSession(town: Encounter): Promise<void> {
  await town.alice.call('devices.renewSession', { ...device(town) }).catch(() => undefined);
}

const device = (town: Encounter): { account: number; address: string; device: number } => ({
  account: town.account,
  address: BOB,
  device: town.bob.id,
});

async function restart(town: Encounter): Promise<void> {
  await town.stop();
  await town.boot();
  await town.online();
}

const setEnabled = (town: Encounter, enabled: boolean): Promise<unknown> =>
  town.alice.call('accounts.setEnabled', { account: town.account, enabled });

/** Felt about messages, and by nobody else. */
const EMOJI = '🦤';

const goOffline = async (town: Encounter): Promise<void> => {
  await setEnabled(town, false);
};
const goOnline = async (town: Encounter): Promise<void> => {
  await setEnabled(town, true);
  await town.online();
};

/** Says it, and waits until others have it. */
async function sayOut(town: Encounter, text: string, look: () => Promise<void>): Promise<number> {
  const { message } = await town.say(text);
  const isOut = async (): Promise<boolean> => {
    await look();
    return town.alice.messages.get(message)?.delivery === 'sent';
  };
  await eventually(isOut, 'it is out');
  return message;
}

/** Bob says something. @returns the row of it */
async function hear(town: Encounter, text: string): Promise<number> {
  town.hear(await town.bob.say(ALICE, text));
  return town.row(text);
}

const modes: readonly Mode[] = [
  {
    name: 'no devices',
    begin: (town) => {
      town.announce(BOB, []);
    },
    end: (town) => {
      town.announce(BOB, [town.bob.id]);
    },
  },
  {
    name: 'the list cannot be had now',
    begin: async (town) => {
      failing(town, () => {
        throw new StanzaError('internal-server-error', 'wait');
      });
      await forgetSession(town);
    },
    end: heal,
  },
  {
    name: 'the list is refused, and gone after a restart',
    begin: async (town) => {
      failing(town, () => {
        throw new StanzaError('forbidden', 'auth');
      });
      await forgetSession(town);
      await restart(town);
    },
    end: heal,
  },
  {
    name: 'nobody is trusted',
    begin: async (town) => {
      await town.alice.call('devices.setTrust', { ...device(town), trust: 'distrusted' });
    },
    end: async (town) => {
      await town.alice.call('devices.setTrust', { ...device(town), trust: 'blind' });
    },
  },
  {
    name: 'the bundle is bad',
    begin: async (town) => {
      const good = town.bundleOfBob();
      const signature = Uint8Array.from(good.signedPreKey.signature, (byte, at) =>
        at === 7 ? byte ^ 1 : byte,
      );
      const bad = { ...good, signedPreKey: { ...good.signedPreKey, signature } };
      town.net.bundles.set(`${BOB}/${town.bob.id}`, bad);
      await forgetSession(town);
    },
    end: async (town) => {
      town.net.bundles.delete(`${BOB}/${town.bob.id}`);
      town.bob.restart(); // it looks what the server has of it
      await town.bob.omemo.prepare(town.bob.network);
      await restart(town); // who was refused is asked again
    },
  },
  {
    name: 'the bundle is gone',
    begin: async (town) => {
      town.net.bundles.delete(`${BOB}/${town.bob.id}`);
      await forgetSession(town);
    },
    end: async (town) => {
      town.bob.restart();
      await town.bob.omemo.prepare(town.bob.network);
      await restart(town);
    },
  },
  {
    name: 'nobody answers',
    begin: async (town) => {
      const never = new Promise<never>(() => undefined);
      await town.alice.call('chats.open', { account: town.account, address: BOB });
      failing(town, () => never);
      void forgetSession(town);
    },
    end: async (town) => {
      heal(town);
      await restart(town);
    },
  },
  {
    name: 'no connection',
    begin: goOffline,
    end: goOnline,
  },
  {
    name: 'edited while it waits',
    begin: goOffline,
    say: async (town, text) => {
      const { message } = await town.say(`${text} before`);
      await town.alice.call('messages.edit', { message, text });
    },
    end: goOnline,
  },
  {
    name: 'failed, and sent again',
    begin: async (town) => {
      await town.alice.call('devices.setTrust', { ...device(town), trust: 'distrusted' });
    },
    say: async (town, text) => {
      const { message } = await town.say(text);
      await town.alice.until(() => town.alice.messages.get(message)?.delivery === 'failed', 'it failed');
      await town.alice.call('messages.retry', { message });
    },
    end: async (town) => {
      await town.alice.call('devices.setTrust', { ...device(town), trust: 'blind' });
    },
  },
  {
    name: 'ended while it is composed',
    begin: (town) => {
      void town.alice.call('messages.page', { chat: town.chat, limit: 1 });
    },
    say: async (town, text) => {
      const said = town.say(text);
      await said;
      await town.stop();
    },
    end: async (town) => {
      await town.boot();
      await town.online();
    },
  },
  {
    name: 'signed out of the stream at that moment',
    begin: () => undefined,
    say: async (town, text) => {
      const said = town.say(text);
      await setEnabled(town, false);
      await said;
    },
    end: goOnline,
  },
  {
    name: 'corrected without a connection',
    begin: () => undefined,
    say: async (town, text, look) => {
      const message = await sayOut(town, `${text} before`, look);
      await goOffline(town);
      await town.alice.call('messages.correct', { message, text });
    },
    end: goOnline,
  },
  {
    name: 'taken back without a connection',
    begin: () => undefined,
    say: async (town, text, look) => {
      const message = await sayOut(town, text, look);
      await goOffline(town);
      await town.alice.call('messages.retract', { message });
    },
    end: goOnline,
  },
  {
    name: 'answered while it ends',
    begin: () => undefined,
    say: async (town, text) => {
      const reply = await hear(town, `${text} of Bob`);
      await town.alice.call('messages.send', { chat: town.chat, text, reply });
      await restart(town);
    },
    end: () => undefined,
  },
  {
    name: 'felt about while nobody is trusted',
    begin: () => undefined,
    say: async (town, text, look) => {
      const message = await hear(town, `${text} of Bob`);
      await sayOut(town, text, look);
      await town.alice.call('devices.setTrust', { ...device(town), trust: 'distrusted' });
      await town.alice.call('messages.react', { message, emojis: [EMOJI] });
    },
    end: async (town) => {
      await town.alice.call('devices.setTrust', { ...device(town), trust: 'blind' });
    },
  },
  {
    name: 'felt about without a connection',
    begin: () => undefined,
    say: async (town, text, look) => {
      const message = await hear(town, `${text} of Bob`);
      await sayOut(town, text, look);
      await goOffline(town);
      await town.alice.call('messages.react', { message, emojis: [EMOJI] });
    },
    end: goOnline,
  },
];

const say = async (town: Encounter, text: string): Promise<void> => {
  await town.say(text);
};

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(context: Context): Promise<Result> {
  const { count, random, note } = context;
  const town = await Encounter.start();
  const failures: string[] = [];
  const word = `canary${Math.floor(random() * 1e9)}`;
  const tries: Record<string, number> = {};
  const read = new Set<string>();
  let felt = 0;
  const look = async (what: string): Promise<void> => {
    for (const text of await town.bobReads()) {
      const own = text.split('\n').at(-1) ?? ''; // below what it answers
      if (own.startsWith(word)) read.add(own);
      if (own === EMOJI) felt += 1;
    }
    const left = town.fresh();
    const isSeen = left.includes(word) || left.includes(EMOJI);
    note('looked', { what, isSeen });
    if (isSeen) failures.push(`seen: ${what}`);
  };
  /** What failed for a reason that has passed is sent again, as a person would. */
  const retry = async (most: number): Promise<void> => {
    const rows = (await town.alice.history(BOB)).filter(({ isOutgoing }) => isOutgoing).slice(-most);
    for (const { id, delivery } of rows) {
      if (delivery === 'failed') await town.alice.call('messages.retry', { message: id });
    }
  };
  try {
    for (let said = 0; said < count; said += 1) {
      const mode = must(modes[said % modes.length]);
      const text = `${word} ${said}`;
      tries[mode.name] = (tries[mode.name] ?? 0) + 1;
      await mode.begin(town);
      await (mode.say ?? say)(town, text, () => look(`${mode.name}, ${text}, meanwhile`));
      await pause(random() * 30);
      await mode.end(town);
      await look(`${mode.name}, ${text}`);
    }
    const expected = Array.from({ length: count }, (_, said) => `${word} ${said}`);
    const isAllThere = async (): Promise<boolean> => {
      await retry(count);
      await look('the end');
      const states: Record<string, number> = {};
      for (const { delivery } of await town.alice.history(BOB))
        states[delivery] = (states[delivery] ?? 0) + 1;
      note('the end', { states, read: read.size });
      return expected.every((each) => read.has(each));
    };
    await eventually(isAllThere, 'all is read', 60_000).catch(() => {
      for (let said = 0; said < count; said += 1) {
        if (!read.has(`${word} ${said}`))
          failures.push(`never read: ${said}, ${modes[said % modes.length]?.name ?? ''}`);
      }
    });
    // Would it have been found?
    await town.alice.call('chats.setEncryption', { chat: town.chat, mode: 'off' });
    const plain = `plain${word}`;
    await town.say(plain);
    await eventually(() => Promise.resolve(town.fresh().includes(plain)), 'a plain message is seen').catch(
      () => {
        failures.push('a plain message would not have been found');
      },
    );
    return {
      tried: count,
      failures,
      figures: {
        'kinds of failure': Object.keys(tries).length,
        'read in the end': expected.filter((each) => read.has(each)).length,
        'feelings that arrived': felt,
      },
    };
  } finally {
    await town.end();
  }
}

export const silence: Row = { name: 'S10', title: 'nothing in clear', full: 1_000, short: 34, run };
