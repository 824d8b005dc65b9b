/** The calls about what was said as files, as the contract lists them. */
import type { transcript as calls } from '../../../shared/calls/transcript.ts';
import type { Handlers } from '../../../shared/answer.ts';
import { measureHere } from '../../store/attachments.ts';
import { adoptAccounts } from '../adoption.ts';
import type { Household } from '../engine.ts';
import { exportChats, suggestName } from '../export.ts';
import type { FileErrand } from '../file-errand.ts';
import type { Find } from '../find.ts';
import { importForeign, importServerData, kindOf } from '../foreign-import.ts';
import { importChats } from '../import.ts';

/** Who reads which kind of file. */
const takers = { database: importForeign, xml: importServerData, other: importChats } as const;

export function transcriptHandlers(
  house: Household,
  find: Find,
  errand: FileErrand,
): Pick<Handlers, keyof typeof calls> {
  return {
    'transcript.export': async ({ chat, format, withFiles }) => {
      if (chat !== undefined) find.chatOf(chat);
      const name = suggestName(house.profile(), { chat, format });
      return errand.withFile({ kind: 'save', name }, async (path, signal) => {
        const order = { chat, format, withFiles, path, signal, onProgress: errand.progress() };
        return { messages: await exportChats(house.profile(), order) };
      });
    },
    'transcript.measureFiles': ({ chat }) => {
      if (chat !== undefined) find.chatOf(chat);
      return measureHere(house.profile().database, chat);
    },
    'transcript.import': () =>
      errand.withFile({ kind: 'open', name: '' }, async (path, signal) => {
        const order = { path, signal, onProgress: errand.progress() };
        const take = takers[await kindOf(path)];
        const { chats, messages, newAccounts, touched } = await take(house.profile(), order);
        adoptAccounts(house, newAccounts, touched);
        return { chats, messages };
      }),
    'transcript.cancel': () => {
      errand.cancel();
      return {};
    },
  };
}
