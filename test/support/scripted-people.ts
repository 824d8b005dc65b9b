/** What the engine knows of people and does for us, in the small world of a scripted Port: everything is kept at once. */
import type { AccountRow, Card, Change, FileRow } from '../../shared/contract.ts';
import type { Answers } from './scripted-port.ts';

export interface ScriptedPeople {
  readonly account: (id: number) => AccountRow;
  readonly files: () => readonly FileRow[];
  /** Cards by address. */
  readonly cards: () => Readonly<Record<string, Card>>;
  readonly announce: (...changes: Change[]) => void;
  readonly sequence: () => number;
}

type Names = Extract<keyof Answers, `people.${string}` | `self.${string}`>;

export function scriptedPeople({
  account,
  files,
  cards,
  announce,
  sequence,
}: ScriptedPeople): Pick<Required<Answers>, Names> {
  const notes = new Map<string, string>();
  const own = new Map<number, Card>();
  const cardOf = (id: number): Card =>
    own.get(id) ?? cards()[account(id).address] ?? { emails: [], phones: [], pages: [] };
  return {
    'people.card': ({ address }) => {
      const card = cards()[address];
      return { ...(card !== undefined && { card }), isOld: false };
    },
    'people.note': ({ address }) => ({ text: notes.get(address) ?? '' }),
    'people.setNote': ({ address, text }) => {
      notes.set(address, text);
      return {};
    },
    'people.files': ({ chat, kind }) => ({
      sequence: sequence(),
      files: files()
        .filter((row) => row.chat === chat && (row.kind === 'image') === (kind === 'pictures'))
        .toReversed(),
      isComplete: true,
    }),
    'self.card': ({ account: id }) => ({ card: cardOf(id) }),
    'self.saveCard': ({ account: id, card }) => {
      own.set(id, card);
      const { nickname: _, ...row } = account(id);
      const { nickname } = card;
      announce({ put: 'account', row: { ...row, ...(nickname !== undefined && { nickname }) } });
      return {};
    },
    'self.setPicture': ({ account: id }) => {
      announce({
        put: 'account',
        row: { ...account(id), avatar: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' },
      });
      return {};
    },
    'self.removePicture': ({ account: id }) => {
      const { avatar: _, ...row } = account(id);
      announce({ put: 'account', row });
      return {};
    },
  };
}
