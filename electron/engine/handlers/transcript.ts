/** The calls about what was said as files, as the contract lists them. */
import type { transcript as calls } from '../../../shared/calls/transcript.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import * as accounts from '../../store/accounts.ts';
import { Account } from '../account.ts';
import type { Household } from '../engine.ts';
import { exportChats, suggestName } from '../export.ts';
import type { Find } from '../find.ts';
import type { FileQuestion } from '../host.ts';
import { importChats } from '../import.ts';

/** Milliseconds between two announcements of how far it is. */
const PAUSE = 100;

export function transcriptHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  let running: AbortController | undefined;

  /** Asks for a file and does something with it; one at a time, so that nobody is asked twice at once. */
  const withFile = async <T>(
    question: FileQuestion,
    work: (path: string, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    if (running !== undefined) throw new Refusal('busy');
    if (house.host.chooseFile === undefined) throw new Refusal('not-allowed');
    const controller = (running = new AbortController());
    try {
      const path = await house.host.chooseFile(question);
      const signal = AbortSignal.any([house.ending, controller.signal]);
      if (path === undefined || signal.aborted) throw new Refusal('cancelled');
      return await work(path, signal);
    } finally {
      running = undefined;
    }
  };

  const progress = (): ((done: number, total: number) => void) => {
    let at = -Infinity;
    return (done, total) => {
      if (house.host.now() - at < PAUSE) return;
      at = house.host.now();
      house.profile().announce([{ put: 'progress', done, total }]);
    };
  };

  return {
    'transcript.export': async ({ chat, format }) => {
      if (chat !== undefined) find.chatOf(chat);
      const name = suggestName(house.profile(), { chat, format });
      return withFile({ kind: 'save', name }, async (path, signal) => {
        const order = { chat, format, path, signal, onProgress: progress() };
        return { messages: await exportChats(house.profile(), order) };
      });
    },
    'transcript.import': () =>
      withFile({ kind: 'open', name: '' }, async (path, signal) => {
        const order = { path, signal, onProgress: progress() };
        const { chats, messages, newAccounts } = await importChats(house.profile(), order);
        for (const record of accounts.listAccounts(house.profile().database)) {
          if (!newAccounts.includes(record.id)) continue;
          house.accounts.set(record.id, new Account(house.profile(), record));
        }
        house.profile().announce(house.snapshot().changes);
        return { chats, messages };
      }),
    'transcript.cancel': () => {
      running?.abort();
      return {};
    },
  };
}
