/** The calls about accounts, as the contract lists them. */
import type { accounts as calls } from '../../../shared/calls/accounts.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import type { BareJid } from '../../../shared/jid.ts';
import { createOmemoNetwork } from '../../omemo/devices.ts';
import * as accounts from '../../store/accounts.ts';
import { putCredentials } from '../../store/credentials.ts';
import { proxyRecord } from '../account-row.ts';
import { Account } from '../account.ts';
import { keepHistory } from '../archiving.ts';
import { changeCredentials, credentialsOf, newCredentials, worthKeeping } from '../credentials.ts';
import { invalidateToken } from '../sign-out.ts';
import { newAccount, tryToSignIn } from '../sign-in.ts';
import { sweepFiles } from '../attachments.ts';
import { dropRule } from '../disturbance.ts';
import type { Household } from '../engine.ts';
import { addressOf, type Find } from '../find.ts';

export function accountsHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  const signingIn = new Map<BareJid, AbortController>();
  return {
    'accounts.signIn': async (input) => {
      const { database } = house.profile();
      const address = addressOf(input.address);
      const known = [...house.accounts.values()];
      if (known.some((account) => account.address === address)) throw new Refusal('already-there');
      if (input.password === undefined && input.certificate === undefined) throw new Refusal('invalid');
      const record = newAccount(address, input, known.length);
      const certificate =
        input.certificate === undefined ? undefined : house.certificates.get(input.certificate, address);
      const credentials = newCredentials(input.keepPassword ?? true, certificate);
      signingIn.get(address)?.abort();
      const controller = new AbortController();
      signingIn.set(address, controller);
      try {
        const trial = await tryToSignIn(house.host, record, credentials, controller.signal);
        const kept = worthKeeping(record.password, { ...credentials, memory: trial.memory });
        const stored = { ...record, password: kept.password };
        const id = house.profile().commit(() => {
          const inserted = accounts.insertAccount(database, stored);
          putCredentials(database, inserted, kept.credentials);
          return inserted;
        });
        const account = new Account(house.profile(), { ...stored, id });
        account.link.setActive(house.isWatched());
        house.accounts.set(id, account);
        if (certificate !== undefined) house.certificates.forget();
        account.start(trial);
        return { account: id };
      } finally {
        if (signingIn.get(address) === controller) signingIn.delete(address);
      }
    },
    'accounts.cancelSignIn': ({ address }) => {
      signingIn.get(addressOf(address))?.abort();
      return {};
    },
    'accounts.update': async ({ account: id, server, proxy, pins, hue, certificate: chosen, ...others }) => {
      const account = find.accountOf(id);
      const certificate = chosen == null ? chosen : house.certificates.get(chosen, account.address);
      accounts.updateAccount(house.profile().database, id, {
        ...(server !== undefined && { server }),
        ...(proxy !== undefined && { proxy: proxy && proxyRecord(proxy) }),
        ...(pins !== undefined && { pins }),
        ...(hue !== undefined && { hue }),
      });
      const isFresh = changeCredentials(house.profile().database, id, { ...others, certificate });
      if (certificate) house.certificates.forget();
      const isReconnecting = isFresh || [server, proxy, pins].some((change) => change !== undefined);
      if (isReconnecting && account.record().enabled) {
        await account.stop();
        account.start();
      }
      house.profile().announce([{ put: 'account', row: account.row() }]);
      return {};
    },
    'accounts.setEnabled': async ({ account: id, enabled }) => {
      const account = find.accountOf(id);
      if (account.record().enabled === enabled) return {};
      accounts.updateAccount(house.profile().database, id, { enabled });
      if (enabled) account.start();
      else await account.stop();
      return {};
    },
    'accounts.keepHistory': async ({ account: id }) => {
      await keepHistory(find.accountOf(id));
      return {};
    },
    'accounts.reconnect': ({ account }) => {
      find.accountOf(account).reconnect();
      return {};
    },
    'accounts.remove': async ({ account: id }) => {
      const account = find.accountOf(id);
      await withdrawKeys(account);
      await account.stop();
      await invalidateToken(house.host, account.record(), credentialsOf(house.profile().database, id));
      house.accounts.delete(id);
      house.profile().commit((changes) => {
        accounts.deleteAccount(house.profile().database, id);
        changes.push({ put: 'no-account', account: id });
        changes.push({ put: 'notifications', row: dropRule(house.profile().database, id) });
      });
      sweepFiles(house.profile());
      return {};
    },
  };
}

/** Takes this device's keys off the server, so that nobody encrypts for it any more. Best effort. */
async function withdrawKeys(account: Account): Promise<void> {
  if (account.wire === undefined) return;
  try {
    await account.omemo.withdraw(createOmemoNetwork(account.wire));
  } catch (error) {
    account.log('withdraw-failed', { error: String(error) });
  }
}
