/**
 * Sixty hostile texts through every place of the real window that shows somebody's words: nothing runs, nothing becomes an
 * element, nothing is asked of anybody.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVault, DATABASE_FILE } from '../../electron/engine/vault.ts';
import { noticeWords } from '../../electron/shell/notices.ts';
import { Speech } from '../../electron/shell/speech.ts';
import { insertAccount } from '../../electron/store/accounts.ts';
import { insertAttachment } from '../../electron/store/attachments.ts';
import { messageAdded, openChat, setDraft } from '../../electron/store/chats.ts';
import { putContact, putContactRequest } from '../../electron/store/contacts.ts';
import { closeDatabase, openDatabase, transaction, type Database } from '../../electron/store/database.ts';
import { insertMessage, setTraits, type NewMessage } from '../../electron/store/messages.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import { previewOf } from '../../shared/preview.ts';
import { temporaryFolder } from '../support/folder.ts';
import { noKeyring } from '../support/ready-profile.ts';
import { textVectors } from '../support/text-vectors.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const START = Date.UTC(2026, 0, 1, 12);
const ALL = 'all@away.example';

function jid(text: string): BareJid {
  const address = readBareJid(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function fill(database: Database, account: number): void {
  let at = START;
  const say = (address: string, message: Partial<NewMessage> & { readonly text: string }): number => {
    const { chat } = openChat(database, account, address, at);
    const row = insertMessage(database, {
      account,
      chat: chat.id,
      isOutgoing: false,
      sender: address,
      at: (at += 60_000),
      delivery: 'received',
      encryption: 'none',
      ...message,
    });
    messageAdded(database, chat.id, row);
    return row.id;
  };
  for (const [index, text] of textVectors.entries()) {
    // Each asks from another server: many of one are folded. Somebody is called so, wrote so, and a draft says so.
    const address = jid(`p${String(index)}@away.example`);
    putContact(database, {
      account,
      address,
      name: text,
      subscription: 'both',
      asking: false,
      groups: [text],
    });
    say(address, { text });
    if (index % 2 === 0) setDraft(database, openChat(database, account, address, at).chat.id, text);
    putContactRequest(database, { account, address: jid(`r@d${String(index)}.example`), note: text, at });
  }
  for (const [index, text] of textVectors.entries()) {
    const stanzaId = `s${String(index)}`;
    const answers = { id: stanzaId, author: jid(ALL), quote: text };
    say(ALL, { text, stanzaId });
    say(ALL, { text: `zzz ${text}`, answers });
    say(ALL, { text: 'gone', answers: { ...answers, id: 'nowhere' } });
    say(ALL, { text: 'covered', spoiler: text });
    const file = say(ALL, { text });
    insertAttachment(database, { account, message: file, name: text, description: text, state: 'offered' });
    setTraits(database, file, ['file']);
  }
}

async function makeProfile(folder: string): Promise<void> {
  const { key } = await createVault(folder, noKeyring, { consent: true });
  const database = openDatabase(join(folder, DATABASE_FILE), key);
  const account = insertAccount(database, {
    address: jid('me@home.example'),
    password: 'secret',
    resource: 'test',
    hue: 8,
    enabled: false,
    pins: [],
    scramSeen: true,
  });
  transaction(database, () => fill(database, account));
  closeDatabase(database);
}

/** What in the page is not made of the program's own elements; and whether anything of it ran. */
function findStrangers(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const tags =
      'a article aside b bdi blockquote body br button circle code dd dialog div dl dt ellipse em fieldset figcaption figure ' +
      'footer form g h1 h2 h3 head header hgroup hr html i img input kbd label legend li line link main mark menu meta nav ol ' +
      'optgroup option p path polygon polyline pre progress q rect s script search section select small span strong sub ' +
      'summary sup svg textarea time title ul details defs lineargradient radialgradient stop style wbr';
    const known = new Set(tags.split(' '));
    const found: string[] = 'ran' in window ? ['something ran'] : [];
    for (const element of document.querySelectorAll('*')) {
      const name = element.localName.toLowerCase();
      if (!known.has(name)) found.push(`<${name}>`);
      for (const { name: attribute, value } of element.attributes) {
        if (/^(?:on|srcdoc|ping|action|http-equiv$|style$)/iu.test(attribute) && !/^(?:--|$)/u.test(value)) {
          const isOwn = attribute === 'style' || element.closest('head') !== null;
          if (!isOwn) found.push(`${name} ${attribute}=${value}`);
        }
        if (attribute === 'href' && name === 'a' && !/^(?:https?|mailto|xmpp):/u.test(value))
          found.push(value);
        if (attribute === 'src' && !/^(?:\.?\/|app:|data:|blob:)/u.test(value)) found.push(`src ${value}`);
      }
      if (name === 'script' && element.textContent !== '') found.push('a script with text');
      if (
        (name === 'script' || name === 'style' || name === 'link') &&
        element.closest('#app, main') !== null
      )
        found.push(`<${name}> in the page`);
    }
    return found;
  });
}

let window: AppWindow;
let folder: ReturnType<typeof temporaryFolder>;
const asked: string[] = [];

beforeAll(async () => {
  folder = temporaryFolder('texts');
  await makeProfile(folder.path);
  window = await openWindow({ profile: folder.path });
  window.page.on('request', (request) => asked.push(request.url()));
  window.page.on('popup', () => asked.push('a window'));
  await window.page
    .getByRole('button', { name: /^all@away/u })
    .first()
    .waitFor();
});

afterAll(async () => {
  await window.close();
  folder.remove();
});

/** Short ones that are on one line as they are, wherever they are shown. */
const plain = textVectors.filter((text) => /^<[a-z]/u.test(text) && text.length < 60);

/**
 * Scrolls what is in a place as a person would until every one of the texts was there, and looks at each screen of it.
 * Returns those that were not.
 */
async function walk(place: string, wheel: 1 | -1): Promise<string[]> {
  const { page } = window;
  const waiting = new Set(plain);
  for (let turn = 0; turn < 150 && waiting.size > 0; turn += 1) {
    expect(await findStrangers(page)).toEqual([]);
    const box = await page.evaluate((selector) => {
      const all = document.querySelectorAll(`${selector}, ${selector} *`);
      const scroller = [...all].find(
        (each) => each.scrollHeight > each.clientHeight + 8 && each.clientHeight > 200,
      );
      const { x, y, width, height } = (scroller ?? document.body).getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2, height, text: document.body.textContent };
    }, place);
    for (const text of waiting) if (box.text.includes(text)) waiting.delete(text);
    await page.mouse.move(box.x, box.y);
    await page.mouse.wheel(0, wheel * box.height * 0.7);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }
  if (waiting.size > 0) await window.screenshot('failed-texts');
  return [...waiting];
}

describe('in the window', () => {
  test('the list of chats, the contacts and the requests', async () => {
    const { page } = window;
    expect(await walk('body', 1)).toEqual([]);
    for (const list of [/^Contacts\b/u, /^Requests\b/u]) {
      await page.getByRole('button', { name: list }).first().click();
      await page.getByRole('heading', { name: list }).first().waitFor();
      expect(await walk('body', 1)).toEqual([]);
    }
    await page
      .getByRole('button', { name: /^Chats\b/u })
      .first()
      .click();
  });

  test('messages, quotes, files, what they are about, and what is covered', async () => {
    const { page } = window;
    await page
      .getByRole('button', { name: /^all@away/u })
      .first()
      .click();
    await page.getByRole('log').locator('[data-message]').first().waitFor();
    // It opens at the first one that was not read.
    expect(await walk('[role=log]', 1)).toEqual([]);
  });

  test('what was found, and every chat with its header and its draft', async () => {
    const { page } = window;
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('zzz');
    await page.locator('[data-hit]').first().waitFor();
    expect(await walk('body', 1)).toEqual([]);
    await page.keyboard.press('Escape');
    await page
      .getByRole('button', { name: /^all@away/u })
      .first()
      .click();
    for (let index = 0; index < textVectors.length; index += 1) {
      await page.keyboard.press('Alt+ArrowDown');
      expect(await findStrangers(page)).toEqual([]);
    }
  });

  test('and nothing was asked of anybody', () => {
    expect(asked.filter((url) => !url.startsWith('app://waxwing/'))).toEqual([]);
    expect(window.problems).toEqual([]);
  });
});

test('sixty texts; a notification shows each of them as text', () => {
  expect(new Set(textVectors).size).toBe(60);
  for (const text of textVectors) {
    const { title, body } = noticeWords(
      { chat: 1, title: text, body: previewOf({ text }, text) },
      'linux',
      new Speech().say,
    );
    expect(body).not.toMatch(/[<>\n\u202A-\u202E\u2066-\u2069]/u);
    expect(title).not.toMatch(/[\n\u0000\u202A-\u202E\u2066-\u2069]/u);
  }
});
