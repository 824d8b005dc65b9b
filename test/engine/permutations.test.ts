/**
 * One conversation, by any road: whatever of it comes live, as a carbon or out of the archive, how often, in what order,
 * with the engine ended in between and people scrolling meanwhile, in the end there are the same rows.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { MessageRow } from '../../shared/contract.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { eventually } from '../support/people.ts';
import { runs } from '../support/runs.ts';
import { ScriptedArchive } from '../support/scripted-archive.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';

const ME = 'alice@a.test';
const START = Date.UTC(2026, 0, 1, 12);
const FRIENDS = ['bob@b.test', 'carol@c.test'] as const;

/** One thing that was said, or a confirmation of an earlier thing that we said. */
interface Said {
  readonly friend: number;
  readonly isMine: boolean;
  readonly hasOrigin: boolean;
  /** For a friend's: which of our earlier messages it confirms, if it is a receipt and there is one. */
  readonly confirms: number | undefined;
  /** What it says about another message of the same chat, earlier or later in it, if it is that. */
  readonly feels: { readonly about: number; readonly emojis: readonly string[] } | undefined;
  /** Which of the earlier messages of its side it corrects or takes back, if it does and there is one. */
  readonly changes?: { readonly of: number; readonly isRetraction: boolean } | undefined;
}

type Step =
  /** A copy of the message comes on the stream: to this device, or as a carbon. */
  | { readonly kind: 'copy'; readonly of: number; readonly isCarbon: boolean }
  /** The engine ends and starts again; `isHeld`: the archive answers only for single chats and its end. */
  | { readonly kind: 'restart'; readonly isHeld: boolean }
  /** Somebody reads backwards. */
  | { readonly kind: 'scroll'; readonly friend: number };

const said: fc.Arbitrary<Said> = fc.record({
  friend: fc.nat(1),
  isMine: fc.boolean(),
  hasOrigin: fc.boolean(),
  confirms: fc.option(fc.nat(20), { nil: undefined, freq: 3 }),
  feels: fc.option(fc.record({ about: fc.nat(24), emojis: fc.subarray(['👍', '🎉', '🐢']) }), {
    nil: undefined,
    freq: 3,
  }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('copy'), of: fc.nat(40), isCarbon: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart'), isHeld: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('scroll'), friend: fc.nat(1) }) },
);
const story = fc.record({
  conversation: fc.array(said, { minLength: 1, maxLength: 24 }),
  /** How much of it was said when this device comes online for the second time, in parts of it. */
  part: fc.double({ min: 0, max: 1, noNaN: true }),
  steps: fc.array(step, { maxLength: 16 }),
  limit: fc.integer({ min: 1, max: 6 }),
  isExtended: fc.boolean(),
  /** Which of it are changes of earlier messages. */
  changes: fc.array(
    fc.option(fc.record({ of: fc.nat(20), isRetraction: fc.nat(3).map((n) => n === 0) }), {
      nil: undefined,
      freq: 2,
    }),
    { minLength: 24, maxLength: 24 },
  ),
});

/** The messages as they are in the archive. */
function write(conversation: readonly Said[]): string[] {
  return conversation.map(({ friend, isMine, hasOrigin, confirms, feels, changes }, index) => {
    const words = conversation
      .slice(0, index)
      .flatMap((each, at) =>
        each.isMine === isMine &&
        each.friend === friend &&
        each.changes === undefined &&
        each.confirms === undefined &&
        each.feels === undefined
          ? [at]
          : [],
      );
    const changed = changes && words[changes.of % Math.max(1, words.length)];
    const peer = FRIENDS[friend] ?? FRIENDS[0];
    const [from, to] = isMine ? [`${ME}/phone`, peer] : [`${peer}/r`, ME];
    const mine = conversation.flatMap((each, at) => (each.isMine && each.friend === friend ? [at] : []));
    const target = confirms === undefined ? undefined : mine[confirms % Math.max(1, mine.length)];
    const emojis = feels?.emojis.map((emoji) => `<reaction>${emoji}</reaction>`).join('');
    const felt = `<reactions xmlns="urn:xmpp:reactions:0" id="m${feels?.about}">${emojis}</reactions>`;
    const content =
      !isMine && target !== undefined
        ? `<received xmlns="urn:xmpp:receipts" id="m${target}"/>`
        : feels !== undefined
          ? felt
          : `<body>text ${index}</body>${changeOf(changed, changes?.isRetraction === true)}`;
    const origin = hasOrigin ? `<origin-id xmlns="urn:xmpp:sid:0" id="m${index}"/>` : '';
    return (
      `<message xmlns="jabber:client" from="${from}" to="${to}" type="chat" id="m${index}">${content}${origin}` +
      `<stanza-id xmlns="urn:xmpp:sid:0" by="${ME}" id="a${index}"/></message>`
    );
  });
}

/** The element that makes a message a change of an earlier one. */
function changeOf(target: number | undefined, isRetraction: boolean): string {
  if (target === undefined) return '';
  return isRetraction
    ? `<retract xmlns="urn:xmpp:message-retract:1" id="m${target}"/><fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:message-retract:1"/>`
    : `<replace xmlns="urn:xmpp:message-correct:0" id="m${target}"/>`;
}

const carbonOf = (message: string, isMine: boolean): string =>
  `<message xmlns="jabber:client" from="${ME}" to="${ME}/d1"><${isMine ? 'sent' : 'received'} xmlns="urn:xmpp:carbons:2">` +
  `<forwarded xmlns="urn:xmpp:forward:0">${message}</forwarded></${isMine ? 'sent' : 'received'}></message>`;

/** What a person sees in the end: of each chat its rows and how many are unread. */
async function live(options: {
  readonly conversation: readonly Said[];
  readonly before: number;
  readonly steps: readonly Step[];
  readonly limit: number;
  readonly isExtended: boolean;
}): Promise<unknown> {
  const { conversation, before, steps } = options;
  const folder = await temporaryProfile('permutations');
  const server = new ScriptedServer(FRIENDS.map((jid) => ({ jid, subscription: 'both' })));
  const archive = new ScriptedArchive(server);
  archive.limit = options.limit;
  if (options.isExtended) archive.extend();
  const never = new Promise<never>(() => undefined);
  let isHeld = false;
  archive.answer = (asked) =>
    isHeld && asked.with === undefined && asked.before !== '' ? never : archive.honestAnswer(asked);
  const messages = write(conversation);
  const put = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) {
      archive.put(`a${index}`, messages[index] ?? '', START + index * 1_000);
    }
  };
  let clock = START - 3_600_000;
  let engine: Engine | undefined;
  let alice: Mirror | undefined;
  const boot = async (): Promise<Mirror> => {
    await engine?.stop();
    engine = createEngine({
      ...createTestHost({ profile: folder.path }),
      connect: server.connect,
      now: () => clock,
    });
    alice = new Mirror(engine);
    await engine.start();
    return alice;
  };
  const caughtUp = async (who: Mirror): Promise<void> => {
    const asked = archive.asked.length;
    if (isHeld) await eventually(() => Promise.resolve(archive.asked.length > asked), 'it asks');
    else await who.until(() => who.account().state === 'online', 'online');
  };
  try {
    const fresh = await boot();
    await fresh.call('accounts.signIn', { address: ME, password: 'x' });
    await caughtUp(fresh);
    clock = START + 3_600_000;
    put(0, before);
    let isAllSaid = false;
    for (const each of steps) {
      if (each.kind === 'copy') {
        const of = each.of % conversation.length;
        const { isMine } = conversation[of] ?? { isMine: false };
        // What comes live was said: the archive has it, and all before it.
        if (!isAllSaid && of >= archive.stored.length) {
          put(archive.stored.length, conversation.length);
          isAllSaid = true;
        }
        const message = messages[of] ?? '';
        // It is handled by the time it was said at, as if it came at once.
        const stamp = `<delay xmlns="urn:xmpp:delay" from="a.test" stamp="${new Date(START + of * 1_000).toISOString()}"/>`;
        const stamped = message.replace('</message>', `${stamp}</message>`);
        server.deliver(isMine || each.isCarbon ? carbonOf(stamped, isMine) : stamped);
      } else if (each.kind === 'restart') {
        ({ isHeld } = each);
        await caughtUp(await boot());
      } else {
        const chat = alice?.chatWith(FRIENDS[each.friend] ?? '');
        if (chat === undefined) continue;
        const newest = await alice?.call('messages.page', { chat: chat.id, limit: 5 });
        const first = newest?.messages[0]?.id;
        if (first !== undefined)
          await alice?.call('messages.page', { chat: chat.id, before: first, limit: 5 });
      }
    }
    put(archive.stored.length, conversation.length);
    isHeld = false;
    const last = await boot();
    await caughtUp(last);
    return await Promise.all(
      FRIENDS.map(async (address) => {
        const rows = await last.history(address);
        return {
          rows: rows.map(told),
          felt: await felt(last, address),
          unread: last.chatWith(address)?.unread ?? 0,
        };
      }),
    );
  } finally {
    await engine?.stop();
    folder.remove();
  }
}

/** What is felt about each message, whenever we heard of it. */
async function felt(who: Mirror, address: string): Promise<unknown> {
  const chat = who.chatWith(address)?.id;
  if (chat === undefined) return [];
  const { messages, reactions = [] } = await who.call('messages.page', { chat, limit: 200 });
  return messages.map(({ id, text }) => {
    const of = reactions.find(({ message }) => message === id)?.reactions ?? [];
    return [text, ...of.map(({ sender, emojis }) => [sender, emojis])];
  });
}

/** Everything about a row but the numbers that the database gave. */
const told = ({ account: _account, chat: _chat, ...row }: MessageRow): unknown => row;

it('gives the same rows', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ conversation: plain, part, changes, ...rest }) => {
      const conversation = plain.map((each, at) => ({ ...each, changes: changes[at] }));
      const before = Math.floor(part * conversation.length);
      const expected = await live({ conversation, before: 0, steps: [], limit: 50, isExtended: false });
      expect(await live({ conversation, before, ...rest })).toEqual(expected);
    }),
    { numRuns: runs(12, 12), seed: 20_261_121 },
  );
});
