/** Gives the first chat of a world a talk about files, one of each kind in each state. */
import type { FileRow, MessageRow } from '../../../shared/contract.ts';
import type { World } from '../world.ts';

interface Sent extends Partial<FileRow> {
  readonly name: string;
  readonly says?: string;
  readonly fails?: string;
  readonly unsent?: boolean;
}

const talk: readonly Sent[] = [
  {
    name: 'summit.jpg',
    kind: 'image',
    width: 1_600,
    height: 1_000,
    size: 812_000,
    state: 'here',
    description: 'The view from the summit',
  },
  {
    name: 'tower.png',
    kind: 'image',
    width: 700,
    height: 1_400,
    size: 2_100_000,
    state: 'here',
    isOutgoing: true,
  },
  {
    name: 'meadow.jpg',
    kind: 'image',
    width: 1_200,
    height: 800,
    size: 3_400_000,
    state: 'offered',
    thumbnail: 'data:image/thumbhash;base64,1QcSHQRnh493V4dIh4eXh1h4kJUI',
  },
  { name: 'holidays 2026, all that I could find.zip', kind: 'file', size: 148_300_000, state: 'fetching' },
  { name: 'aria.mp3', kind: 'audio', size: 4_800_000, state: 'here' },
  { name: 'Invoice 4711.pdf', kind: 'file', size: 83_200, state: 'here' },
  { name: 'setup.exe', kind: 'file', size: 912, state: 'failed', failure: 'damaged', isRisky: true },
  {
    name: 'lake.jpg',
    kind: 'image',
    width: 1_200,
    height: 900,
    size: 1_900_000,
    state: 'sending',
    isOutgoing: true,
    unsent: true,
  },
  {
    name: 'novel, the third draft.odt',
    kind: 'file',
    size: 2_300_000,
    state: 'unsent',
    failure: 'unreachable',
    isOutgoing: true,
    fails: 'file-unreachable',
  },
  {
    name: 'voice-message.m4a',
    kind: 'audio',
    size: 48_000,
    state: 'here',
    length: 14_200,
    peaks: Array.from({ length: 64 }, (_, at) => Math.round(128 + 127 * Math.sin(at / 2) * Math.sin(at / 9))),
    isOutgoing: true,
  },
];

export function withFiles(world: World, now: number): void {
  const [chat] = world.chats;
  if (chat === undefined) return;
  const { id, account, address } = chat;
  const own = world.accounts.find((row) => row.id === account)?.address ?? '';
  world.messages = world.messages.filter((row) => row.chat !== id);
  const files: FileRow[] = talk.map((sent, index) => {
    const { says: _, fails, unsent, isOutgoing = false, ...file } = sent;
    const at = now - (talk.length - index) * 60_000;
    const message: MessageRow = {
      id: at * 1_000,
      account,
      chat: id,
      isOutgoing,
      sender: isOutgoing ? own : address,
      text: sent.name,
      at,
      delivery: !isOutgoing
        ? 'received'
        : fails !== undefined
          ? 'failed'
          : unsent === true
            ? 'queued'
            : 'displayed',
      ...(fails !== undefined && { failure: { code: fails } }),
      encryption: 'omemo',
    };
    world.messages.push(message);
    return {
      kind: 'file',
      state: 'here',
      isRisky: false,
      ...file,
      id: index + 1,
      account,
      chat: id,
      message: message.id,
      isOutgoing,
    };
  });
  world.files = files;
}
