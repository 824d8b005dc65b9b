/** Rooms in the small world of a scripted Port: whoever is let in is in at once, and everything is allowed. */
import type {
  Change,
  ChatRow,
  FormField,
  FormRow,
  OccupantRow,
  RoomInvite,
  RoomRow,
} from '../../shared/contract.ts';
import type { Answers } from './scripted-port.ts';

export interface ScriptedRooms {
  readonly rooms: () => readonly RoomRow[];
  readonly chats: () => readonly ChatRow[];
  readonly invites: () => readonly RoomInvite[];
  readonly occupants: (chat: number) => readonly OccupantRow[];
  readonly announce: (...changes: Change[]) => void;
}

/** What a server tells of. */
const found = [
  {
    name: 'Support',
    description: 'Help with everything, from people who know',
    occupants: 412,
    language: 'en',
  },
  { name: 'Gardening', occupants: 7 },
  { name: 'Poetry', description: 'قصائد من كل مكان' },
] as const;

/** As Prosody asks, in part. */
const field = (
  name: string,
  type: FormField['type'],
  label: string,
  values: string[],
  options: FormField['options'] = [],
): FormField => ({ name, type, label, isRequired: false, values, options, media: [] });
const configuration: FormRow = {
  title: 'Configuration',
  instructions: 'Complete and submit this form to configure the room.',
  fields: [
    field('muc#roomconfig_roomname', 'text-single', 'Title', ['Verona Square']),
    field('muc#roomconfig_persistentroom', 'boolean', 'Keep the room when nobody is in it', ['1']),
    field(
      'muc#roomconfig_whois',
      'list-single',
      'Who may see real addresses',
      ['moderators'],
      [
        { value: 'moderators', label: 'Moderators' },
        { value: 'anyone', label: 'Anybody' },
      ],
    ),
    field('muc#roomconfig_roomsecret', 'text-private', 'Password', ['']),
  ],
};

type Names = Extract<keyof Answers, `rooms.${string}`>;

export function scriptedRooms({
  rooms,
  chats,
  invites,
  occupants,
  announce,
}: ScriptedRooms): Pick<Required<Answers>, Names> {
  const alter = (chat: number, parts: Partial<RoomRow>): Record<string, never> => {
    const row = rooms().find((each) => each.chat === chat);
    if (row !== undefined) announce({ put: 'room', row: { ...row, ...parts } });
    return {};
  };
  const enter = (account: number, address: string, name: string, nick = 'me'): { chat: number } => {
    const known = rooms().find((row) => row.account === account && row.address === address);
    const id = known?.chat ?? Math.max(0, ...chats().map((row) => row.id)) + 1;
    const chat: ChatRow = {
      id,
      account,
      address,
      kind: 'room',
      at: 1_800_000_000_000,
      unread: 0,
      readUpTo: 0,
      draft: '',
      encryptionMode: 'automatic',
      encryption: 'none',
      isTyping: false,
    };
    const room: RoomRow = {
      chat: id,
      account,
      address,
      name,
      nick,
      state: 'in',
      subject: '',
      occupants: 1,
      role: 'participant',
      affiliation: 'none',
      notify: 'mentions',
      typing: [],
    };
    announce({ put: 'chat', row: chat }, { put: 'room', row: { ...room, ...known, state: 'in' } });
    return { chat: id };
  };
  const withdraw = (account: number, address: string): void => {
    if (invites().some((row) => row.account === account && row.address === address))
      announce({ put: 'no-room-invite', account, address });
  };
  return {
    'rooms.join': ({ account, address, nick }) => enter(account, address, '', nick),
    'rooms.leave': ({ chat }) => alter(chat, { state: 'out', occupants: 0, role: 'none' }),
    'rooms.retry': ({ chat, nick }) => alter(chat, { state: 'in', ...(nick !== undefined && { nick }) }),
    'rooms.create': ({ account, name, address }) =>
      enter(account, address ?? `${name.toLowerCase().replaceAll(/\W+/gu, '-')}@rooms.example`, name),
    'rooms.occupants': ({ chat, search = '', offset = 0, limit }) => {
      const found = occupants(chat).filter(({ nick }) => nick.toLowerCase().includes(search.toLowerCase()));
      return { occupants: found.slice(offset, offset + limit), total: found.length };
    },
    'rooms.setNick': ({ chat, nick }) => alter(chat, { nick }),
    'rooms.setSubject': ({ chat, subject }) => alter(chat, { subject }),
    'rooms.setNotify': ({ chat, notify }) => alter(chat, { notify }),
    'rooms.rename': ({ chat, name }) => alter(chat, { name }),
    'rooms.invite': () => ({}),
    'rooms.acceptInvite': ({ account, address }) => {
      withdraw(account, address);
      return enter(account, address, '');
    },
    'rooms.declineInvite': ({ account, address }) => {
      withdraw(account, address);
      return {};
    },
    'rooms.affiliations': ({ chat, affiliation }) => ({
      people: occupants(chat).flatMap(({ nick, address, affiliation: each }) =>
        each === affiliation && address !== undefined ? [{ nick, address }] : [],
      ),
    }),
    'rooms.setAffiliation': () => ({}),
    'rooms.setRole': () => ({}),
    'rooms.takeBackAll': () => ({ count: 3 }),
    'rooms.configuration': () => ({ form: configuration }),
    'rooms.configure': () => ({}),
    'rooms.destroy': ({ chat }) => alter(chat, { state: 'out', occupants: 0, role: 'none' }),
    'rooms.find': ({ at = 'rooms.example', search = '' }) => ({
      rooms: found
        .map(({ name, ...more }) => ({
          ...more,
          name,
          address: `${name.toLowerCase().replaceAll(' ', '-')}@${at}`,
        }))
        .filter(({ name }) => name.toLowerCase().includes(search.toLowerCase())),
      service: at,
    }),
  };
}
