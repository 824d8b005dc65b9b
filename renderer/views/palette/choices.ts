/** What the palette offers for what is typed: the best chats and people, the best commands. */
import type { ChatRow, ContactRow } from '../../../shared/contract.ts';
import { bestScore } from '../../lib/fuzzy.ts';
import type { ShortcutName } from '../../lib/shortcuts.ts';
import type { Icon } from '../../parts/icon.ts';
import type { App } from '../../state/app.svelte.ts';
import { commandsOf } from './commands.ts';

export interface Choice {
  readonly key: string;
  readonly label: string;
  readonly detail?: string;
  /** Of a person a picture is shown, of a command its icon. */
  readonly person?: { readonly address: string; readonly isRoom?: boolean };
  readonly icon?: Icon;
  /** What it answers to beside its label; such a choice is only offered to who looks for something. */
  readonly texts?: readonly string[];
  readonly shortcut?: ShortcutName;
  readonly run: () => void;
}

export interface Group {
  readonly kind: 'people' | 'commands';
  readonly choices: readonly Choice[];
}

const MOST_PEOPLE = 8;
const MOST_COMMANDS = 8;
const MOST_RECENT = 5;

interface Scored {
  readonly choice: Choice;
  readonly score: number;
}

/** The group with the best match comes first. Without a query: where one was last, then all that can be done. */
export function choicesFor(app: App, query: string): Group[] {
  const wanted = query.trim();
  const people = rank(peopleOf(app), wanted).slice(0, wanted === '' ? MOST_RECENT : MOST_PEOPLE);
  const offered = commandChoices(app).filter(({ texts }) => wanted !== '' || texts === undefined);
  const commands = rank(offered, wanted).slice(0, wanted === '' ? undefined : MOST_COMMANDS);
  const groups = [
    { kind: 'people', scored: people },
    { kind: 'commands', scored: commands },
  ] as const;
  const best = (scored: readonly Scored[]): number => scored[0]?.score ?? 0;
  return groups
    .filter(({ scored }) => scored.length > 0)
    .sort((a, b) => best(b.scored) - best(a.scored)) // stable: people first where both fit equally well
    .map(({ kind, scored }) => ({ kind, choices: scored.map(({ choice }) => choice) }));
}

function rank(choices: readonly Choice[], wanted: string): Scored[] {
  return choices
    .map((choice) => ({ choice, score: scoreOf(choice, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score); // stable: what was used last stays first
}

/** A word that only leads to something counts for less than the name of something that does it. */
function scoreOf({ label, person, texts = [] }: Choice, wanted: string): number {
  const named = bestScore(wanted, person === undefined ? [label] : [label, person.address]);
  return Math.max(named, 0.6 * bestScore(wanted, texts));
}

/** All chats, those that were open last first, and contacts without one. The open chat is where one is already. */
function peopleOf(app: App): Choice[] {
  const hasAccounts = app.accounts.all.length > 1;
  const choice = (kind: string, { account, address }: ChatRow | ContactRow, run: () => void): Choice => {
    const label = app.nameOf(account, address);
    const ours = hasAccounts ? app.accounts.get(account)?.address : undefined;
    const detail = ours ?? (label === address ? undefined : address);
    return {
      key: `${kind} ${account} ${address}`,
      label,
      person: { address, isRoom: app.rooms.at(account, address) !== undefined },
      ...(detail !== undefined && { detail }),
      run,
    };
  };
  const { recentChats } = app.navigation;
  const isOpen = (chat: ChatRow): boolean => chat.id === app.chat?.id && app.navigation.main === 'chat';
  const chats = app.chats.all
    .filter((chat) => !isOpen(chat))
    .sort((a, b) => recentChats.rank(a.id) - recentChats.rank(b.id));
  const taken = new Set(app.chats.all.map(({ account, address }) => `${account} ${address}`));
  const others = app.contacts.all.filter(({ account, address }) => !taken.has(`${account} ${address}`));
  return [
    ...chats.map((chat) => choice('chat', chat, () => app.open(chat.id))),
    ...others.map((contact) => choice('contact', contact, () => void write(app, contact))),
  ];
}

async function write(app: App, { account, address }: ContactRow): Promise<void> {
  const chat = await app.chats.open(account, address).catch(app.report);
  if (chat !== undefined) app.open(chat);
}

function commandChoices(app: App): Choice[] {
  const { recentCommands } = app.navigation;
  return commandsOf(app)
    .map(({ id, label, detail, texts, icon, shortcut, run }) => ({
      key: `command ${id}`,
      label,
      icon,
      ...(detail !== undefined && { detail }),
      ...(texts !== undefined && { texts }),
      ...(shortcut !== undefined && { shortcut }),
      run: () => {
        recentCommands.note(id);
        run();
      },
    }))
    .sort((a, b) => recentCommands.rank(a.key.slice(8)) - recentCommands.rank(b.key.slice(8)));
}
