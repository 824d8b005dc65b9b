/** What is tried with every program, one after the other on the same stage: each goes on from where the last one ended. */
import type { Scenario } from './plays.ts';
import { hears, untilHeard, type Stage } from './stage.ts';

/** So many messages each way, for the long conversation. */
const LONG = 20;

const numbered = (text: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${text} ${index + 1}`);

export const scenarios: readonly Scenario<Stage>[] = [
  {
    name: 'we write first',
    play: async ({ first, peer }) => {
      const texts = ['hello there', 'a <tag> & "quotes"', 'how are you'];
      await first.say(peer.address, ...texts);
      await hears(peer, first.address, texts);
      await peer.say(first.address, 'fine, thanks');
      await first.gets(peer.address, ['fine, thanks']);
    },
  },
  {
    name: 'they write first',
    play: async ({ second, peer }) => {
      await peer.say(second.address, 'good morning');
      await peer.say(second.address, 'are you there');
      await second.gets(peer.address, ['good morning', 'are you there']);
      await second.say(peer.address, 'yes');
      await hears(peer, second.address, ['yes']);
    },
  },
  {
    name: 'long after',
    play: async ({ first, peer }) => {
      const [ours, theirs] = [numbered('ours', LONG), numbered('theirs', LONG)];
      const speak = async (): Promise<void> => {
        for (const text of theirs) await peer.say(first.address, text);
      };
      await Promise.all([first.say(peer.address, ...ours), speak()]);
      await hears(peer, first.address, ours);
      await first.gets(peer.address, theirs);
    },
  },
  {
    name: 'our restart',
    play: async ({ first, peer }) => {
      await first.stop();
      const missed = numbered('while you were away', 2);
      for (const text of missed) await peer.say(first.address, text);
      await first.start();
      await first.gets(peer.address, missed);
      await first.say(peer.address, 'back again');
      await hears(peer, first.address, ['back again']);
    },
  },
  {
    name: 'their restart',
    play: async ({ first, peer }) => {
      await peer.stop();
      await peer.start();
      await peer.say(first.address, 'so am I');
      await first.gets(peer.address, ['so am I']);
      await first.say(peer.address, 'welcome back');
      await hears(peer, first.address, ['welcome back']);
    },
  },
  {
    name: 'they are away',
    play: async ({ first, second, peer }) => {
      await peer.stop();
      const missed = numbered('for later', 3);
      await first.say(peer.address, ...missed);
      await second.say(peer.address, 'for later, too');
      await peer.start();
      await hears(peer, first.address, missed);
      await hears(peer, second.address, ['for later, too']);
      await peer.say(first.address, 'got it');
      await first.gets(peer.address, ['got it']);
    },
  },
  {
    name: 'our second device writes',
    play: async ({ first, firstToo, peer }) => {
      await firstToo.start();
      await firstToo.say(peer.address, 'from the second');
      await hears(peer, first.address, ['from the second']);
      await first.gets(peer.address, ['from the second'], { isOutgoing: true });
      await peer.say(first.address, 'to both of you');
      for (const device of [first, firstToo]) await device.gets(peer.address, ['to both of you']);
      await first.say(peer.address, 'from the first');
      await hears(peer, first.address, ['from the first']);
      await firstToo.gets(peer.address, ['from the first'], { isOutgoing: true });
    },
  },
  {
    name: 'our second device is away',
    play: async ({ first, firstToo, peer }) => {
      await firstToo.stop();
      const missed = numbered('in the archive', 3);
      for (const text of missed) await peer.say(first.address, text);
      await first.gets(peer.address, missed);
      await first.say(peer.address, 'answered without you');
      await firstToo.start();
      await firstToo.gets(peer.address, missed);
      await firstToo.gets(peer.address, ['answered without you'], { isOutgoing: true });
      await firstToo.say(peer.address, 'caught up');
      await hears(peer, first.address, ['caught up']);
    },
  },
  {
    name: 'our third device only listens',
    play: async ({ first, firstToo, firstSilent, peer }) => {
      await firstSilent.start();
      // They hear of the new device by an event, which we can not see them get.
      await untilHeard(
        (text) => peer.say(first.address, text),
        () => firstSilent.history(peer.address).then((rows) => rows.map(({ text }) => text)),
        'anybody there',
      );
      await peer.say(first.address, 'to all of you');
      for (const device of [first, firstToo, firstSilent]) await device.gets(peer.address, ['to all of you']);
    },
  },
  {
    name: 'their second device',
    play: async ({ first, peer, peerToo }) => {
      const other = await peerToo();
      await untilHeard(
        (text) => first.say(peer.address, text),
        () => other.heard(first.address).then((heard) => heard.map(({ text }) => text)),
        'who is there',
      );
      await first.say(peer.address, 'for all your devices');
      for (const device of [peer, other]) await hears(device, first.address, ['for all your devices']);
      await other.say(first.address, 'from another device');
      await first.gets(peer.address, ['from another device']);
      await peer.say(first.address, 'from the old one');
      await first.gets(peer.address, ['from the old one']);
    },
  },
  {
    name: 'their second device is away',
    play: async ({ first, peer, peerToo }) => {
      const other = await peerToo();
      await other.stop();
      const missed = numbered('to an absent device', 3);
      await first.say(peer.address, ...missed);
      await hears(peer, first.address, missed);
      await other.start();
      await hears(other, first.address, missed);
      await other.say(first.address, 'here again');
      await first.gets(peer.address, ['here again']);
    },
  },
];

/** Of what was said. */
export const secrets = [
  'hello there',
  'good morning',
  'ours 1',
  'theirs 1',
  'to both of you',
  'from the old one',
];
