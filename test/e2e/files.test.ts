/** A person sends a photo and a document from the window, and looks at the photo that comes back. */
import { expect, it } from 'vitest';
import type { FileRow } from '../../shared/contract.ts';
import { picture } from '../renderer/preview/files.ts';
import { sendFile } from '../support/hand-in.ts';
import { openEncryptedChat } from '../support/people.ts';
import { takesFiles } from '../support/upload.ts';
import { setScene } from '../support/scene.ts';

const PLACE = 'GPSLatitude 52.5163';
const scene = setScene('files', takesFiles());

/** A photo that says where it was made: a chunk of text behind the header (PNG §11.3.3). */
function photo(): Buffer {
  const plain = picture(64, 48, 2);
  const said = Buffer.from(`tEXtComment\0${PLACE}`);
  const chunk = Buffer.alloc(said.length + 8);
  chunk.writeUInt32BE(said.length - 4, 0);
  said.copy(chunk, 4);
  return Buffer.concat([plain.subarray(0, 33), chunk, plain.subarray(33)]);
}

const bobsFile = (name: RegExp, state: FileRow['state']): Promise<FileRow> =>
  scene.bob.until(
    () => [...scene.bob.files.values()].find((file) => name.test(file.name) && file.state === state),
    String(name),
  );

it('signs in', async () => {
  const { page } = scene.alice;
  await scene.signIn();
  await page.getByRole('button', { name: /^Contacts\b/ }).click();
  await page
    .getByRole('button', { name: /^bob@localhost/ })
    .first()
    .click();
  await page.getByRole('textbox', { name: 'Encrypted message to bob@localhost' }).waitFor();
});

it('sends a photo and a document with a caption; the photo says no more where it was made', async () => {
  const { page } = scene.alice;
  await page.locator('input[type=file]').setInputFiles([
    { name: 'hills.png', mimeType: 'image/png', buffer: photo() },
    { name: 'Plan B.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 plan') },
  ]);
  await page.getByRole('list', { name: '2 files to send' }).waitFor();
  await page.getByRole('textbox', { name: 'Add a caption' }).fill('the hills');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'View Photo' }).waitFor();
  await page.getByText('Plan B.pdf').last().waitFor();
  const here = await bobsFile(/\.png$/, 'here');
  expect(here).toMatchObject({ kind: 'image', width: 64, height: 48 });
  expect(here.thumbnail).toMatch(/^data:image\/thumbhash;base64,/);
  const piece = await scene.bob.engine.readFile(here.id, 0, 1_000_000);
  expect(Buffer.from(piece?.bytes ?? []).includes(PLACE)).toBe(false);
  const plan = await bobsFile(/\.pdf$/, 'offered');
  await scene.bob.call('files.fetch', { file: plan.id });
  await bobsFile(/\.pdf$/, 'here');
  const document = await scene.bob.engine.readFile(plan.id, 0, 100);
  expect(Buffer.from(document?.bytes ?? []).toString()).toBe('%PDF-1.7 plan');
  await scene.bob.until(
    () => scene.bob.chatWith('alice@localhost')?.last?.text === 'the hills',
    'the caption',
  );
});

it('looks at photos as large as the window, by keys alone', async () => {
  const { page } = scene.alice;
  const chat = await openEncryptedChat(scene.bob, 'alice@localhost');
  await sendFile(scene.bob, chat, 'sea.png', picture(300, 200, 1));
  const photos = page.getByRole('button', { name: 'View Photo' });
  await expect.poll(() => photos.count(), { timeout: 20_000 }).toBe(2);
  const isShown = (index: number): Promise<boolean> =>
    page
      .locator('.picture img')
      .nth(index)
      .evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0);
  for (const index of [0, 1]) await expect.poll(() => isShown(index), { timeout: 20_000 }).toBe(true);
  await photos.last().focus();
  await page.keyboard.press('Enter');
  const viewer = page.getByRole('dialog', { name: 'Photos' });
  await viewer.getByText('2 of 2').waitFor();
  await scene.alice.screenshot('viewer');
  await page.keyboard.press('ArrowLeft');
  await viewer.getByText('1 of 2').waitFor();
  await page.keyboard.press('+');
  await expect.poll(() => viewer.getByRole('button', { name: 'Smaller' }).isEnabled()).toBe(true);
  await page.keyboard.press('Escape');
  await viewer.waitFor({ state: 'detached' });
});

it('finds a document by its name, and deletes a photo from this device', async () => {
  const { page } = scene.alice;
  await page.keyboard.press('Control+Shift+F');
  await page.keyboard.type('plan b');
  await page.getByText('Plan B.pdf').first().waitFor();
  await page.keyboard.press('Escape');
  expect(scene.alice.problems).toEqual([]);
});
