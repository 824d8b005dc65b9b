/**
 * Everything that can be done without pointing at it: one list for the palette, for the keys and for the sheet that
 * explains them. A command is in it only while it can be done.
 */
import Archive from '@lucide/svelte/icons/archive';
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import Bell from '@lucide/svelte/icons/bell';
import BellOff from '@lucide/svelte/icons/bell-off';
import ContactRound from '@lucide/svelte/icons/contact-round';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Lock from '@lucide/svelte/icons/lock';
import LogIn from '@lucide/svelte/icons/log-in';
import LogOut from '@lucide/svelte/icons/log-out';
import MailOpen from '@lucide/svelte/icons/mail-open';
import MessageCircle from '@lucide/svelte/icons/message-circle';
import Mic from '@lucide/svelte/icons/mic';
import Moon from '@lucide/svelte/icons/moon';
import PanelsTopLeft from '@lucide/svelte/icons/panels-top-left';
import Pin from '@lucide/svelte/icons/pin';
import Plus from '@lucide/svelte/icons/plus';
import Reply from '@lucide/svelte/icons/reply';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import SmilePlus from '@lucide/svelte/icons/smile-plus';
import Sun from '@lucide/svelte/icons/sun';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import Type from '@lucide/svelte/icons/type';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UserRoundPlus from '@lucide/svelte/icons/user-round-plus';
import Users from '@lucide/svelte/icons/users';
import { muteSpans } from '../../../shared/quiet.ts';
import { focusNextRegion } from '../../lib/regions.ts';
import { quoteOf, toAnswer } from '../../lib/replies.ts';
import { settingsSections } from '../../lib/setting-list.ts';
import type { ShortcutName } from '../../lib/shortcuts.ts';
import type { Icon } from '../../parts/icon.ts';
import type { App } from '../../state/app.svelte.ts';
import { lockScreen } from '../../state/role.ts';
import { textSizes, themes } from '../../state/appearance.svelte.ts';
import { isUnread, listChats, neighbour } from '../../state/listing.ts';
import { chatActions } from '../chat-list/chat-actions.ts';
import { folderActions, folderCommands } from '../chat-list/folder-actions.ts';
import { allSettings } from '../settings/finding.ts';

export interface Command {
  /** The same in every run; names the key too, if it has one. */
  readonly id: string;
  readonly label: string;
  /** Where that is, if the label alone does not say. */
  readonly detail?: string;
  /** Other words that mean it; without any query it is not offered. */
  readonly texts?: readonly string[];
  readonly icon: Icon;
  readonly shortcut?: ShortcutName;
  readonly run: () => void;
}

/** The commands that can be run now, the most useful first. */
export function commandsOf(app: App): Command[] {
  return [...chatCommands(app), ...placeCommands(app), ...movements(app), ...windowCommands(app)];
}

/** About the open chat. */
function chatCommands(app: App): Command[] {
  if (app.chat === undefined || app.navigation.main !== 'chat') return [];
  const find: Command = {
    id: 'find',
    label: app.language.t('shortcut.find'),
    icon: Search,
    shortcut: 'find',
    run: () => app.startFinding(),
  };
  const answer: Command = {
    id: 'reply',
    label: app.language.t('shortcut.reply'),
    icon: Reply,
    shortcut: 'reply',
    run: () => reply(app),
  };
  const react: Command = {
    id: 'react',
    label: app.language.t('shortcut.react'),
    icon: SmilePlus,
    shortcut: 'react',
    run: () => app.navigation.requestReaction(),
  };
  const { chat } = app;
  const voice: Command = {
    id: 'voice',
    label: app.language.t('shortcut.voice'),
    icon: Mic,
    shortcut: 'voice',
    run: () => void app.attempt(app.recordingOf(chat.id).start()),
  };
  const pins: Command = {
    id: 'pins',
    label: app.language.t('shortcut.pins'),
    icon: Pin,
    shortcut: 'pins',
    run: () => app.goToPin(),
  };
  return [
    find,
    answer,
    react,
    voice,
    ...(app.pins.shown === undefined ? [] : [pins]),
    ...folderActions(app, app.chat).map((action) => ({ ...action, id: `chat ${action.id}` })),
    ...chatActions(app, app.chat).map((action) => ({ ...action, id: `chat ${action.id}` })),
  ];
}

/** To the message that has the focus, or the last one that can be answered. */
function reply(app: App): void {
  const focused = document.activeElement?.closest<HTMLElement>('[data-message]')?.dataset['message'];
  const row = toAnswer(app.timeline?.messages ?? [], focused === undefined ? undefined : Number(focused));
  if (row !== undefined) app.draft?.answer(quoteOf(row));
}

function placeCommands(app: App): Command[] {
  const { navigation, language, contacts } = app;
  const { t } = language;
  const showList = (place: 'chats' | 'contacts' | 'requests') => () => {
    navigation.listView = 'all';
    navigation.showList(place);
  };
  return [
    {
      id: 'add-contact',
      label: t('contacts.add'),
      icon: UserRoundPlus,
      shortcut: 'add-contact',
      run: () => navigation.openDialog('add-contact'),
    },
    {
      id: 'add-room',
      label: t('room.add.command'),
      icon: Users,
      run: () => navigation.openDialog('add-room'),
    },
    {
      id: 'find-everywhere',
      label: t('shortcut.find-everywhere'),
      icon: Search,
      shortcut: 'find-everywhere',
      run: () => {
        if (navigation.main !== 'chat') navigation.leaveMain();
        navigation.requestSearch();
      },
    },
    { id: 'chats', label: t('rail.chats'), icon: MessageCircle, run: showList('chats') },
    { id: 'contacts', label: t('rail.contacts'), icon: ContactRound, run: showList('contacts') },
    {
      id: 'requests',
      label: `${t('rail.requests')}${contacts.requests.length > 0 ? ` (${contacts.requests.length})` : ''}`,
      icon: UserPlus,
      run: showList('requests'),
    },
    ...(['unread', 'rooms', 'archived'] as const).map((view) => ({
      id: `view ${view}`,
      label: t(`command.view.${view}`),
      icon: { unread: MailOpen, rooms: Users, archived: Archive }[view],
      run: () => {
        navigation.showList('chats');
        navigation.listView = view;
      },
    })),
    ...folderCommands(app),
  ];
}

/** From chat to chat and around the window. */
function movements(app: App): Command[] {
  const { navigation, language } = app;
  const { t } = language;
  const step = (by: 1 | -1, isWanted?: typeof isUnread) => () => {
    const account = navigation.accountFilter;
    const listing = { view: navigation.listView, account, open: app.chat?.id };
    const next = neighbour(listChats(app.chats.all, listing), app.chat?.id, by, isWanted);
    if (next !== undefined) app.open(next.id);
  };
  const move = (id: ShortcutName, icon: Icon, run: () => void): Command => ({
    id,
    label: t(`shortcut.${id}`),
    icon,
    shortcut: id,
    run,
  });
  return [
    move('next-unread', ArrowDown, step(1, isUnread)),
    move('previous-unread', ArrowUp, step(-1, isUnread)),
    move('next-chat', ArrowDown, step(1)),
    move('previous-chat', ArrowUp, step(-1)),
    move('next-region', PanelsTopLeft, () => focusNextRegion(1)),
    move('previous-region', PanelsTopLeft, () => focusNextRegion(-1)),
  ];
}

function windowCommands(app: App): Command[] {
  const { navigation, language, appearance, accounts } = app;
  const { t } = language;
  const pictures = { system: SunMoon, light: Sun, dark: Moon };
  const addAccount = (): void => {
    app.signIn.reset();
    navigation.showMain('sign-in');
  };
  return [
    {
      id: 'settings',
      label: t('settings.title'),
      icon: Settings,
      shortcut: 'settings',
      run: () => navigation.showSettings(),
    },
    ...settingsSections.map((section) => ({
      id: `settings ${section}`,
      label: t('command.settings', { name: t(`settings.${section}`) }),
      icon: Settings,
      run: () => navigation.showSettings({ section }),
    })),
    ...allSettings(t).map(({ name, section, label, texts }) => ({
      id: `setting ${name}`,
      label,
      detail: t(`settings.${section}`),
      texts,
      icon: Settings,
      run: () => navigation.showSettings({ section, setting: name }),
    })),
    ...muteSpans
      .filter((span) => (span === 'off') === (app.desktop.notifications?.mutedUntil ?? 0) > app.clock.now)
      .map((span) => ({
        id: `silence ${span}`,
        label: t(`desktop.mute.${span}`),
        icon: span === 'off' ? Bell : BellOff,
        run: () => void app.attempt(app.desktop.mute(span)),
      })),
    ...themes
      .filter((theme) => theme !== appearance.theme)
      .map((theme) => ({
        id: `theme ${theme}`,
        label: t('command.choose', { what: t('settings.theme'), value: t(`settings.theme.${theme}`) }),
        icon: pictures[theme],
        run: () => void (appearance.theme = theme),
      })),
    ...textSizes
      .filter((size) => size !== appearance.textSize)
      .map((size) => ({
        id: `text ${size}`,
        label: t('command.choose', {
          what: t('settings.text-size'),
          value: t(`settings.text-size.${size}`),
        }),
        icon: Type,
        run: () => void (appearance.textSize = size),
      })),
    ...(app.desktop.lock?.isOn
      ? [
          {
            id: 'lock',
            label: t('shortcut.lock'),
            icon: Lock,
            shortcut: 'lock' as const,
            run: () => void app.attempt(lockScreen(app)),
          },
        ]
      : []),
    {
      id: 'shortcuts',
      label: t('shortcuts.title'),
      icon: Keyboard,
      shortcut: 'shortcuts',
      run: () => navigation.openDialog('shortcuts'),
    },
    { id: 'add-account', label: t('sign-in.another'), icon: Plus, run: addAccount },
    ...accounts.all.map(({ id, address, enabled }) => ({
      id: `account ${id}`,
      label: t(enabled ? 'command.sign-out' : 'command.sign-in', { address }),
      icon: enabled ? LogOut : LogIn,
      run: () => void app.attempt(accounts.setEnabled(id, !enabled)),
    })),
  ];
}
