/** The scenes of rooms: in the list, in a conversation, kept out, and everything about the people in them. */
import type { Page } from 'playwright-core';
import type { Scene } from './scenes.ts';

const narrow = { width: 360, height: 740 };
const middle = { width: 1000, height: 760 };
const wide = { width: 1440, height: 900 };

type Act = (page: Page) => Promise<void>;
/** One after the other. */
const acts =
  (...all: readonly Act[]): Act =>
  async (page) => {
    for (const act of all) await act(page);
  };
export const openRoom =
  (name: string): Act =>
  async (page) => {
    await page
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .first()
      .click();
    await page.waitForTimeout(400);
  };
const rooms: Act = async (page) => {
  await page
    .getByRole('button', { name: /^Rooms/ })
    .first()
    .click();
  await page.waitForTimeout(200);
};

const about: Act = async (page) => {
  // In a narrow window the name leads there.
  const button = page.getByRole('button', { name: 'About this room' });
  if (await button.isVisible()) await button.click(SOON);
  else await page.locator('header button[aria-expanded]').first().click(SOON);
  await page.waitForTimeout(300);
};

const people: Act = async (page) => {
  await page.getByRole('button', { name: 'People', exact: true }).first().click(SOON);
  await page.waitForTimeout(300);
};
const menuOf =
  (name: string): Act =>
  async (page) => {
    await page
      .getByRole('complementary')
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .click();
    await page.waitForTimeout(200);
  };

const SOON = { timeout: 2_000 };

const add =
  (way?: string): Act =>
  async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('join or create');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(300);
    if (way !== undefined) await page.getByText(way, { exact: true }).click(SOON);
    await page.waitForTimeout(300);
  };

const press =
  (name: string): Act =>
  async (page) => {
    await page.getByRole('button', { name, exact: true }).last().click(SOON);
    await page.waitForTimeout(300);
  };
const run = (name: string): Act => acts(openRoom('Verona Square'), about, press(name));
/** Owned by us: nothing is kept from an owner. */
const own: Act = async (page) => {
  await page.evaluate(() => {
    const { port } = window as unknown as {
      port: { world: { rooms: { affiliation: string }[] }; announce: (change: unknown) => void };
    };
    const [row] = port.world.rooms;
    port.announce({ put: 'room', row: { ...row, affiliation: 'owner' } });
  });
};

/** In light, dark and narrow, and from right to left. */
const looks = (name: string, act?: Act, size = middle): Scene[] => [
  { name, scene: 'rooms', size, theme: 'light', ...(act && { act }) },
  { name: `${name}-dark`, scene: 'rooms', size, theme: 'dark', ...(act && { act }) },
  { name: `${name}-narrow`, scene: 'rooms', size: narrow, theme: 'light', ...(act && { act }) },
  { name: `${name}-rtl`, scene: 'rooms', size, theme: 'dark', dir: 'rtl', ...(act && { act }) },
];

export const roomScenes: readonly Scene[] = [
  ...looks('room-10-list', acts(rooms)),
  ...looks('room-20-talk', openRoom('Verona Square'), wide),
  {
    name: 'room-21-subject',
    scene: 'rooms',
    size: middle,
    theme: 'light',
    act: acts(openRoom('Verona Square'), async (page) => {
      await page.getByRole('button', { name: 'Show the whole subject' }).click();
      await page.waitForTimeout(200);
    }),
  },
  ...looks('room-22-about', acts(openRoom('Verona Square'), about), wide),
  ...['Ballroom', 'Gone home', 'On the way'].map((name): Scene => ({
    name: `room-23-${name.replaceAll(' ', '-').toLowerCase()}`,
    scene: 'rooms',
    size: middle,
    theme: 'light',
    act: acts(rooms, openRoom(name)),
  })),
  ...['password', 'nick-taken', 'members-only', 'destroyed', 'kicked', 'unreachable', 'banned'].map(
    (code, index): Scene => ({
      name: `room-24-${code}`,
      scene: 'rooms',
      size: index % 2 === 0 ? middle : narrow,
      theme: index % 3 === 0 ? 'dark' : 'light',
      ...(code === 'kicked' && { dir: 'rtl' }),
      act: acts(rooms, openRoom(`Kept out ${code}`)),
    }),
  ),
  ...looks('room-30-people', acts(openRoom('Verona Square'), people), wide),
  {
    name: 'room-31-many',
    scene: 'rooms',
    size: wide,
    theme: 'light',
    act: acts(openRoom('Ballroom'), people, async (page) => {
      await page.getByRole('complementary').locator('button[data-index]').first().focus();
      await page.keyboard.press('End');
      await page.waitForTimeout(500);
    }),
  },
  {
    name: 'room-32-menu',
    scene: 'rooms',
    size: wide,
    theme: 'light',
    act: acts(openRoom('Verona Square'), people, menuOf('Tybalt')),
  },
  {
    name: 'room-33-ban',
    scene: 'rooms',
    size: middle,
    theme: 'dark',
    act: acts(openRoom('Verona Square'), people, menuOf('Tybalt'), async (page) => {
      await page.getByRole('menuitem', { name: 'Ban' }).click();
      await page.waitForTimeout(200);
    }),
  },
  ...looks('room-40-join', add()),
  ...looks('room-41-find', add('Public rooms')),
  ...looks('room-42-create', add('New room')),
  ...looks('room-43-invites', async (page) => {
    await page
      .getByRole('button', { name: /^Requests/ })
      .first()
      .click(SOON);
    await page.waitForTimeout(300);
  }),
  ...looks(
    'room-50-mention',
    acts(openRoom('Verona Square'), async (page) => {
      await page.getByRole('textbox', { name: /message to/ }).pressSequentially('Well, @e');
      await page.waitForTimeout(400);
    }),
  ),
  ...['Invite', 'Name and subject', 'Members and bans', 'Settings of the room', 'Close for good'].map(
    (name, index): Scene => ({
      name: `room-51-${name.replaceAll(' ', '-').toLowerCase()}`,
      scene: 'rooms',
      size: index % 2 === 0 ? middle : narrow,
      theme: index % 3 === 0 ? 'dark' : 'light',
      ...(index === 2 && { dir: 'rtl' }),
      act: acts(own, run(name)),
    }),
  ),
  {
    name: 'room-11-palette',
    scene: 'rooms',
    size: wide,
    theme: 'light',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('ver');
      await page.waitForTimeout(300);
    },
  },
];
