/** The cast of the live tests: how a person signs in and two people come to know each other. */
import type { Mirror } from './engine.ts';
import type { XmppServer } from './server.ts';
import { routeTo } from './way.ts';

/** Signs in with the password that test accounts have, and waits until the account is online. */
export async function signIn(
  who: Mirror,
  server: XmppServer,
  name: string,
  { password }: { password?: string } = {},
): Promise<number> {
  const known = server.account(name);
  const { account } = await who.call('accounts.signIn', {
    address: known.address,
    password: password ?? known.password,
    ...(await routeTo(server)),
  });
  await online(who, account);
  return account;
}

export async function online(who: Mirror, account: number): Promise<void> {
  await who.until(() => who.accounts.get(account)?.state === 'online', 'the account is online');
}

/** Opens the chat with somebody and waits until it is known how it will be encrypted. */
export async function openEncryptedChat(who: Mirror, address: string): Promise<number> {
  const { chat } = await who.call('chats.open', { account: who.account().id, address });
  await who.until(() => who.chats.get(chat)?.encryption === 'omemo', `the keys of ${address}`);
  return chat;
}

/** Asks until the answer is yes. */
export async function eventually(ask: () => Promise<boolean>, what: string, limit = 30_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
