/** The calls about backups, as the contract lists them. */
import type { backup as calls } from '../../../shared/calls/backup.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import { adoptAccounts } from '../adoption.ts';
import { writeBackup } from '../backup.ts';
import type { Household } from '../engine.ts';
import type { FileErrand } from '../file-errand.ts';
import { checkBackup, restoreBackup } from '../restore.ts';
import { createCode } from '../wrapping.ts';

export function backupHandlers(house: Household, errand: FileErrand): Pick<Handlers, keyof typeof calls> {
  /** What the person chose to restore. */
  let chosen: string | undefined;
  return {
    'backup.passphrase': () => ({ passphrase: createCode() }),
    'backup.write': ({ passphrase, hasCredentials, withFiles }) => {
      const profile = house.profile();
      const name = `Waxwing ${new Date(house.host.now()).toISOString().slice(0, 10)}.waxbackup`;
      return errand.withFile({ kind: 'save', name }, async (path, signal) => {
        const order = { path, passphrase, hasCredentials, withFiles, signal, onProgress: errand.progress() };
        return { messages: await writeBackup(profile, order) };
      });
    },
    'backup.choose': () =>
      errand.withFile({ kind: 'open', name: '' }, async (path) => {
        await checkBackup(path);
        chosen = path;
        return {};
      }),
    'backup.restore': ({ passphrase }) =>
      errand.run(async (signal) => {
        if (chosen === undefined) throw new Refusal('not-found');
        const order = { path: chosen, passphrase, signal, onProgress: errand.progress() };
        const restored = await restoreBackup(house.profile(), order);
        chosen = undefined;
        adoptAccounts(house, restored.newAccounts, restored.chats);
        return { accounts: restored.accounts, messages: restored.messages };
      }),
  };
}
