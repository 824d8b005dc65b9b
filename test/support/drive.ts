/** What a person does in the window, and what they can read there: found by role and name, as a screen reader would. */
import type { Locator, Page } from 'playwright-core';

export interface Typed {
  readonly address: string;
  readonly password: string;
  /** Typed into the fields under "Advanced". */
  readonly server?: { readonly host: string; readonly port: number };
}

/** On the first start without a keyring: the long way to no protection. */
export async function goWithoutProtection(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Protect your messages' }).waitFor();
  await page.getByRole('button', { name: 'Continue without protection…' }).click();
  await page.getByRole('button', { name: 'Keep it unprotected' }).click();
}

export async function protectWithPassphrase(page: Page, passphrase: string): Promise<void> {
  await type(page.getByRole('textbox', { name: 'Passphrase', exact: true }), passphrase);
  await type(page.getByRole('textbox', { name: 'Repeat the passphrase' }), passphrase);
  await page.getByRole('button', { name: 'Protect with this passphrase' }).click();
}

/** Fills the form and presses Enter in it; what comes of it is the caller's to see. */
export async function signInByTyping(page: Page, { address, password, server }: Typed): Promise<void> {
  await type(page.getByRole('textbox', { name: 'Address' }), address);
  const secret = page.getByRole('textbox', { name: 'Password' });
  await type(secret, password);
  if (server !== undefined) await typeServer(page, server);
  await secret.press('Enter');
}

export async function typeServer(page: Page, server: NonNullable<Typed['server']>): Promise<void> {
  const host = page.getByRole('textbox', { name: 'Server' });
  if (!(await host.isVisible())) await page.getByText('Advanced', { exact: true }).click();
  await type(host, server.host);
  await type(page.getByRole('textbox', { name: 'Port' }), String(server.port));
}

/** Waits until the account is online, as its button in the rail says. */
export async function untilOnline(page: Page, address: string): Promise<void> {
  await page.getByRole('button', { name: `${address}, Online` }).waitFor();
}

/** The alert that says why signing in failed. */
export function problemOf(page: Page): Locator {
  return page
    .getByRole('form')
    .getByRole('alert')
    .filter({ has: page.getByRole('heading') });
}

/** Looks at the certificate before trusting it: there is no shorter way. Returns what was shown of it. */
export async function trustCertificate(page: Page): Promise<string> {
  const alert = problemOf(page);
  await alert.getByRole('button', { name: 'Show the certificate' }).click();
  const shown = await alert.innerText();
  await alert.getByRole('button', { name: 'Trust this certificate' }).click();
  return shown;
}

export async function addContact(page: Page, address: string, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add contact' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add contact' });
  await type(dialog.getByRole('textbox', { name: 'XMPP address' }), address);
  await type(dialog.getByRole('textbox', { name: 'Name (optional)' }), name);
  await dialog.getByRole('button', { name: 'Add contact' }).click();
  await dialog.waitFor({ state: 'detached' });
}

export async function acceptRequest(page: Page, address: string): Promise<void> {
  await page.getByRole('button', { name: /^Requests\W+1 new$/ }).click();
  await page.getByRole('button', { name: `Accept ${address}` }).click();
}

/** The entry of a chat in the list; its accessible name begins with theirs and says all that is shown. */
export function chatEntry(page: Page, name: string): Locator {
  return page.getByRole('listitem').getByRole('button', { name: new RegExp(`^${name}\\b`, 'u') });
}

/** Chooses a chat from the list, wherever the window is. */
export async function openChat(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Chats\b/ }).click();
  await chatEntry(page, name).click();
  await page.getByRole('region', { name: `Chat with ${name}` }).waitFor();
}

/** The field that messages are written in. Its name says how they will be sent. */
export function composer(page: Page): Locator {
  return page.getByRole('textbox', { name: /^(?:Encrypted m|Unencrypted m|M)essage to / });
}

/** Writes and presses Enter, once it is certain that it will be encrypted. */
export async function say(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: /^Encrypted message to / });
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) await field.press('Shift+Enter');
    await field.pressSequentially(line);
  }
  await field.press('Enter');
}

/** Waits until a message with this text is on screen. */
export async function untilShown(page: Page, text: string): Promise<void> {
  await page.getByRole('log').getByRole('article').filter({ hasText: text }).first().waitFor();
}

export interface ShownMessage {
  readonly text: string;
  readonly isOutgoing: boolean;
  /** The name of the ticks, for messages of one's own. */
  readonly delivery?: string;
  /** Marks such as "Not encrypted"; empty when all is as it should be. */
  readonly marks: string;
}

/** Every message of the open chat in the order of the screen, read by scrolling from its beginning to its end. */
export async function readChat(page: Page): Promise<ShownMessage[]> {
  const log = page.getByRole('log', { name: 'Messages' });
  const found = new Map<string, ShownMessage>();
  await log.hover();
  await page.mouse.wheel(0, -1_000_000);
  for (let isAtEnd = false; !isAtEnd;) {
    await nextFrame(page);
    // Only what is in sight: the list keeps some rows that are not, such as the one with the focus.
    const view = await log.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      const isInSight = (row: Element): boolean => {
        const box = row.getBoundingClientRect();
        return box.bottom > top && box.top < bottom;
      };
      const rows = [...element.querySelectorAll<HTMLElement>('[data-message]')].filter(isInSight);
      return {
        isAtEnd: element.scrollTop + element.clientHeight >= element.scrollHeight - 2,
        rows: rows
          .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map((row) => ({
            id: row.dataset['message'] ?? '',
            text: row.querySelector('.text')?.textContent.trim() ?? '',
            ticks: row.querySelector('[role=img]')?.getAttribute('aria-label') ?? undefined,
            marks: [...row.querySelectorAll('.mark')].map((mark) => mark.textContent).join(' '),
            label: row.getAttribute('aria-label') ?? '',
          })),
      };
    });
    for (const { id, text, ticks, marks, label } of view.rows) {
      const isOutgoing = label.startsWith('You, ');
      found.set(id, { text, isOutgoing, marks, ...(ticks !== undefined && { delivery: ticks }) });
    }
    isAtEnd = view.isAtEnd;
    await page.mouse.wheel(0, 200);
  }
  return [...found.values()];
}

/** Lets the page settle: two frames painted. */
async function nextFrame(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** Key by key into an emptied field. */
async function type(field: Locator, text: string): Promise<void> {
  await field.fill('');
  await field.pressSequentially(text);
}
