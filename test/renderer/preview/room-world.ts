/** Rooms in every state for a world: one with many people and a conversation, and one for each way of not being in. */
import type { ChatRow, MessageRow, OccupantRow, RoomProblem, RoomRow } from '../../../shared/contract.ts';
import { lastOf, type World } from '../world.ts';

const MINUTE = 60_000;
export const SQUARE = 300;
const square = 'verona-square@rooms.verona.example';

interface Said {
  readonly by: string;
  readonly text: string;
  readonly ago: number;
  readonly more?: Partial<MessageRow>;
}

const said: readonly Said[] = [
  { by: 'Sampson', text: 'Gregory, o’ my word, we’ll not carry coals.', ago: 190 },
  { by: 'Gregory', text: 'No, for then we should be colliers.', ago: 189 },
  { by: 'Sampson', text: 'I mean, an we be in choler, we’ll draw.', ago: 188 },
  { by: 'Sampson', text: 'Me they shall feel while I am able to stand', ago: 187 },
  { by: 'me', text: 'Good morrow, all', ago: 60 },
  { by: 'أحمد', text: 'صباح الخير يا Romeo', ago: 58, more: { isMention: true } },
  { by: 'Benvolio', text: '/me beats down their weapons', ago: 40 },
  { by: 'Benvolio', text: 'Part, fools! You know not what you do.', ago: 39 },
  { by: 'Tybalt', text: 'What, drawn, and talk of peace? I hate the word', ago: 30 },
  { by: 'me', text: 'Tybalt, the reason that I have to love thee', ago: 12, more: { delivery: 'sent' } },
  { by: 'me', text: 'Doth much excuse the appertaining rage', ago: 11, more: { delivery: 'queued' } },
  { by: 'Tybalt', text: 'Romeo: thou art a villain! @Romeo', ago: 6, more: { isMention: true } },
  { by: 'Mercutio', text: 'O calm, dishonourable, vile submission! https://duel.example', ago: 3 },
];

const people: readonly OccupantRow[] = [
  person('Escalus', { role: 'moderator', affiliation: 'owner', address: 'escalus@verona.example' }),
  person('Romeo', {
    role: 'moderator',
    affiliation: 'admin',
    address: 'romeo@montague.example',
    isOwn: true,
  }),
  person('Sampson', { affiliation: 'member', address: 'sampson@capulet.example', availability: 'away' }),
  person('Gregory', { affiliation: 'member' }),
  person('أحمد', { address: 'ahmad@shair.example', status: 'في السوق' }),
  person('Benvolio', {
    address: 'benvolio@montague.example',
    availability: 'dnd',
    status: 'Keeping the peace',
  }),
  person('Tybalt', { affiliation: 'none', identity: 'occ-tybalt', address: 'tybalt@capulet.example' }),
  person('Mercutio', { availability: 'xa' }),
  person('Citizen with a name so long that nobody in all of Verona has ever said it to the end', {
    role: 'visitor',
  }),
];

function person(nick: string, more: Partial<OccupantRow> = {}): OccupantRow {
  return { nick, role: 'participant', affiliation: 'none', availability: 'online', ...more };
}

const chatRow = (id: number, address: string, at: number, more: Partial<ChatRow> = {}): ChatRow => ({
  id,
  account: 1,
  address,
  kind: 'room',
  at,
  unread: 0,
  readUpTo: 0,
  draft: '',
  encryptionMode: 'automatic',
  encryption: 'none',
  isTyping: false,
  ...more,
});

const roomRow = (chat: number, address: string, more: Partial<RoomRow> = {}): RoomRow => ({
  chat,
  account: 1,
  address,
  name: '',
  nick: 'Romeo',
  state: 'in',
  subject: '',
  occupants: people.length,
  role: 'participant',
  affiliation: 'none',
  notify: 'mentions',
  typing: [],
  ...more,
});

/** @param now milliseconds since 1970 */
export function withRooms(world: World, now: number): void {
  const messages = said.map(({ by, text, ago, more }, index): MessageRow => {
    const at = now - ago * MINUTE;
    return {
      id: at * 1_000 + index,
      account: 1,
      chat: SQUARE,
      isOutgoing: by === 'me',
      sender: by === 'me' ? 'romeo@montague.example' : `${square}/${by}`,
      ...(by !== 'me' && { occupant: `occ-${by}` }),
      text,
      at,
      delivery: by === 'me' ? 'sent' : 'received',
      encryption: 'none',
      ...more,
    };
  });
  const last = messages.at(-1);
  world.messages.push(...messages);
  world.chats.push(
    chatRow(SQUARE, square, now - 3 * MINUTE, {
      unread: 2,
      mentions: 1,
      readUpTo: messages.at(-3)?.id ?? 0,
      ...(last && { last: { ...lastOf(last), nick: 'Mercutio' } }),
    }),
  );
  const rooms = [
    roomRow(SQUARE, square, {
      name: 'Verona Square',
      subject:
        'Civil blood makes civil hands unclean. Swords stay at home: https://verona.example/peace\nNext meeting: Monday at nine, in the hall of the Prince. Everybody is welcome, and nobody is armed.',
      description: 'Where the two houses meet.',
      role: 'moderator',
      affiliation: 'admin',
      isPersistent: true,
      isModerated: true,
      hasModeration: true,
      hasIdentities: true,
      typing: ['Benvolio', 'أحمد'],
    }),
  ];
  const other = (id: number, name: string, ago: number, more: Partial<RoomRow>): void => {
    const address = `${name.toLowerCase().replaceAll(' ', '-')}@rooms.verona.example`;
    world.chats.push(chatRow(id, address, now - ago * MINUTE));
    rooms.push(roomRow(id, address, { name, ...more }));
  };
  other(301, 'Ballroom', 4, { role: 'visitor', isModerated: true, subject: 'The feast' });
  other(302, 'Gone home', 5, { state: 'out', occupants: 0, role: 'none' });
  other(303, 'On the way', 5.5, { state: 'joining', occupants: 0, role: 'none' });
  const problem = (id: number, code: RoomProblem, more: { detail?: string; alternate?: string } = {}): void =>
    other(id, `Kept out ${code}`, 7 + (id - 304) / 100, {
      state: 'failed',
      occupants: 0,
      role: 'none',
      problem: { code, ...more },
    });
  problem(304, 'password');
  problem(305, 'nick-taken');
  problem(306, 'members-only');
  problem(307, 'destroyed', { detail: 'We have moved', alternate: 'new-square@rooms.verona.example' });
  problem(308, 'kicked', { detail: 'A plague on both your houses' });
  problem(309, 'unreachable');
  problem(310, 'banned', { detail: 'And for that offence immediately we do exile him hence' });
  world.rooms = rooms;
  world.occupants = { [SQUARE]: people, 301: crowd(10_000) };
  world.invites = [
    {
      account: 1,
      address: 'capulet-feast@rooms.verona.example',
      from: 'juliet@capulet.example',
      reason: 'Come, and wear a mask 🎭',
      at: now - 20 * MINUTE,
    },
    { account: 1, address: 'apothecary@rooms.mantua.example', hasPassword: true, at: now - 300 * MINUTE },
  ];
}

function crowd(count: number): OccupantRow[] {
  return Array.from({ length: count }, (_, i) =>
    person(`Guest ${String(i + 1).padStart(5, '0')}`, {
      role: i < 3 ? 'moderator' : i < 6_000 ? 'participant' : 'visitor',
      availability: (['online', 'away', 'dnd', 'chat'] as const)[i % 4] ?? 'online',
    }),
  );
}
