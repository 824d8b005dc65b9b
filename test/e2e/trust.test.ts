/**
 * What a person decides about keys, in the real window: a key that changed stops the chat, a code that differs is refused
 * loudly, and the camera, which shows the right code here, is there for as long as it is wanted and no longer.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVault, DATABASE_FILE } from '../../electron/engine/vault.ts';
import { insertAccount } from '../../electron/store/accounts.ts';
import { openChat as storeChat, setWasEncrypted } from '../../electron/store/chats.ts';
import { putContact } from '../../electron/store/contacts.ts';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import { setListedDevices } from '../../electron/store/device-lists.ts';
import { pinDevice } from '../../electron/store/keys.ts';
import { qrPath } from '../../renderer/lib/qr.ts';
import { readBareJid, type BareJid } from '../../shared/jid.ts';
import { violations } from '../support/axe.ts';
import { chatEntry, openChat, say, untilShown } from '../support/drive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { noKeyring } from '../support/ready-profile.ts';
import { openWindow, type AppWindow } from '../support/window.ts';

const ANNA = jid('anna@away.example');
const [PHONE, LAPTOP] = [31_415, 27_182];
const key = (seed: number): Uint8Array => Uint8Array.from([5, ...new Uint8Array(32).fill(seed)]);
const print = (seed: number): string => Buffer.from(key(seed).subarray(1)).toString('hex');
const code = (laptop: number): string =>
  `xmpp:${ANNA}?omemo-sid-${String(PHONE)}=${print(2)};omemo-sid-${String(LAPTOP)}=${print(laptop)}`;

let window: AppWindow;
let folder: ReturnType<typeof temporaryFolder>;

function jid(text: string): BareJid {
  const address = readBareJid(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

/** Anna's phone was trusted with one key and shows another; her laptop is as it was. */
async function makeProfile(): Promise<void> {
  const { key: secret } = await createVault(folder.path, noKeyring, { consent: true });
  const database = openDatabase(join(folder.path, DATABASE_FILE), secret);
  const account = insertAccount(database, {
    address: jid('me@home.example'),
    password: 'secret',
    resource: 'test',
    hue: 8,
    enabled: false,
    pins: [],
    scramSeen: true,
  });
  putContact(database, {
    account,
    address: ANNA,
    name: 'Anna',
    subscription: 'both',
    asking: false,
    groups: [],
  });
  const { chat } = storeChat(database, account, ANNA, Date.now());
  setWasEncrypted(database, chat.id);
  const at = Date.now();
  const list = { protocol: 'legacy', address: ANNA } as const;
  setListedDevices(database, account, list, [{ id: PHONE }, { id: LAPTOP }], { trust: 'blind', at });
  const earlier = { identityKey: key(1), trust: 'blind' } as const;
  pinDevice(database, account, ANNA, PHONE, { identityKey: key(2), trust: 'undecided', earlier, at });
  pinDevice(database, account, ANNA, LAPTOP, { identityKey: key(3), trust: 'blind', at });
  closeDatabase(database);
}

/** A film of one frame (YUV4MPEG2), on which somebody holds a code into the camera. */
function film(text: string): string {
  const [width, height] = [640, 480];
  const { path, side } = qrPath(text);
  const scale = Math.floor(height / side);
  const [left, top] = [Math.floor((width - side * scale) / 2), Math.floor((height - side * scale) / 2)];
  const light = Buffer.alloc(width * height, 235);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < scale; row += 1) {
      const start = (top + Number(y) * scale + row) * width + left + Number(x) * scale;
      light.fill(16, start, start + scale);
    }
  }
  const colour = Buffer.alloc((width * height) / 2, 128);
  const file = join(folder.path, 'camera.y4m');
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\nFRAME\n`), light, colour]),
  );
  return file;
}

/** What asking for this comes to: "given", or the name of the error. */
const ask = (constraints: { audio?: boolean; video?: boolean }): Promise<string> =>
  window.page.evaluate(
    (given) =>
      navigator.mediaDevices.getUserMedia(given).then(
        (stream) => {
          for (const track of stream.getTracks()) track.stop();
          return 'given';
        },
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      ),
    constraints,
  );

beforeAll(async () => {
  folder = temporaryFolder('trust');
  await makeProfile();
  window = await openWindow({
    profile: folder.path,
    args: ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film(code(3))}`],
  });
  await chatEntry(window.page, 'Anna').waitFor();
});

afterAll(async () => {
  await window.close();
  folder.remove();
});

describe('a key that changed', () => {
  it('is told with both fingerprints, and what is written waits for the decision', async () => {
    const { page } = window;
    await openChat(page, 'Anna');
    const alert = page.getByRole('alert', { name: 'A key has changed' });
    await alert.getByRole('heading', { name: 'A device of Anna has another key than before' }).waitFor();
    const words = (await alert.innerText()).replaceAll(/\s/g, '');
    expect(words).toContain(print(1));
    expect(words).toContain(print(2));
    await say(page, 'is that still you?');
    await untilShown(page, 'is that still you?');
    await page.getByRole('log').getByText('Waits for your decision').waitFor();
    expect(await violations(page)).toEqual([]);
    await window.screenshot('key-changed');
  });
});

describe('a code', () => {
  const dialog = () => window.page.getByRole('dialog', { name: 'Scan a code' });
  const open = async (): Promise<void> => {
    await window.page.getByRole('button', { name: 'Scan a code' }).click();
    await dialog().waitFor();
  };

  it('that differs is refused loudly, and changes nothing', async () => {
    const { page } = window;
    await page.getByRole('button', { name: 'Encrypted', exact: true }).click();
    await open();
    await dialog().getByRole('textbox', { name: 'Link or code' }).fill(code(9));
    await dialog().getByRole('button', { name: 'Compare' }).click();
    await dialog().getByRole('alert').getByRole('heading', { name: 'The fingerprint differs' }).waitFor();
    expect(await dialog().getByRole('button', { name: 'Verify' }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await window.screenshot('code-differs');
    await page.keyboard.press('Escape');
    await page.getByRole('alert', { name: 'A key has changed' }).waitFor();
  });

  it('in front of the camera verifies all devices at once, and the chat goes on', async () => {
    const { page } = window;
    expect(await ask({ video: true })).toBe('NotAllowedError');
    await open();
    await dialog().getByRole('button', { name: 'Use the camera' }).click();
    await dialog().getByRole('button', { name: 'Verify 2 devices' }).waitFor();
    expect(await ask({ audio: true })).toBe('NotAllowedError');
    expect(await ask({ audio: true, video: true })).toBe('NotAllowedError');
    // The picture ended with the code that it showed, and with it the permission.
    await expect.poll(() => ask({ video: true })).toBe('NotAllowedError');
    await window.screenshot('code-fits');
    await dialog().getByRole('button', { name: 'Verify 2 devices' }).click();
    await page.getByRole('alert', { name: 'A key has changed' }).waitFor({ state: 'detached' });
    await page.getByRole('log').getByText('Waits for your decision').waitFor({ state: 'detached' });
    await page
      .getByRole('article', { name: `Device ${String(PHONE)}` })
      .getByText('Verified')
      .waitFor();
    await page
      .getByRole('article', { name: `Device ${String(LAPTOP)}` })
      .getByText('Verified')
      .waitFor();
  });
});

it('encryption is switched off only by who has said that they know what it means', async () => {
  const { page } = window;
  await page.getByRole('radio', { name: 'Off' }).click();
  const dialog = page.getByRole('dialog', { name: 'Switch encryption off?' });
  await dialog.getByText('One message still waits here').waitFor();
  expect(await dialog.getByRole('button', { name: 'Switch off' }).isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: 'Keep it encrypted' }).click();
  await page.getByRole('textbox', { name: 'Encrypted message to Anna' }).waitFor();
  await page.getByRole('radio', { name: 'Off' }).click();
  await dialog.getByRole('checkbox', { name: 'I understand that it is not private' }).check();
  await dialog.getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('Not encrypted: the servers can read this.').waitFor();
  await page.getByRole('textbox', { name: 'Unencrypted message to Anna' }).waitFor();
  expect(await violations(page)).toEqual([]);
  // In a window of this width the details lie over the chat.
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Encrypt', exact: true }).click();
  await page.getByRole('textbox', { name: 'Encrypted message to Anna' }).waitFor();
});
