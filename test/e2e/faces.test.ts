/** A person chooses a picture and a name in the window; a contact sees both, they are there after a restart, and go again. */
import { expect, it } from 'vitest';
import { picture } from '../renderer/preview/files.ts';
import { pngOf, sha1 } from '../support/pictures.ts';
import { untilOnline } from '../support/drive.ts';
import { setScene } from '../support/scene.ts';

const scene = setScene('faces');
const BOBS = pngOf([40, 120, 60], 64);

const seen = () => scene.bob.contacts.get('alice@localhost');
/** The pictures that are shown and could be decoded, by their hashes. */
const shown = (): Promise<string[]> =>
  scene.alice.page.evaluate(() =>
    [...document.querySelectorAll<HTMLImageElement>('.avatar img')]
      .filter(({ complete, naturalWidth }) => complete && naturalWidth > 0)
      .map(({ src }) => src.split('/').at(-1) ?? ''),
  );

async function openProfile(): Promise<void> {
  await scene.alice.page.keyboard.press('Control+,');
  await scene.alice.page.getByRole('button', { name: 'Profile' }).click();
  await scene.alice.page.getByRole('textbox', { name: 'Nickname' }).waitFor();
}

it('signs in', async () => {
  await scene.signIn();
});

it('chooses a picture, cuts it by keys alone, and is seen with it', async () => {
  const { page } = scene.alice;
  await openProfile();
  await page
    .getByRole('dialog')
    .locator('input[type=file]')
    .setInputFiles({ name: 'hills.png', mimeType: 'image/png', buffer: picture(300, 200, 2) });
  const zoom = page.getByRole('slider', { name: 'Zoom' });
  await zoom.focus();
  for (let step = 0; step < 20; step += 1) await page.keyboard.press('ArrowRight');
  expect(Number(await zoom.inputValue())).toBeGreaterThan(1.1);
  await page.getByRole('button', { name: 'Use this picture' }).click();
  const hash = await scene.bob.until(() => seen()?.avatar, 'bob sees the picture');
  const piece = await scene.bob.engine.readFile(hash, 0, 1_000_000);
  expect(piece?.type).toBe('image/png');
  // 192 pixels a side, and nothing beside them.
  expect(Buffer.from(piece?.bytes ?? []).readUInt32BE(16)).toBe(192);
  await expect.poll(shown, { timeout: 20_000 }).toContain(hash);
});

it('takes a name, which is no address', async () => {
  const { page } = scene.alice;
  const name = page.getByRole('textbox', { name: 'Nickname' });
  await name.fill('bob@localhost');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('must not look like an address').waitFor();
  await name.fill('Ally');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('alice@wonder.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await scene.bob.until(() => seen()?.called === 'Ally', 'bob sees the name');
  const { card } = await scene.bob.call('people.card', {
    account: scene.bob.account().id,
    address: 'alice@localhost',
  });
  expect(card).toMatchObject({ nickname: 'Ally', emails: ['alice@wonder.example'] });
});

it('sees the picture and the name of a contact, and what they say of themselves', async () => {
  const { page } = scene.alice;
  const account = scene.bob.account().id;
  await scene.bob.call('self.setPicture', { account, picture: Uint8Array.from(BOBS) });
  const pages = ['https://bob.example/', 'javascript:alert(1)'];
  const card = { nickname: 'Bobby \u202Ereverse', fullName: '<b>Robert</b>', emails: [], phones: [], pages };
  await scene.bob.call('self.saveCard', { account, card });
  await page.getByRole('button', { name: /^Contacts\b/ }).click();
  await page
    .getByRole('button', { name: /^Bobby reverse/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Show details' }).click();
  await page.getByText('<b>Robert</b>').waitFor();
  await expect.poll(shown, { timeout: 20_000 }).toContain(sha1(BOBS));
  expect(await page.getByRole('link', { name: 'https://bob.example/' }).count()).toBe(1);
  expect(await page.getByRole('link', { name: 'javascript' }).count()).toBe(0);
  await page.getByRole('textbox', { name: 'Note' }).fill('owes me a book');
  await page.getByRole('button', { name: 'Show details' }).focus();
  await scene.alice.screenshot('contact');
});

it('finds all of it again after a restart', async () => {
  await scene.restart();
  const { page } = scene.alice;
  await page.getByRole('button', { name: /^Contacts\b/ }).click();
  await page
    .getByRole('button', { name: /^Bobby reverse/ })
    .first()
    .click();
  await expect.poll(shown, { timeout: 20_000 }).toContain(sha1(BOBS));
  const note = page.getByRole('textbox', { name: 'Note' });
  await page.getByRole('button', { name: 'Show details' }).click();
  await expect.poll(() => note.inputValue(), { timeout: 20_000 }).toBe('owes me a book');
  await untilOnline(page, 'alice@localhost');
});

it('takes the picture away again', async () => {
  const { page } = scene.alice;
  await openProfile();
  await page.getByRole('button', { name: 'Remove the picture' }).click();
  await scene.bob.until(() => seen()?.avatar === undefined, 'bob sees that it is gone');
  await page.getByRole('button', { name: 'Remove the picture' }).waitFor({ state: 'detached' });
  expect(scene.alice.problems).toEqual([]);
});
