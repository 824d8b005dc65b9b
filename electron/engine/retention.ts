/**
 * Messages are kept as long as the person wants: for ever, or for some days, by chat or for all. What has had its time
 * is really deleted, and no archive brings it back. What was not read yet stays until it was.
 */
import type { Change } from '../../shared/contract.ts';
import { keepDays, type KeepDays } from '../../shared/retention.ts';
import * as chats from '../store/chats.ts';
import { hiddenUpTo, noteDeletion } from '../store/deletions.ts';
import { noteExpiry } from '../store/removed.ts';
import { countUpTo, lastToExpire, listKeeping, setKeepDays } from '../store/retention.ts';
import { getSetting, setSetting } from '../store/settings.ts';
import type { Database } from '../store/database.ts';
import type { Account } from './account.ts';
import { releaseCaptions } from './attachments.ts';
import { chatRow } from './chats.ts';
import type { Profile } from './profile.ts';
import { sweep } from './sweep.ts';

const KEY = 'retention';
const DAY = 86_400_000;
const HOUR = 3_600_000;

/** For how many days messages are kept where a chat says nothing else. */
export function getRetention(database: Database): KeepDays {
  const value = getSetting(database, KEY);
  return keepDays.find((each) => each === value) ?? 0;
}

/** Deletes at once what has had its time by that. */
export function setRetention(profile: Profile, accounts: ReadonlyMap<number, Account>, days: KeepDays): void {
  profile.commit(() => {
    setSetting(profile.database, KEY, days);
  });
  expire(profile, accounts);
}

/** The same for one chat; nothing for what the settings say. */
export function setChatRetention(account: Account, chat: number, days: KeepDays | undefined): void {
  const { profile } = account;
  profile.commit((changes) => {
    setKeepDays(profile.database, chat, days);
    changes.push({ put: 'chat', row: chatRow(account, chat) });
  });
  expire(profile, new Map([[account.id, account]]), chat);
}

/** How many messages would go now, if they were kept so long: of one chat, or of all that say nothing else. */
export function countExpired(profile: Profile, days: KeepDays | undefined, chat?: number): number {
  const { database, host } = profile;
  const effective = days ?? getRetention(database);
  if (effective === 0) return 0;
  const before = host.now() - effective * DAY;
  return chats
    .listChats(database)
    .filter((each) => (chat === undefined ? each.keepDays === undefined : each.id === chat))
    .reduce((sum, { id }) => {
      const last = lastToExpire(database, id, before * 1_000);
      return last === undefined ? sum : sum + countUpTo(database, id, last);
    }, 0);
}

/** Deletes what has had its time, of one chat or of all. */
export function expire(profile: Profile, accounts: ReadonlyMap<number, Account>, only?: number): void {
  const { database, host } = profile;
  for (const { chat, account: owner, days } of listKeeping(database, getRetention(database))) {
    const account = accounts.get(owner);
    if (days === 0 || account === undefined || (only !== undefined && chat !== only)) continue;
    const last = lastToExpire(database, chat, (host.now() - days * DAY) * 1_000);
    if (last === undefined || chats.getChat(database, chat) === undefined) continue;
    profile.commit((changes: Change[]) => {
      releaseCaptions(account, chat, last, changes);
      noteExpiry(database, chat, Math.floor(last / 1_000));
      noteDeletion(database, chat, { upTo: last, isWhole: false });
      chats.refreshLast(database, chat);
      changes.push(
        { put: 'no-messages', chat, upTo: hiddenUpTo(database, chat) },
        { put: 'chat', row: chatRow(account, chat) },
      );
    });
  }
  sweep(profile);
}

/** Looks now and every hour for what has had its time, and goes on with what a crash cut off. Returns what ends that. */
export function careForRetention(profile: Profile, accounts: ReadonlyMap<number, Account>): () => void {
  const care = (): void => {
    try {
      expire(profile, accounts);
    } catch (error) {
      profile.host.log('retention', 'failed', { error: String(error) });
      profile.suspect(error);
    }
  };
  care();
  const timer = setInterval(care, HOUR);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
