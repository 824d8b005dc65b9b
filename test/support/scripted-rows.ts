/** What the scripted port tells a window that starts: every row of its world but messages. */
import type { BlockedRow, Change } from '../../shared/contract.ts';
import type { World } from '../renderer/world.ts';
import { usualDesktop, usualLock, usualNotifications } from './scripted-desktop.ts';
import { usualUpdate } from './scripted-updates.ts';

export function rowsOf(world: World, blocked: (account: number) => BlockedRow): Change[] {
  const { profile, accounts, contacts, requests, chats, folders = [], rooms = [], invites = [] } = world;
  if (profile.state !== 'open') return [{ put: 'profile', row: profile }];
  return [
    { put: 'profile', row: profile },
    { put: 'lock', row: usualLock },
    { put: 'desktop', row: usualDesktop },
    { put: 'update', row: world.update ?? usualUpdate },
    { put: 'notifications', row: usualNotifications },
    { put: 'folders', rows: folders },
    ...accounts.map((row): Change => ({ put: 'account', row })),
    ...contacts.map((row): Change => ({ put: 'contact', row })),
    ...accounts.map((row): Change => ({ put: 'blocked', row: blocked(row.id) })),
    ...requests.map((row): Change => ({ put: 'contact-request', row })),
    ...chats.map((row): Change => ({ put: 'chat', row })),
    ...rooms.map((row): Change => ({ put: 'room', row })),
    ...invites.map((row): Change => ({ put: 'room-invite', row })),
  ];
}
