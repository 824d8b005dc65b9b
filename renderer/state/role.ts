/** What windows do that show one thing of all, and what all of them do together: one is opened, all are locked. */
import type { WindowRole } from '../../shared/contract.ts';
import type { App } from './app.svelte.ts';

/** Shows what this window is for; without that it is for everything. */
export function showRole(app: App): void {
  if (app.role === undefined || app.profile.state !== 'open') return;
  const { chat, picture } = app.role;
  if (app.timeline?.chat === chat) return;
  if (app.chats.get(chat) === undefined) app.end();
  else if (picture === undefined) app.open(chat);
  else {
    app.openAt(chat, picture.message);
    app.files.view(picture.file);
  }
}

/** A chat that this window is not for is shown by the first one, which is asked for it. */
export function isElsewhere(app: App, chat: number): boolean {
  if (app.role === undefined || app.role.chat === chat) return false;
  void app.attempt(app.call('app.showChat', { chat }));
  return true;
}

/** Opens a window for a chat, or for a picture in it. What it shows goes from here: twice the same helps nobody. */
export async function openWindow(app: App, role: WindowRole): Promise<void> {
  await app.call('desktop.openWindow', role);
  if (role.picture !== undefined) app.files.view(undefined);
  else if (app.timeline?.chat === role.chat && app.navigation.main === 'chat') app.close();
}

/** No picture is shown in full any more; a window that was for it ends. */
export function stopViewing(app: App): void {
  app.files.view(undefined);
  // A screen that is locked shows none either, and is there still.
  if (app.role?.picture !== undefined && app.profile.state === 'open') app.end();
}

/** Locks the screen. What is typed is saved first: nothing of this page is left after it. */
export async function lockScreen(app: App): Promise<void> {
  await app.draft?.save();
  await app.call('lock.now', {});
}
