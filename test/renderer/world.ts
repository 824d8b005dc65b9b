/**
 * A small world to look at and to test with: two accounts, a dozen chats and some 400 messages in every state, with
 * the names and texts that break windows: right-to-left, Chinese, emoji, long words, markup, reordering characters.
 */
import {
  problemCodes,
  type AccountRow,
  type BlockedRow,
  type Card,
  type ChatRow,
  type ContactRequestRow,
  type ContactRow,
  type DeviceRow,
  type FileRow,
  type FolderRow,
  type MessageRow,
  type Problem,
  type ProblemCode,
  type ProfileRow,
  type OccupantRow,
  type RoomInvite,
  type RoomRow,
  type UpdateRow,
} from '../../shared/contract.ts';
import type { KeepDays } from '../../shared/retention.ts';
import type { Privacy } from '../../shared/calls/privacy.ts';

export interface World {
  profile: ProfileRow;
  accounts: AccountRow[];
  contacts: ContactRow[];
  requests: ContactRequestRow[];
  chats: ChatRow[];
  messages: MessageRow[];
  files: FileRow[];
  devices: DeviceRow[];
  privacy: Privacy;
  keepDays?: KeepDays;
  update?: UpdateRow;
  /** Accounts without one have nobody blocked, and a server that can. */
  blocked?: BlockedRow[];
  folders?: FolderRow[];
  rooms?: RoomRow[];
  invites?: RoomInvite[];
  /** Who is in a room, by chat. */
  occupants?: Readonly<Record<number, readonly OccupantRow[]>>;
  /** What people say of themselves, by address. */
  cards?: Readonly<Record<string, Card>>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Line extends Partial<MessageRow> {
  readonly text: string;
  readonly ago: number;
}
interface Person extends Partial<ChatRow> {
  readonly name: string;
  readonly address: string;
  readonly account?: number;
  readonly contact?: Partial<ContactRow> | false;
  readonly lines: readonly Line[];
}

const me = (ago: number, text: string, more: Partial<MessageRow> = {}): Line => ({
  ago,
  text,
  isOutgoing: true,
  delivery: 'delivered',
  ...more,
});
const they = (ago: number, text: string, more: Partial<MessageRow> = {}): Line => ({ ago, text, ...more });

const people: readonly Person[] = [
  {
    name: 'Juliet Capulet',
    address: 'juliet@capulet.example',
    contact: { availability: 'online', status: 'On the balcony until ten' },
    lines: [
      they(3 * DAY, 'Art thou not Romeo, and a Montague?'),
      me(3 * DAY - MINUTE, 'Neither, fair saint, if either thee dislike.'),
      they(2 * DAY, 'How cam’st thou hither, tell me, and wherefore?'),
      they(2 * DAY - MINUTE, 'The orchard walls are high and hard to climb'),
      me(2 * DAY - 3 * MINUTE, 'With love’s light wings did I o’er-perch these walls 🪶'),
      me(2 * DAY - 4 * MINUTE, 'Map of the orchard: https://verona.example/orchard/map?layer=walls#north'),
      they(DAY + 2 * HOUR, 'This one came through the old server.', { encryption: 'none' }),
      they(DAY + HOUR, '', { unreadable: 'not-for-this-device' }),
      me(DAY, 'Did you get that?'),
      they(5 * HOUR, '😍'),
      they(4 * HOUR, 'If they do see thee, they will murder thee.'),
      me(
        4 * HOUR - MINUTE,
        'Alack, there lies more peril in thine eye\nthan twenty of their swords. Look thou but sweet,\nand I am proof against their enmity.',
      ),
      they(22 * MINUTE, 'Anon, good nurse! Sweet Montague, be true.'),
      they(21 * MINUTE, 'Stay but a little, I will come again.'),
      me(12 * MINUTE, 'O blessed, blessed night!', { delivery: 'delivered' }),
      me(11 * MINUTE, 'I am afeard, being in night, all this is but a dream', { delivery: 'sent' }),
      they(6 * MINUTE, 'Three words, dear Romeo, and good night indeed 🌙'),
    ],
  },
  {
    name: 'Mercutio',
    address: 'mercutio@verona.example',
    contact: { availability: 'dnd', status: 'A plague o’ both your houses' },
    unread: 3,
    lines: [
      me(3 * HOUR, 'Peace, peace, Mercutio, peace! Thou talk’st of nothing.'),
      they(40 * MINUTE, 'True, I talk of dreams'),
      they(39 * MINUTE, 'which are the children of an idle brain,'),
      they(38 * MINUTE, 'begot of nothing but vain fantasy 🧚‍♀️'),
    ],
  },
  {
    name: 'Nurse',
    address: 'nurse@capulet.example',
    isTyping: true,
    contact: { availability: 'away' },
    lines: [they(50 * MINUTE, 'Marry, bachelor, her mother is the lady of the house.')],
  },
  {
    name: 'Benvolio',
    address: 'benvolio@montague.example',
    draft: 'I’ll pay that doctrine, or else',
    contact: { availability: 'online' },
    encryption: 'none',
    lines: [
      they(2 * HOUR, 'Be ruled by me: forget to think of her.', { encryption: 'none' }),
      me(2 * HOUR - MINUTE, 'O, teach me how I should forget to think!', {
        encryption: 'none',
        delivery: 'sent',
      }),
    ],
  },
  {
    name: 'أحمد الشاعر',
    address: 'ahmad@shair.example',
    contact: { availability: 'online' },
    unread: 1,
    lines: [
      they(9 * HOUR, 'مرحبا! كيف حالك اليوم؟'),
      me(9 * HOUR - MINUTE, 'Fine, thanks. שלום and مرحبا in one line: which way round is it?'),
      they(8 * HOUR, 'الرابط هنا: https://example.org/صفحة وشكرا لك 🌸'),
    ],
  },
  {
    name: '王小明',
    address: 'xiaoming@shufa.example',
    contact: { availability: 'xa' },
    lines: [
      they(
        DAY + 3 * HOUR,
        '你好！明天下午三点在图书馆见面可以吗？我会带上你要的那本书，还有一些关于宋代书法的资料。',
      ),
      me(DAY + 2 * HOUR, '好的，明天见！👍'),
    ],
  },
  {
    name: '<img src=x onerror=alert(1)>',
    address: 'mallory@evil.example',
    contact: { availability: 'chat' },
    unread: 2,
    encryption: 'none',
    lines: [
      they(
        DAY,
        '<script>alert(document.domain)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) javascript:alert(1) data:text/html,<b>x</b>',
        { encryption: 'none' },
      ),
      they(
        DAY - MINUTE,
        'invoice_\u202Egpj.exe https://good.example@evil.example/login http://evil.example/\u202Emoc.elgoog',
        { encryption: 'none' },
      ),
    ],
  },
  {
    name: '\u202EolleH\u202C Zalgo h̸̡̪̯ͨ͊̽̅̾̎Ȩ̬̩̾͛ͪ̈́̀́͘ ̶̧̨̱̹̭̯ͧ̾ͬc̷̙̲̝͖ͭ̏ͥͮ͟oͮ͏̮̪̝͍mͪͦͭͮ̚e̾ͤ́͞s̡͂͠',
    address: 'zalgo@h0stile.example',
    contact: { availability: 'offline' },
    lines: [
      they(
        2 * DAY,
        'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(4),
      ),
      they(2 * DAY - MINUTE, 'Z̷̢̡͚̱̼̝̙̻̘͇͉͇̪͈̝͕͓̖͍̬̗̆̊̓̀͑̒̆̒͋̾̿̓̌͘͝͠ͅa̵̧̛̬̬͓̗̞̯̝̫̮̙͙̞̎̿̈́͆̈́̏̽̑̓͌̾͝͝ͅl̵̡̨̛̛̹͎̹̲̖̭̱̘̬̆͐͗̔͊͋̎͘ģ̶̺̙͎̥͍̪̩̞̔̓̒̿̇͛̊̈́͜ŏ̸̢̫̳̦̗̮̠̮͇͓̦̀̈́̈̄'),
      they(2 * DAY - 2 * MINUTE, 'A very long letter.\n'.repeat(90)),
      me(2 * DAY - 3 * MINUTE, '👩‍👩‍👧‍👦 🏳️‍🌈 👋🏽'),
    ],
  },
  {
    name: 'Friar Laurence',
    address: 'laurence@cell.example',
    contact: { availability: 'offline' },
    encryptionMode: 'on',
    lines: [
      they(4 * DAY, '', { unreadable: 'no-session', device: 1_203_941 }),
      they(4 * DAY - MINUTE, '', { unreadable: 'forged' }),
      they(4 * DAY - 2 * MINUTE, 'From a new device.', { trust: 'undecided', device: 812 }),
      they(4 * DAY - 3 * MINUTE, 'From one you distrust.', { trust: 'distrusted', device: 999 }),
      me(4 * DAY - 4 * MINUTE, 'These violent delights have violent ends', { delivery: 'displayed' }),
    ],
  },
  {
    name: 'Peter',
    address: 'peter@work.example',
    account: 2,
    contact: { availability: 'online' },
    lines: [
      they(DAY * 5, 'Quarterly numbers are in.'),
      me(DAY * 5 - MINUTE, 'Thanks! I look at them tonight.', {
        delivery: 'failed',
        failure: { code: 'remote-server-not-found', detail: 'No route to work.example' },
      }),
      me(DAY * 5 - 2 * MINUTE, 'Are you there?', { delivery: 'queued' }),
    ],
  },
  {
    name: 'The Prince of Verona, Escalus, Sovereign of the City and of All the Lands Around It',
    address: 'escalus@court.of.the.prince.verona.example',
    account: 2,
    contact: { availability: 'offline' },
    encryption: 'unknown',
    lines: [they(9 * DAY, 'Rebellious subjects, enemies to peace…', { encryption: 'none' })],
  },
  {
    name: '',
    address: 'stranger@elsewhere.example',
    contact: false,
    encryption: 'none',
    lines: [they(6 * DAY, 'Do I know you?', { encryption: 'none' })],
  },
  { name: 'Paris', address: 'paris@verona.example', contact: { availability: 'offline' }, lines: [] },
];

const words =
  'the quality of mercy is not strained it droppeth as gentle rain from heaven upon place beneath'.split(' ');

/** A long history for one chat: the same at every start. */
function history(count: number): Line[] {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  return Array.from({ length: count }, (_, i): Line => {
    const text = Array.from({ length: 2 + random(26) }, () => words[random(words.length)]).join(' ');
    const ago = 4 * DAY + (count - i) * 17 * MINUTE;
    return random(3) === 0 ? me(ago, text) : they(ago, text);
  });
}

/** @param now milliseconds since 1970; everything in the world is some time before it. */
export function createWorld(now: number): World {
  const world: World = {
    profile: { state: 'open', protection: 'keyring', keyring: 'gnome_libsecret' },
    accounts: [
      {
        id: 1,
        address: 'romeo@montague.example',
        hue: 35,
        enabled: true,
        state: 'online',
        pins: [],
        keepPassword: true,
      },
      {
        id: 2,
        address: 'romeo@work.example',
        hue: 210,
        enabled: true,
        state: 'online',
        pins: [],
        keepPassword: true,
      },
    ],
    contacts: [
      contactRow({
        address: 'rosaline@capulet.example',
        name: 'Rosaline',
        availability: 'chat',
        status: 'Still sworn',
      }),
      contactRow({ address: 'tybalt@capulet.example', name: '', subscription: 'none', asking: true }),
    ],
    requests: [
      {
        account: 1,
        address: 'balthasar@verona.example',
        note: 'It is Balthasar, from the stables. 🐴',
        at: now - 2 * HOUR,
      },
      {
        account: 2,
        address: 'mallory@evil.example',
        note: '<b>Free crypto</b> \u202Ereward',
        at: now - 3 * DAY,
      },
    ],
    chats: [],
    messages: [],
    files: [],
    devices: devices(now),
    privacy: { tellsSystem: false, tellsTime: true },
  };
  people.forEach((person, index) => addPerson(world, person, index + 1, now));
  return world;
}

function addPerson(world: World, person: Person, id: number, now: number): void {
  const { name, address, account = 1, contact, lines, unread = 0, ...more } = person;
  if (contact !== false) world.contacts.push(contactRow({ account, address, name, ...contact }));
  const own = world.accounts.find((row) => row.id === account)?.address ?? '';
  const encryption = more.encryption === 'none' || more.encryption === 'unknown' ? 'none' : 'omemo';
  const all = id === 1 ? [...history(360), ...lines] : lines;
  const rows = all.map(({ ago, ...line }, i): MessageRow => {
    const at = now - ago;
    const isOutgoing = line.isOutgoing ?? false;
    return {
      id: at * 1_000 + i,
      account,
      chat: id,
      isOutgoing,
      sender: isOutgoing ? own : address,
      at,
      delivery: 'received',
      encryption: line.unreadable === undefined ? encryption : 'omemo',
      ...line,
    };
  });
  world.messages.push(...rows);
  const last = rows.at(-1);
  world.chats.push({
    id,
    account,
    address,
    at: last?.at ?? now - 12 * DAY,
    unread,
    readUpTo: rows.at(-1 - unread)?.id ?? 0,
    draft: '',
    encryptionMode: 'automatic',
    encryption: 'omemo',
    isTyping: false,
    ...(last === undefined ? {} : { last: lastOf(last) }),
    ...more,
  });
}

function contactRow(more: Partial<ContactRow> & { address: string }): ContactRow {
  return {
    account: 1,
    name: '',
    subscription: 'both',
    asking: false,
    availability: 'offline',
    status: '',
    ...more,
  };
}

function devices(now: number): DeviceRow[] {
  const print = (seed: string): string =>
    Array.from({ length: 8 }, (_, i) => `${seed}${i}0a${seed}`.slice(0, 8)).join('');
  const device = (more: Partial<DeviceRow> & { address: string; device: number }): DeviceRow => ({
    account: 1,
    trust: 'blind',
    isActive: true,
    isThisDevice: false,
    ...more,
  });
  const juliet = 'juliet@capulet.example';
  const romeo = 'romeo@montague.example';
  return [
    device({
      address: juliet,
      device: 31_415,
      label: 'Juliet’s phone',
      fingerprint: print('9d5e2'),
      trust: 'verified',
      lastSeen: now - MINUTE,
    }),
    device({ address: juliet, device: 27_182, fingerprint: print('04bf7'), lastSeen: now - 2 * DAY }),
    device({
      address: juliet,
      device: 16_180,
      fingerprint: print('c1a88'),
      trust: 'undecided',
      lastSeen: now - HOUR,
    }),
    device({
      address: juliet,
      device: 14_142,
      fingerprint: print('7e301'),
      trust: 'distrusted',
      isActive: false,
    }),
    device({ address: juliet, device: 17_320 }),
    device({
      address: romeo,
      device: 1_001,
      fingerprint: print('5f2c9'),
      isThisDevice: true,
      trust: 'verified',
    }),
    device({ address: romeo, device: 1_002, fingerprint: print('ab470'), lastSeen: now - 5 * HOUR }),
  ];
}

/** What the list shows of a chat's last message. */
export function lastOf(message: MessageRow): NonNullable<ChatRow['last']> {
  const { id, text, isOutgoing, delivery, unreadable, isUnstyled, spoiler, retracted } = message;
  return {
    message: id,
    text,
    isOutgoing,
    delivery,
    ...(unreadable === undefined ? {} : { unreadable }),
    ...(isUnstyled === undefined ? {} : { isUnstyled }),
    ...(spoiler === undefined ? {} : { spoiler }),
    ...(retracted === undefined ? {} : { isRetracted: true as const }),
  };
}

/** The problem with this code, as a scripted sign-in meets it. */
export function problemFor(code: string): Problem {
  const known =
    problemCodes.find((candidate): candidate is ProblemCode => candidate === code) ?? 'server-error';
  const problem: Problem = { code: known, detail: `scripted: ${known}` };
  if (known !== 'certificate') return problem;
  return {
    ...problem,
    certificate: {
      fingerprint: '3f8a61c09be27d5544d1f0a7c6e98b1220ab34cd56ef7890a1b2c3d4e5f60718',
      subject: 'CN=other.example',
      issuer: 'CN=other.example',
      names: ['other.example', '*.other.example'],
      validFrom: Date.UTC(2025, 0, 1),
      validTo: Date.UTC(2027, 0, 1),
      reason: 'self-signed',
    },
  };
}
