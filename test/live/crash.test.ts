/**
 * The unit of work, proven by killing it: at every step of receiving and sending, and at random moments, nothing is
 * lost, doubled, reordered or undecryptable. The other side never crashes and is the witness.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { forkEngine, type ForkedEngine } from '../support/engine-fork.ts';
import { eventually, online, openEncryptedChat, signIn } from '../support/people.ts';
import { seededRandom } from '../support/random.ts';
import { way } from '../support/way.ts';

/** Over BOSH no session outlives its process: what was missed comes as a page of the archive. */
const resumes = way !== 'bosh';

const RECEIVING = [
  'received',
  'unwrapped',
  'decrypted',
  'before-commit',
  'applied',
  'after-commit',
  'acknowledged',
];
const PAGE = ['page-decrypted', 'page-applied', 'page-committed'];
const SENDING = ['composed', 'before-commit', 'after-commit', 'before-send', 'sent'];

let prosody: Prosody;
let witness: TestEngine;
let victim: ForkedEngine;
let toVictim: number;
let toWitness: number;
const folders = { witness: temporaryFolder('witness'), victim: temporaryFolder('victim') };
/** What was said, in order. The victim may die in the middle of being told: then only it knows whether it took it. */
const said = { witness: [] as string[], victim: [] as { text: string; isSure: boolean }[] };

const fork = async (killAt?: string): Promise<ForkedEngine> => {
  const engine = await forkEngine({
    profile: folders.victim.path,
    authority: prosody.authority,
    ...(killAt !== undefined && { killAt }),
  });
  return engine;
};

/** Starts the victim again, the way it would start after a power cut, and waits until it is back. */
const revive = async (): Promise<void> => {
  if (!victim.isGone()) await victim.kill();
  victim = await fork();
  const { changes, sequence } = await victim.call('app.snapshot', {});
  victim.apply({ changes, sequence });
  await online(victim, victim.account().id);
};

const witnessSays = async (text: string): Promise<void> => {
  said.witness.push(text);
  await witness.call('messages.send', { chat: toVictim, text });
};

const victimSays = async (text: string): Promise<void> => {
  const isSure = await victim.call('messages.send', { chat: toWitness, text }).then(
    () => true,
    () => false,
  );
  said.victim.push({ text, isSure });
};

/** Waits until both have everything: all that was said to the victim, and nothing of its own under way. */
const settle = async (): Promise<void> => {
  const last = said.witness.at(-1);
  await eventually(async () => {
    const history = await victim.history('witness@localhost');
    const isComplete = history.some((message) => message.text === last);
    return isComplete && history.every((message) => !message.isOutgoing || message.delivery === 'delivered');
  }, 'everything arrived on both sides');
};

/** Both histories hold what was said: once each, in order, readable. */
const check = async (): Promise<void> => {
  const kept = new Set((await victim.history('witness@localhost')).map((message) => message.text));
  const victimSaid = said.victim
    .filter(({ text, isSure }) => isSure || kept.has(text))
    .map(({ text }) => text);
  for (const [who, other] of [
    [witness, 'victim@localhost'],
    [victim, 'witness@localhost'],
  ] as const) {
    const history = await who.history(other);
    const isVictim = who === victim;
    const texts = (isOutgoing: boolean): string[] =>
      history.filter((message) => message.isOutgoing === isOutgoing).map((message) => message.text);
    expect(history.filter((message) => message.unreadable !== undefined)).toEqual([]);
    expect(history.every((message) => message.encryption === 'omemo')).toBe(true);
    expect(texts(false)).toEqual(isVictim ? said.witness : victimSaid);
    expect(texts(true)).toEqual(isVictim ? victimSaid : said.witness);
  }
};

beforeAll(async () => {
  prosody = await startProsody({
    accounts: ['witness', 'victim'],
    contacts: [['witness', 'victim']],
  });
  witness = await startTestEngine({ profile: folders.witness.path, authority: prosody.authority });
  await signIn(witness, prosody, 'witness');
  victim = await fork();
  await signIn(victim, prosody, 'victim');
  toVictim = await openEncryptedChat(witness, 'victim@localhost');
  toWitness = await openEncryptedChat(victim, 'witness@localhost');
  await witnessSays('first contact');
  await victimSays('first answer');
  await settle();
});

afterAll(async () => {
  await victim.kill();
  await witness.stop();
  await prosody.stop();
  folders.witness.remove();
  folders.victim.remove();
});

describe('killed while receiving', () => {
  it.each(RECEIVING)('at "%s"', async (step) => {
    await victim.kill();
    if (resumes) victim = await fork(`${step}:2`);
    else {
      await revive();
      victim.killAt(`${step}:2`);
    }
    for (let index = 0; index < 3; index += 1) await witnessSays(`received, killed at ${step}, ${index}`);
    await victim.gone;
    await revive();
    await settle();
    await check();
  });
});

if (!resumes) {
  describe('killed while catching up', () => {
    it.each(PAGE)('at "%s"', async (step) => {
      await victim.kill();
      for (let index = 0; index < 3; index += 1) await witnessSays(`missed, killed at ${step}, ${index}`);
      victim = await fork(`${step}:1`);
      await victim.gone;
      await revive();
      await settle();
      await check();
    });
  });
}

describe('killed while sending', () => {
  it.each(SENDING)('at "%s"', async (step) => {
    victim.killAt(`${step}:2`);
    for (let index = 0; index < 3; index += 1) await victimSays(`sent, killed at ${step}, ${index}`);
    await victim.gone;
    await revive();
    await settle();
    await check();
  });
});

describe('killed at random', () => {
  const seed = Number(process.env['WAXWING_SEED'] ?? 20_261_121);
  const rounds = Number(process.env['WAXWING_KILLS'] ?? 50);

  it(`${rounds} times (seed ${seed})`, { timeout: rounds * 15_000 }, async () => {
    const random = seededRandom(seed);
    for (let round = 0; round < rounds; round += 1) {
      const talk = (async () => {
        for (let index = 0; index < 4; index += 1) {
          await witnessSays(`round ${round}, message ${index}`);
          await victimSays(`round ${round}, answer ${index}`);
        }
      })();
      await new Promise((resolve) => setTimeout(resolve, random() * 400));
      await victim.kill();
      await talk;
      await revive();
    }
    await settle();
    await check();
  });
});
