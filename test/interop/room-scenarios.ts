/** What is tried in rooms with every program, one after the other on the same stage: each goes on from the one before. */
import { eventually } from '../support/people.ts';
import type { Scenario } from './plays.ts';
import {
  chatIn,
  correctsIn,
  getsIn,
  GROUP,
  OPEN,
  PEER,
  peerGetsIn,
  saysIn,
  untilSeen,
  type RoomStage,
} from './room-stage.ts';
import { PATIENCE, untilHeard } from './stage.ts';

/** We say it, and the others hear it. */
async function talk({ first, second, peer }: RoomStage, room: string, word: string): Promise<void> {
  const [ours, also] = [`${word} from us`, `${word} from another of us`];
  await saysIn(first, room, ours);
  await peerGetsIn(peer, room, 'first', [ours]);
  await getsIn(second, room, 'first', [ours]);
  await saysIn(second, room, also);
  await peerGetsIn(peer, room, 'second', [also]);
  await getsIn(first, room, 'second', [also]);
}

/** They say it, and all of us hear it. */
async function hear({ first, second, peer }: RoomStage, room: string, text: string): Promise<void> {
  await peer.rooms.say(room, text);
  for (const who of [first, second]) await getsIn(who, room, PEER, [text]);
}

async function begin({ first, peer }: RoomStage, room: string, word: string): Promise<void> {
  await saysIn(first, room, `${word} one`, `${word} <two> & "three"`);
  await peerGetsIn(peer, room, 'first', [`${word} one`, `${word} <two> & "three"`]);
  await peer.rooms.say(room, `${word} four`);
  await getsIn(first, room, PEER, [`${word} four`]);
}

async function correct({ first, second, peer }: RoomStage, room: string, word: string): Promise<void> {
  await saysIn(first, room, `${word} frm us`);
  await peerGetsIn(peer, room, 'first', [`${word} frm us`]);
  await correctsIn(first, room, `${word} frm us`, `${word} corrected by us`);
  await getsIn(second, room, 'first', [`${word} corrected by us`]);
  await peerGetsIn(peer, room, 'first', [`${word} corrected by us`]);
}

async function hearCorrection(stage: RoomStage, room: string, word: string): Promise<void> {
  const { first, second, peer } = stage;
  await hear(stage, room, `${word} frm them`);
  await peer.rooms.correct(room, `${word} corrected by them`);
  for (const who of [first, second]) await getsIn(who, room, PEER, [`${word} corrected by them`]);
}

async function missByUs({ first, second, peer }: RoomStage, room: string, word: string): Promise<void> {
  await first.stop();
  await peer.rooms.say(room, `${word} while we were away`);
  await getsIn(second, room, PEER, [`${word} while we were away`]);
  await saysIn(second, room, `${word} and another`);
  await first.start();
  await getsIn(first, room, PEER, [`${word} while we were away`]);
  await getsIn(first, room, 'second', [`${word} and another`]);
  await saysIn(first, room, `${word} back again`);
  await peerGetsIn(peer, room, 'first', [`${word} back again`]);
}

async function missByThem(stage: RoomStage, room: string, word: string): Promise<void> {
  const { first, second, peer } = stage;
  const missed = [`${word} while they were away 1`, `${word} while they were away 2`];
  await peer.stop();
  await saysIn(first, room, ...missed);
  await peer.start();
  await untilSeen(second, room, PEER);
  await peerGetsIn(peer, room, 'first', missed);
  // It looks for keys anew, and says the first words before it has found all of them.
  await untilHeard(
    (text) => peer.rooms.say(room, text),
    () => second.history(room).then((rows) => rows.map(({ text }) => text)),
    `${word} is anybody there`,
  );
  await hear(stage, room, `${word} so am I`);
}

export const roomScenarios: readonly Scenario<RoomStage>[] = [
  { name: 'an open room', play: (stage) => begin(stage, OPEN, 'open') },
  {
    name: 'open: somebody comes later',
    play: async (stage) => {
      const { second } = stage;
      await second.engine.call('rooms.join', { account: second.engine.account().id, address: OPEN });
      await chatIn(second, OPEN);
      await getsIn(second, OPEN, PEER, ['open four']); // said before, and kept by the room
      await talk(stage, OPEN, 'open talk');
      await hear(stage, OPEN, 'open talk from them');
    },
  },
  { name: 'open: their restart', play: (stage) => missByThem(stage, OPEN, 'open') },
  { name: 'open: our restart', play: (stage) => missByUs(stage, OPEN, 'open') },
  { name: 'open: we correct', play: (stage) => correct(stage, OPEN, 'open') },
  { name: 'open: they correct', play: (stage) => hearCorrection(stage, OPEN, 'open') },
  { name: 'a private group', play: (stage) => begin(stage, GROUP, 'secret') },
  {
    name: 'private: somebody comes later',
    play: async (stage) => {
      const { first, second } = stage;
      const chat = await chatIn(first, GROUP);
      await first.engine.call('rooms.invite', { chat, people: [second.address] });
      await second.engine.until(() => second.engine.roomInvites.get(GROUP), 'an invitation', PATIENCE);
      const account = second.engine.account().id;
      await second.engine.call('rooms.acceptInvite', { account, address: GROUP });
      await chatIn(second, GROUP);
      await talk(stage, GROUP, 'secret talk');
    },
  },
  {
    name: 'private: they know who came later',
    play: (stage) => hear(stage, GROUP, 'secret talk from them'),
  },
  { name: 'private: their restart', play: (stage) => missByThem(stage, GROUP, 'secret') },
  { name: 'private: our restart', play: (stage) => missByUs(stage, GROUP, 'secret') },
  { name: 'private: we correct', play: (stage) => correct(stage, GROUP, 'secret') },
  { name: 'private: they correct', play: (stage) => hearCorrection(stage, GROUP, 'secret') },
  {
    name: 'our subject',
    play: async ({ first, peer }) => {
      const { subject } = peer.rooms;
      if (subject === undefined) throw new Error('nobody can read it');
      await first.engine.call('rooms.setSubject', {
        chat: await chatIn(first, GROUP),
        subject: 'Our matter',
      });
      await eventually(async () => (await subject(GROUP)) === 'Our matter', 'our subject', PATIENCE);
    },
  },
  {
    name: 'their subject',
    play: async ({ first, second, peer }) => {
      await peer.rooms.setSubject(GROUP, 'Their matter');
      for (const who of [first, second]) {
        const chat = await chatIn(who, GROUP);
        const isSo = (): boolean => who.engine.rooms.get(chat)?.subject === 'Their matter';
        await who.engine.until(isSo, 'their subject', PATIENCE);
      }
    },
  },
  {
    name: 'our other name',
    play: async ({ first, second, peer }) => {
      await first.engine.call('rooms.setNick', { chat: await chatIn(first, OPEN), nick: 'Primus' });
      await untilSeen(second, OPEN, 'Primus');
      await saysIn(first, OPEN, 'under another name');
      await peerGetsIn(peer, OPEN, 'Primus', ['under another name']);
    },
  },
  {
    name: 'their other name',
    play: async ({ first, second, peer }) => {
      await peer.rooms.setNick(OPEN, 'Petra');
      for (const who of [first, second]) await untilSeen(who, OPEN, 'Petra');
      await peer.rooms.say(OPEN, 'as somebody else');
      for (const who of [first, second]) await getsIn(who, OPEN, 'Petra', ['as somebody else']);
    },
  },
  {
    name: 'private: who is put out reads no more',
    play: async ({ first, second, peer }) => {
      const [chat, secondChat] = [await chatIn(first, GROUP), await chatIn(second, GROUP)];
      const out = { chat, address: second.address, affiliation: 'none' } as const;
      await first.engine.call('rooms.setAffiliation', out);
      const isOut = (): boolean => second.engine.rooms.get(secondChat)?.state === 'failed';
      await second.engine.until(isOut, 'they are put out', PATIENCE);
      await saysIn(first, GROUP, 'secret without you');
      await peerGetsIn(peer, GROUP, 'first', ['secret without you']);
      await peer.rooms.say(GROUP, 'secret among us');
      await getsIn(first, GROUP, PEER, ['secret among us']);
      const heard = (await second.history(GROUP)).map(({ text }) => text);
      const late = heard.filter((text) => /without you|among us/u.test(text));
      if (late.length > 0) throw new Error(`they still read ${JSON.stringify(late)}`);
    },
  },
];

/** Of what was said in the group. */
export const groupSecrets = [
  'secret one',
  'secret four',
  'secret talk from',
  'secret frm',
  'secret corrected',
  'secret while',
  'secret without',
  'secret among',
];
