/** What the engine does with files, in the small world of a scripted Port: they are sent at once, and fetched after a moment. */
import type { Change, FileRow, MessageRow } from '../../shared/contract.ts';
import type { Answers } from './scripted-port.ts';

export interface ScriptedFiles {
  readonly files: () => readonly FileRow[];
  readonly announce: (...changes: Change[]) => void;
  readonly later: (work: () => void, milliseconds: number) => void;
  /** Makes a message of ours. */
  readonly say: (chat: number, text: string) => MessageRow;
}

export function scriptedFiles({
  files,
  announce,
  later,
  say,
}: ScriptedFiles): Pick<Required<Answers>, Extract<keyof Answers, `files.${string}`>> {
  const begun = new Map<string, { chat: number; name: string; size: number }>();
  const row = (id: number): FileRow => {
    const found = files().find((each) => each.id === id);
    if (found === undefined) throw new Error('no such file');
    return found;
  };
  let count = 0;
  return {
    'files.limit': () => ({ service: 'offered', limit: 10_485_760 }),
    'files.begin': (input) => {
      const handle = `handle-${(count += 1)}`;
      begun.set(handle, input);
      return { handle };
    },
    'files.write': () => ({}),
    'files.send': ({ handle, caption, sound }) => {
      const { chat, name, size } = begun.get(handle) ?? { chat: 0, name: '', size: 0 };
      const message = say(chat, name);
      const { account, id } = message;
      const file = {
        id: 1_000 + count,
        account,
        chat,
        message: id,
        isOutgoing: true,
        name,
        size,
        isRisky: false,
      };
      const kind = sound === undefined ? 'file' : 'audio';
      announce({ put: 'file', row: { ...file, ...sound, kind, state: 'sending' } });
      if (caption !== undefined) say(chat, caption);
      return { message: id };
    },
    'files.drop': () => ({}),
    'files.fetch': ({ file }) => {
      announce({ put: 'file', row: { ...row(file), state: 'fetching' } });
      later(() => announce({ put: 'file', row: { ...row(file), state: 'here' } }), 800);
      return {};
    },
    'files.cancel': ({ file }) => {
      announce({ put: 'file', row: { ...row(file), state: 'offered' } });
      return {};
    },
    'files.read': () => ({ bytes: new Uint8Array(), size: 0 }),
    'files.setSound': ({ file, length, peaks }) => {
      announce({ put: 'file', row: { ...row(file), length, peaks } });
      return {};
    },
    'files.save': () => ({}),
    'files.open': () => ({}),
    'files.reveal': () => ({}),
    'files.automatic': () => ({ limit: 5_242_880 }),
    'files.setAutomatic': () => ({}),
  };
}
