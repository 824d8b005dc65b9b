/**
 * What others get to see. On the network: nothing but TLS, also while connections break and come back. On the server:
 * no text of an encrypted chat. Both are measured, and shown to be able to find what is there.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine, type TestEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { filesOf, Needles } from '../support/needles.ts';
import { online, openEncryptedChat } from '../support/people.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';

const PASSWORDS = { alice: 'correct horse battery staple', bob: 'unlikely-to-be-here-by-chance' };
const SAID = [
  'the heron stands in the reeds',
  'نقول هذا بيننا فقط',
  'זה נשאר בינינו בלבד',
  'kein Wort davon 🤫🌊🌊',
];
const IN_THE_CLEAR = 'said in the clear on purpose';

let prosody: Prosody;
let alice: TestEngine;
let bob: TestEngine;
const proxies: { starttls?: Proxy; direct?: Proxy } = {};
const folders = { alice: temporaryFolder('alice'), bob: temporaryFolder('bob') };
const passwords = new Needles().add('password', PASSWORDS.alice).add('password', PASSWORDS.bob);
const texts = new Needles();
for (const text of SAID) texts.add('text', text);

async function signInThrough(who: TestEngine, name: 'alice' | 'bob', proxy: Proxy): Promise<void> {
  const security = proxy === proxies.direct ? 'direct' : 'starttls';
  const server = { host: '127.0.0.1', port: proxy.port, security } as const;
  const { account } = await who.call('accounts.signIn', { ...prosody.account(name), server });
  await online(who, account);
}

/** Sends and waits until it was delivered, breaking the connection meanwhile if asked to. */
async function deliver(who: TestEngine, chat: number, text: string, disturb?: () => void): Promise<void> {
  const { message } = await who.call('messages.send', { chat, text });
  disturb?.();
  await who.until(() => who.messages.get(message)?.delivery === 'delivered', `"${text}" to be delivered`);
}

beforeAll(async () => {
  prosody = await startProsody({ accounts: PASSWORDS, contacts: [['alice', 'bob']], logStanzas: true });
  proxies.starttls = await startProxy(prosody.ports.starttls);
  proxies.direct = await startProxy(prosody.ports.direct);
  alice = await startTestEngine({ profile: folders.alice.path, authority: prosody.authority });
  bob = await startTestEngine({ profile: folders.bob.path, authority: prosody.authority });
  await signInThrough(alice, 'alice', proxies.starttls);
  await signInThrough(bob, 'bob', proxies.direct);
});

afterAll(async () => {
  await alice.stop();
  await bob.stop();
  await proxies.starttls?.stop();
  await proxies.direct?.stop();
  await prosody.stop();
  for (const folder of Object.values(folders)) folder.remove();
});

describe('the search', () => {
  it.each(['', 'x', 'xy', 'xyz'])('finds a text behind "%s" however it was written down', (before) => {
    const text = `${before}${SAID[1] ?? ''} and more`;
    const written = {
      raw: Buffer.from(text),
      hex: Buffer.from(Buffer.from(text).toString('hex')),
      base64: Buffer.from(Buffer.from(text).toString('base64')),
      base64url: Buffer.from(Buffer.from(text).toString('base64url')),
      'utf-16': Buffer.from(text, 'utf16le'),
    };
    for (const [form, bytes] of Object.entries(written)) expect(texts.find(bytes).join()).toContain(form);
    expect(texts.find(Buffer.from('nothing of the kind'))).toEqual([]);
  });
});

describe('a conversation', () => {
  it('is had, with connections that break in the middle', async () => {
    const toBob = await openEncryptedChat(alice, 'bob@localhost');
    const toAlice = await openEncryptedChat(bob, 'alice@localhost');
    for (const text of SAID) {
      await deliver(alice, toBob, text);
      await deliver(bob, toAlice, text);
    }
    // Waiting for nothing: the message is under way, or in the outbox, when the line breaks.
    for (const text of SAID) {
      await deliver(alice, toBob, `${text}, again`, () => proxies.starttls?.drop());
      await deliver(bob, toAlice, `${text}, again`, () => proxies.direct?.drop());
    }
    expect(proxies.starttls?.accepted()).toBeGreaterThan(SAID.length);
    const history = await bob.history('alice@localhost');
    expect(history.every((message) => message.encryption === 'omemo')).toBe(true);
    expect(history).toHaveLength(4 * SAID.length);
  });

  it('goes in the clear only when that was asked for', async () => {
    const chat = alice.chatWith('bob@localhost')?.id ?? 0;
    await alice.call('chats.setEncryption', { chat, mode: 'off' });
    await deliver(alice, chat, IN_THE_CLEAR);
    expect((await bob.history('alice@localhost')).at(-1)).toMatchObject({
      text: IN_THE_CLEAR,
      encryption: 'none',
    });
  });
});

describe('on the network', () => {
  it.each(['starttls', 'direct'] as const)('nothing can be read (%s)', (security) => {
    const { toServer, toClient } = proxies[security]?.capture() ?? {};
    const all = Buffer.concat([toServer ?? Buffer.alloc(0), toClient ?? Buffer.alloc(0)]);
    expect(all.length).toBeGreaterThan(20_000);
    expect(passwords.find(all)).toEqual([]);
    expect(texts.find(all)).toEqual([]);
    expect(new Needles().add('text', IN_THE_CLEAR).find(all)).toEqual([]);
    // The check finds what is there: the one thing said before TLS.
    const greeting = new Needles().add('greeting', 'urn:ietf:params:xml:ns:xmpp-tls');
    expect(greeting.find(all)).toEqual(
      security === 'starttls' ? ['greeting (raw)', 'greeting (JSON)', 'greeting (escaped)'] : [],
    );
  });

  it('before TLS the server hears its own name, and not who is there', () => {
    const { toServer = Buffer.alloc(0) } = proxies.starttls?.capture() ?? {};
    // Every connection begins with its stream header and <starttls/>; then a TLS record starts (RFC 8446 §5.1).
    const clear = toServer
      .toString('latin1')
      .split('\x16\x03')
      .map((part) => part.slice(-600));
    const spoken = clear
      .filter((part) => part.includes('<starttls'))
      .map((part) => part.slice(part.indexOf('<?xml')));
    expect(spoken.length).toBeGreaterThan(SAID.length);
    for (const part of spoken) {
      expect(part).toContain('localhost');
      expect(part).not.toContain('alice');
      expect(part).not.toContain('bob');
    }
  });
});

describe('on the server', () => {
  it('no text of the encrypted chat was ever seen or kept', () => {
    const log = Buffer.from(prosody.readLog());
    expect(log.includes('eu.siacs.conversations.axolotl')).toBe(true);
    expect(texts.find(log)).toEqual([]);
    expect(texts.findInFolder(prosody.folder)).toEqual([]);
  });

  it('what was said in the clear is there, so the search works', () => {
    const clear = new Needles().add('text', IN_THE_CLEAR);
    expect(clear.find(Buffer.from(prosody.readLog()))).not.toEqual([]);
    expect(clear.findInFolder(prosody.folder).join()).toContain('archive.sqlite');
    expect(filesOf(prosody.folder).length).toBeGreaterThan(3);
  });
});
