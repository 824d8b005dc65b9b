/**
 * Two people, two windows, one server: from the first start to a conversation that survives closing and killing the
 * program. Afterwards every byte on the network, on the server and in both profiles is searched for what was said.
 */
import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  acceptRequest,
  addContact,
  chatEntry,
  composer,
  goWithoutProtection,
  openChat,
  problemOf,
  readChat,
  say,
  signInByTyping,
  trustCertificate,
  untilOnline,
  untilShown,
} from '../support/drive.ts';
import { startKeyring, type Session } from '../support/keyring.ts';
import { Needles } from '../support/needles.ts';
import { lookInside, type Inside } from '../support/opened-profile.ts';
import { startProsody, type Prosody } from '../support/prosody.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const PASSWORDS = { alice: 'Tr0ub4dor & three more', bob: 'пароль с пробелами 42' };
/** In turn, Alice first. */
const SAID = [
  'Hi Bob! Did you see the waxwings this morning? 🐦',
  'I did! A whole flock in the rowan trees 😍',
  'They come every winter, all the way from Finland',
  'My sister says hello: مرحبا من بيروت، كيف حالك؟',
  'شكرًا جزيلًا! Tell her the same from me',
  'And Noam adds: שלום לכולם, נתראה בשבת',
  'See you all on Saturday then 🎉🎉',
  '日本語も書けますか？',
  'はい、もちろん！ 😀',
  'A family 👨‍👩‍👧‍👦 and flags 🇫🇮🇱🇧',
  'Two lines\nin one message',
  'Careful with <b>markup</b> & "quotes" &amp; entities',
  'Look here: https://example.org/birds?kind=waxwing&n=12',
  'Mixed: hello שלום مرحبا 123 (ABC), in one line',
  'How many did you count? I had 43',
  'At least sixty, and then they were gone',
  'Marks: é å n̈, and Donaudampfschifffahrtsgesellschaft',
  '👍🏽',
  'Saturday at nine, bring the binoculars 🔭',
  'I will. Good night 🌙',
];
const WHILE_AWAY = ['One more thing…', 'bring your scarf 🧣', 'it will be cold: −12 °C'];
const AFTERWARDS = 'Written while the other one was dead';
const DRAFT = 'half a thought, not sent yet';

let prosody: Prosody;
let proxy: Proxy;
let keyring: Session;
let alice: AppWindow;
let bob: AppWindow;

/** Bob has a keyring; Alice has none and will decide to go without. */
const openAlice = (profile?: string): Promise<AppWindow> =>
  openWindow(profile === undefined ? {} : { profile });
const openBob = (profile?: string): Promise<AppWindow> =>
  openWindow({
    passwordStore: 'gnome-libsecret',
    env: keyring.env,
    ...(profile !== undefined && { profile }),
  });

/** The conversation as it looks to one of them, with everything they wrote delivered. */
const seenBy = (who: 'alice' | 'bob', texts: readonly string[], author: (index: number) => 'alice' | 'bob') =>
  texts.map((text, index) =>
    author(index) === who
      ? { text, isOutgoing: true, marks: '', delivery: 'Read' }
      : { text, isOutgoing: false, marks: '' },
  );
const inTurn = (index: number): 'alice' | 'bob' => (index % 2 === 0 ? 'alice' : 'bob');

async function photograph(window: AppWindow, name: string): Promise<void> {
  await window.page.emulateMedia({ colorScheme: 'dark' });
  await window.screenshot(`${name}-dark`);
  await window.page.emulateMedia({ colorScheme: 'light' });
  await window.screenshot(`${name}-light`);
}

beforeAll(async () => {
  prosody = await startProsody({ accounts: PASSWORDS, logStanzas: true });
  proxy = await startProxy(prosody.ports.starttls);
  keyring = await startKeyring();
  alice = await openAlice();
  bob = await openBob();
});

afterAll(async () => {
  await alice.close();
  await bob.close();
  await keyring.stop();
  await proxy.stop();
  await prosody.stop();
});

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const [name, window] of Object.entries({ alice, bob })) {
    console.log(`${name} said:\n${window.output()}`);
    await window.screenshot(`failed-${name}`).catch(() => undefined); // it may be closed
  }
});

describe('the first start', () => {
  it('asks how to protect the profile where there is no keyring', async () => {
    await goWithoutProtection(alice.page);
    await bob.page.getByRole('heading', { name: 'Welcome to Waxwing' }).waitFor();
    await alice.page.getByRole('heading', { name: 'Welcome to Waxwing' }).waitFor();
    await photograph(alice, 'welcome');
  });

  it('signs in by address and password, after a look at the certificate', async () => {
    for (const [name, { page }] of Object.entries({ alice, bob })) {
      const server = { host: '127.0.0.1', port: proxy.port };
      await signInByTyping(page, { ...prosody.account(name), server });
      await problemOf(page).getByRole('heading', { name: 'localhost could not prove who it is' }).waitFor();
      const shown = await trustCertificate(page);
      expect(shown.replaceAll(/\s/g, '').toLowerCase()).toContain(prosody.fingerprint);
      await untilOnline(page, `${name}@localhost`);
    }
  });

  it('adds each other by address', async () => {
    await addContact(alice.page, 'bob@localhost', 'Bob');
    await acceptRequest(bob.page, 'alice@localhost');
    await openChat(alice.page, 'Bob');
    await openChat(bob.page, 'alice@localhost');
    for (const { page } of [alice, bob]) {
      await page.getByRole('main').getByText('Online', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Encrypted', exact: true }).waitFor();
    }
  });
});

describe('the conversation', () => {
  it('arrives on the other side, in order, and is read', async () => {
    for (const [index, text] of SAID.entries()) {
      const [from, to] = inTurn(index) === 'alice' ? [alice, bob] : [bob, alice];
      await say(from.page, text);
      await untilShown(to.page, text);
    }
    for (const [who, { page }] of [['alice', alice] as const, ['bob', bob] as const]) {
      const expected = seenBy(who, SAID, inTurn);
      await expect.poll(() => readChat(page), { timeout: 30_000 }).toEqual(expected);
    }
    await photograph(alice, 'journey-alice');
    await photograph(bob, 'journey-bob');
  });

  it('waits for who closed the window, with what they had begun to write', async () => {
    await composer(bob.page).pressSequentially(DRAFT);
    await bob.close(); // at once: nothing that was typed may wait for a pause
    for (const text of WHILE_AWAY) await say(alice.page, text);
    const ticks = async (): Promise<unknown[]> =>
      (await readChat(alice.page)).slice(-WHILE_AWAY.length).map(({ delivery }) => delivery);
    await expect.poll(ticks, { timeout: 30_000 }).toEqual(WHILE_AWAY.map(() => 'Sent'));

    bob = await openBob(bob.profile);
    await untilOnline(bob.page, 'bob@localhost');
    await chatEntry(bob.page, 'alice@localhost').getByText('3 unread messages').waitFor();
    await bob.page.getByRole('button', { name: /^Chats\W+3 new$/ }).waitFor();
    expect(await chatEntry(bob.page, 'alice@localhost').innerText()).toContain(DRAFT);
    await photograph(bob, 'journey-bob-back');

    await openChat(bob.page, 'alice@localhost');
    expect(await composer(bob.page).inputValue()).toBe(DRAFT);
    const author = (index: number): 'alice' | 'bob' => (index < SAID.length ? inTurn(index) : 'alice');
    const texts = [...SAID, ...WHILE_AWAY];
    await expect.poll(() => readChat(bob.page), { timeout: 30_000 }).toEqual(seenBy('bob', texts, author));
    await bob.page.getByRole('button', { name: 'Chats', exact: true }).waitFor();
    await expect
      .poll(() => readChat(alice.page), { timeout: 30_000 })
      .toEqual(seenBy('alice', texts, author));
  });

  it('is whole after the program was killed', async () => {
    await alice.kill();
    await composer(bob.page).fill('');
    await say(bob.page, AFTERWARDS);
    alice = await openAlice(alice.profile);
    await untilOnline(alice.page, 'alice@localhost');
    await openChat(alice.page, 'Bob');
    const author = (index: number): 'alice' | 'bob' =>
      index < SAID.length ? inTurn(index) : index < SAID.length + WHILE_AWAY.length ? 'alice' : 'bob';
    const texts = [...SAID, ...WHILE_AWAY, AFTERWARDS];
    await expect
      .poll(() => readChat(alice.page), { timeout: 30_000 })
      .toEqual(seenBy('alice', texts, author));
    await expect.poll(() => readChat(bob.page), { timeout: 30_000 }).toEqual(seenBy('bob', texts, author));
  });

  it('gave the pages no reason to complain', () => {
    expect([...alice.problems, ...bob.problems]).toEqual([]);
  });
});

describe('what others could find', () => {
  const words = new Needles();
  for (const text of [...SAID, ...WHILE_AWAY, AFTERWARDS, DRAFT]) {
    if (Buffer.byteLength(text) > 12) words.add('text', text); // a thumb alone is in many files
  }
  const passwords = new Needles().add('password', PASSWORDS.alice).add('password', PASSWORDS.bob);
  let recoveryCode: string;
  const inside: { alice?: Inside; bob?: Inside } = {};

  it('is nothing on the network, and no text on the server', () => {
    const { toServer, toClient } = proxy.capture();
    const all = Buffer.concat([toServer, toClient]);
    expect(all.length).toBeGreaterThan(20_000);
    expect([...words.find(all), ...passwords.find(all)]).toEqual([]);
    const log = prosody.readLog();
    expect(log).toContain('<encrypted');
    expect(words.find(Buffer.from(log))).toEqual([]);
    expect(words.findInFolder(prosody.folder)).toEqual([]);
  });

  it('is nothing in the profile of a program that was killed', async () => {
    await bob.page.getByRole('button', { name: 'Settings' }).click();
    await bob.page.getByRole('button', { name: 'Show the recovery code' }).click();
    recoveryCode = await bob.page.locator('.secret').innerText();
    await alice.kill();
    await bob.kill();
    for (const { profile } of [alice, bob]) {
      expect([...words.findInFolder(profile), ...passwords.findInFolder(profile)]).toEqual([]);
    }
  });

  it('is inside both databases, as the test itself can see', async () => {
    inside.alice = await lookInside(alice.profile);
    inside.bob = await lookInside(bob.profile, recoveryCode);
    const texts = [...SAID, ...WHILE_AWAY, AFTERWARDS];
    expect(inside.alice).toMatchObject({ texts, passwords: [PASSWORDS.alice] });
    expect(inside.bob).toMatchObject({ texts, passwords: [PASSWORDS.bob] });
    expect(inside.bob.privateKeys.size).toBeGreaterThan(25);
  });

  it('is no private key, not even of an unprotected profile', () => {
    for (const [name, { profile }] of [['alice', alice] as const, ['bob', bob] as const]) {
      const keys = new Needles();
      for (const [what, bytes] of inside[name]?.privateKeys ?? []) keys.add(what, bytes);
      expect(keys.findInFolder(profile)).toEqual([]);
      expect(statSync(profile).mode & 0o077).toBe(0);
    }
  });

  it('is the key of a profile only where its owner wanted no protection', () => {
    const keyOf = (name: 'alice' | 'bob'): Needles =>
      new Needles().add('database key', inside[name]?.key ?? new Uint8Array());
    expect(keyOf('alice').findInFolder(alice.profile).join()).toMatch(/^key\.json: database key \(base64/);
    expect(keyOf('bob').findInFolder(bob.profile)).toEqual([]);
    expect(new Needles().add('recovery code', recoveryCode).findInFolder(bob.profile)).toEqual([]);
  });

  it('opens again after all that', async () => {
    alice = await openAlice(alice.profile);
    bob = await openBob(bob.profile);
    await untilOnline(alice.page, 'alice@localhost');
    await untilOnline(bob.page, 'bob@localhost');
  });
});
