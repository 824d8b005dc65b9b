/** What can be done with one chat, for its menu and for the palette. Questions that follow are asked elsewhere. */
import AppWindow from '@lucide/svelte/icons/app-window';
import Archive from '@lucide/svelte/icons/archive';
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import Ban from '@lucide/svelte/icons/ban';
import Bell from '@lucide/svelte/icons/bell';
import BellOff from '@lucide/svelte/icons/bell-off';
import BrushCleaning from '@lucide/svelte/icons/brush-cleaning';
import CheckCheck from '@lucide/svelte/icons/check-check';
import FileDown from '@lucide/svelte/icons/file-down';
import Info from '@lucide/svelte/icons/info';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import Mail from '@lucide/svelte/icons/mail';
import Pin from '@lucide/svelte/icons/pin';
import PinOff from '@lucide/svelte/icons/pin-off';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { ChatRow } from '../../../shared/contract.ts';
import { isMuted, muteDurations, type MuteDuration } from '../../../shared/mute.ts';
import type { ShortcutName } from '../../lib/shortcuts.ts';
import type { Icon } from '../../parts/icon.ts';
import type { App } from '../../state/app.svelte.ts';
import { isUnread } from '../../state/listing.ts';
import { openWindow } from '../../state/role.ts';

export interface ChatAction {
  readonly id: string;
  readonly label: string;
  readonly icon: Icon;
  readonly isDangerous?: boolean;
  readonly shortcut?: ShortcutName;
  readonly run: () => void;
}

const durations = Object.keys(muteDurations) as MuteDuration[];

/** One for each time for which a chat can be muted; or the one that ends it. */
export function muteActions(app: App, chat: ChatRow): ChatAction[] {
  const { t } = app.language;
  const mute = (duration?: MuteDuration): void => void app.attempt(app.chats.mute(chat.id, duration));
  if (isMuted(chat, app.clock.now)) {
    return [{ id: 'unmute', label: t('chats.unmute'), icon: Bell, shortcut: 'mute-chat', run: () => mute() }];
  }
  return durations.map((duration) => ({
    id: `mute ${duration}`,
    label: t(`chats.mute.${duration}`),
    icon: BellOff,
    ...(duration === 'forever' && { shortcut: 'mute-chat' as const }),
    run: () => mute(duration),
  }));
}

/** Where it stands in the list. */
export function placeActions(app: App, chat: ChatRow): ChatAction[] {
  const { chats, language } = app;
  const { t } = language;
  const { id, pinned, isArchived = false, last } = chat;
  const isPinned = pinned !== undefined;
  const run = (work: () => Promise<void>) => () => void app.attempt(work());
  return [
    isUnread(chat)
      ? {
          id: 'mark-read',
          label: t('chats.mark-read'),
          icon: CheckCheck,
          shortcut: 'mark-unread',
          run: run(async () => {
            if (chat.isMarkedUnread) await chats.setMarkedUnread(id, false);
            if (chat.unread > 0 && last !== undefined) await chats.markRead(id, last.message);
          }),
        }
      : {
          id: 'mark-unread',
          label: t('chats.mark-unread'),
          icon: Mail,
          shortcut: 'mark-unread',
          run: run(() => chats.setMarkedUnread(id, true)),
        },
    {
      id: 'pin',
      label: t(isPinned ? 'chats.unpin' : 'chats.pin'),
      icon: isPinned ? PinOff : Pin,
      shortcut: 'pin-chat',
      run: run(() => chats.setPinned(id, !isPinned)),
    },
    {
      id: 'archive',
      label: t(isArchived ? 'chats.unarchive' : 'chats.archive'),
      icon: isArchived ? ArchiveRestore : Archive,
      shortcut: 'archive-chat',
      run: run(() => chats.setArchived(id, !isArchived)),
    },
  ];
}

/** What is asked about before it happens. */
export function graveActions(app: App, chat: ChatRow): ChatAction[] {
  const { navigation, language } = app;
  const { t } = language;
  const { kind, last } = chat;
  const ask = (what: 'export' | 'clear' | 'remove') => () => navigation.ask({ what, chat });
  return [
    ...(last !== undefined
      ? [{ id: 'export', label: t('chats.export'), icon: FileDown, run: ask('export') }]
      : []),
    ...(kind === 'room' ? wayInOrOut(app, chat) : [blockAction(app, chat)]),
    ...(last !== undefined
      ? [
          {
            id: 'clear',
            label: t('chats.clear'),
            icon: BrushCleaning,
            isDangerous: true,
            run: ask('clear'),
          },
        ]
      : []),
    { id: 'remove', label: t('chats.remove'), icon: Trash2, isDangerous: true, run: ask('remove') },
  ];
}

function blockAction(app: App, { account, address }: ChatRow): ChatAction {
  const { navigation, language, blocking } = app;
  const { t } = language;
  const rule = blocking.ruleFor(account, address);
  return rule === undefined
    ? {
        id: 'block',
        label: t('block.open'),
        icon: Ban,
        isDangerous: true,
        run: () => navigation.ask({ what: 'block', account, addresses: [address] }),
      }
    : {
        id: 'unblock',
        label: t('block.undo', { address: rule }),
        icon: Ban,
        run: () => void app.attempt(blocking.unblock(account, [rule])),
      };
}

/** Out of the room, or into it again. */
function wayInOrOut(app: App, chat: ChatRow): ChatAction[] {
  const { navigation, language, rooms } = app;
  const { t } = language;
  const room = rooms.get(chat.id);
  if (room === undefined) return [];
  const { account, address, nick } = room;
  return room.state === 'out'
    ? [
        {
          id: 'join',
          label: t('room.join'),
          icon: LogIn,
          run: () => void app.attempt(rooms.join({ account, address, nick })),
        },
      ]
    : [
        {
          id: 'leave',
          label: t('room.leave'),
          icon: LogOut,
          isDangerous: true,
          run: () => navigation.ask({ what: 'leave', chat }),
        },
      ];
}

/** None in a window that is one already. */
export function windowActions(app: App, { id: chat }: ChatRow): ChatAction[] {
  if (app.role !== undefined) return [];
  return [
    {
      id: 'window',
      label: app.language.t('chats.own-window'),
      icon: AppWindow,
      run: () => void app.attempt(openWindow(app, { chat })),
    },
  ];
}

export function detailsAction(app: App, chat: ChatRow): ChatAction {
  return {
    id: 'details',
    label: app.language.t('details.open'),
    icon: Info,
    run: () => {
      app.open(chat.id);
      app.navigation.setDetails(true);
    },
  };
}

/** All of them, for the open chat. */
export function chatActions(app: App, chat: ChatRow): ChatAction[] {
  const details = detailsAction(app, chat);
  const keys = { ...details, id: 'keys', label: app.language.t('command.keys'), icon: ShieldCheck };
  return [
    ...windowActions(app, chat),
    ...placeActions(app, chat),
    ...muteActions(app, chat),
    details,
    keys,
    ...graveActions(app, chat),
  ];
}
