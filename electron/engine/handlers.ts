/** The contract's calls, each in a few lines: find what is meant, refuse what cannot be, hand on to the verb. */
import { Refusal, type Handlers } from '../../shared/answer.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import * as accounts from '../store/accounts.ts';
import * as chats from '../store/chats.ts';
import * as messages from '../store/messages.ts';
import { isUnderWay } from '../store/outbox.ts';
import { getSetting } from '../store/settings.ts';
import { createOmemoNetwork } from '../omemo/devices.ts';
import { proxyRecord } from './account-row.ts';
import { Account } from './account.ts';
import * as chatVerbs from './chats.ts';
import { RECOVERY_CODE, type Household } from './engine.ts';
import { discardMessage, retryMessage, sendMessage } from './outbound.ts';
import * as roster from './roster.ts';
import { newAccount, tryToSignIn } from './sign-in.ts';

export function createHandlers(house: Household): Handlers {
  const signingIn = new Map<BareJid, AbortController>();

  const accountOf = (id: number): Account => {
    house.profile();
    const account = house.accounts.get(id);
    if (account === undefined) throw new Refusal('not-found');
    return account;
  };
  const chatOf = (id: number): { account: Account; chat: chats.ChatRecord } => {
    const chat = chats.getChat(house.profile().database, id);
    if (chat === undefined) throw new Refusal('not-found');
    return { account: accountOf(chat.account), chat };
  };
  const messageOf = (id: number): { account: Account; message: messages.MessageRecord } => {
    const message = messages.getMessage(house.profile().database, id);
    if (message === undefined) throw new Refusal('not-found');
    return { account: accountOf(message.account), message };
  };

  return {
    'app.snapshot': () => house.snapshot(),
    'profile.protect': async ({ passphrase }) => {
      await house.protect(passphrase);
      return {};
    },
    'profile.unlock': async ({ secret }) => {
      await house.unlock(secret);
      return {};
    },
    'profile.recoveryCode': () => {
      const code = getSetting(house.profile().database, RECOVERY_CODE);
      if (typeof code !== 'string') throw new Refusal('not-found');
      return { code };
    },

    'accounts.signIn': async (input) => {
      const { database } = house.profile();
      const address = addressOf(input.address);
      const known = [...house.accounts.values()];
      if (known.some((account) => account.address === address)) throw new Refusal('already-there');
      const record = newAccount(address, input, known.length);
      signingIn.get(address)?.abort();
      const controller = new AbortController();
      signingIn.set(address, controller);
      try {
        const trial = await tryToSignIn(house.host, record, controller.signal);
        const id = accounts.insertAccount(database, record);
        const account = new Account(house.profile(), { ...record, id });
        house.accounts.set(id, account);
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
    'accounts.update': async ({ account: id, password, server, proxy, pins, hue }) => {
      const account = accountOf(id);
      accounts.updateAccount(house.profile().database, id, {
        ...(password !== undefined && { password }),
        ...(server !== undefined && { server }),
        ...(proxy !== undefined && { proxy: proxy && proxyRecord(proxy) }),
        ...(pins !== undefined && { pins }),
        ...(hue !== undefined && { hue }),
      });
      const isReconnecting = [password, server, proxy, pins].some((change) => change !== undefined);
      if (isReconnecting && account.record().enabled) {
        await account.stop();
        account.start();
      }
      house.profile().announce([{ put: 'account', row: account.row() }]);
      return {};
    },
    'accounts.setEnabled': async ({ account: id, enabled }) => {
      const account = accountOf(id);
      if (account.record().enabled === enabled) return {};
      accounts.updateAccount(house.profile().database, id, { enabled });
      if (enabled) account.start();
      else await account.stop();
      return {};
    },
    'accounts.reconnect': ({ account }) => {
      accountOf(account).reconnect();
      return {};
    },
    'accounts.remove': async ({ account: id }) => {
      const account = accountOf(id);
      await account.withdrawKeys();
      await account.stop();
      house.accounts.delete(id);
      house.profile().commit((changes) => {
        accounts.deleteAccount(house.profile().database, id);
        changes.push({ put: 'no-account', account: id });
      });
      return {};
    },

    'contacts.add': async ({ account, address, name }) => ({
      chat: await roster.addContact(accountOf(account), addressOf(address), name?.trim() ?? ''),
    }),
    'contacts.rename': async ({ account, address, name }) => {
      await roster.renameContact(accountOf(account), addressOf(address), name);
      return {};
    },
    'contacts.remove': async ({ account, address }) => {
      await roster.dropContact(accountOf(account), addressOf(address));
      return {};
    },
    'contacts.accept': ({ account, address }) => ({
      chat: roster.acceptContact(accountOf(account), addressOf(address)),
    }),
    'contacts.refuse': ({ account, address }) => {
      roster.refuseContact(accountOf(account), addressOf(address));
      return {};
    },

    'chats.open': ({ account, address }) => ({
      chat: chatVerbs.openChat(accountOf(account), addressOf(address)),
    }),
    'chats.remove': ({ chat: id }) => {
      const { account, chat } = chatOf(id);
      chatVerbs.removeChat(account, chat.id);
      return {};
    },
    'chats.markRead': ({ chat: id, message }) => {
      const { account, chat } = chatOf(id);
      chatVerbs.markRead(account, chat.id, message);
      return {};
    },
    'chats.setDraft': ({ chat: id, text }) => {
      const { account, chat } = chatOf(id);
      chatVerbs.setDraft(account, chat.id, text);
      return {};
    },
    'chats.setTyping': ({ chat: id, isTyping }) => {
      const { account, chat } = chatOf(id);
      chatVerbs.sendTyping(account, chat.id, isTyping);
      return {};
    },
    'chats.setEncryption': ({ chat: id, mode }) => {
      const { account, chat } = chatOf(id);
      chatVerbs.setEncryption(account, chat.id, mode);
      return {};
    },
    'chats.devices': async ({ chat: id }) => {
      const { account, chat } = chatOf(id);
      const peer = chat.address as BareJid;
      if (account.wire !== undefined) await account.omemo.prepareFor(peer, createOmemoNetwork(account.wire));
      return { devices: [...account.omemo.devices(peer), ...account.omemo.devices(account.address)] };
    },

    'messages.page': ({ chat: id, before, after, limit }) => {
      const { chat } = chatOf(id);
      const page = messages.pageMessages(house.profile().database, chat.id, {
        limit,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      });
      return {
        sequence: house.sequence(),
        messages: page.messages.map(messages.toRow),
        hasMore: page.hasMore,
      };
    },
    'messages.send': ({ chat: id, text }) => {
      const { account, chat } = chatOf(id);
      if (text.trim() === '') throw new Refusal('invalid');
      return { message: sendMessage(account, chat.id, text) };
    },
    'messages.retry': ({ message: id }) => {
      const { account, message } = messageOf(id);
      if (message.delivery !== 'failed') throw new Refusal('too-late');
      retryMessage(account, message);
      return {};
    },
    'messages.discard': ({ message: id }) => {
      const { account, message } = messageOf(id);
      const isWaiting = message.delivery === 'queued' && !isUnderWay(house.profile().database, id);
      if (message.delivery !== 'failed' && !isWaiting) throw new Refusal('too-late');
      discardMessage(account, message);
      return {};
    },

    'devices.setTrust': ({ account: id, address, device, trust, fingerprint }) => {
      const account = accountOf(id);
      const row = account.omemo.setTrust(addressOf(address), device, trust, fingerprint);
      if (row === undefined) throw new Refusal('not-found');
      house.profile().announce([{ put: 'device', row }]);
      return {};
    },
  };
}

function addressOf(text: string): BareJid {
  const address = readBareJid(text.trim());
  if (address === undefined || !address.includes('@')) throw new Refusal('not-an-address');
  return address;
}
