/**
 * How much room everything takes on this computer, and what a person gives up to have some of it back: copies of files
 * that lie elsewhere as well, and what is asked again by itself. Messages are the business of removal.ts.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../shared/answer.ts';
import type { Output } from '../../shared/contract.ts';
import { sealedSize } from '../files/blob.ts';
import * as attachments from '../store/attachments.ts';
import { listChats } from '../store/chats.ts';
import * as usage from '../store/usage.ts';
import type { Account } from './account.ts';
import { fileChange, sweepFiles } from './attachments.ts';
import type { Household } from './engine.ts';
import type { Profile } from './profile.ts';
import { DATABASE_FILE } from './vault.ts';

/** Messages, and blocks of the index, that are counted before everything else has its turn: some milliseconds of work. */
const STEP = 4_000;

interface Count {
  messages: number;
  messageBytes: number;
  words: number;
  files: number;
  fileBytes: number;
}

/** @throws Refusal `profile-locked` when the profile is closed meanwhile */
export async function measure(house: Household): Promise<Output<'storage.measure'>> {
  const counts = new Map<number, Count>();
  const countOf = (chat: number): Count => {
    let count = counts.get(chat);
    if (count === undefined)
      counts.set(chat, (count = { messages: 0, messageBytes: 0, words: 0, files: 0, fileBytes: 0 }));
    return count;
  };
  await inSteps(house, ({ database }, after) => {
    const { last, chats } = usage.measureSome(database, after, STEP);
    for (const { chat, messages, bytes, words } of chats) {
      const count = countOf(chat);
      count.messages += messages;
      count.messageBytes += bytes;
      count.words += words;
    }
    return last;
  });
  let index = 0;
  await inSteps(house, ({ database }, after) => {
    const { last, bytes } = usage.measureIndex(database, after, STEP);
    index += bytes;
    return last;
  });
  const profile = house.profile();
  const { database } = profile;
  for (const [chat, bytes] of usage.measureVersions(database)) countOf(chat).messageBytes += bytes;
  for (const { chat, size } of usage.listSizesHere(database)) {
    const count = countOf(chat);
    count.files += 1;
    count.fileBytes += sealedSize(size);
  }
  const words = [...counts.values()].reduce((sum, count) => sum + count.words, 0);
  return {
    database: sizeOf(profile, '') + sizeOf(profile, '-wal'),
    ...usage.measureRest(database),
    index,
    // A chat that is being deleted in the background is not shown any more, and neither is what is left of it.
    chats: listChats(database).flatMap(({ id, account }) => {
      const count = counts.get(id);
      if (count === undefined) return [];
      const { words: own, ...rest } = count;
      return [
        { chat: id, account, ...rest, indexBytes: words === 0 ? 0 : Math.round((index * own) / words) },
      ];
    }),
  };
}

/** Does something behind an id again and again until there is nothing, with a pause for everything else in between. */
async function inSteps(
  house: Household,
  step: (profile: Profile, after: number) => number | undefined,
): Promise<void> {
  let after: number | undefined = Number.MIN_SAFE_INTEGER;
  while (after !== undefined) {
    if (house.ending.aborted) throw new Refusal('cancelled');
    after = step(house.profile(), after);
    await new Promise(setImmediate);
  }
}

/** Bytes; none when there is no such file: the log is there only while something was written. */
function sizeOf({ host }: Profile, ending: string): number {
  return statSync(join(host.profile, DATABASE_FILE + ending), { throwIfNoEntry: false })?.size ?? 0;
}

/** Deletes the copy of a file from this computer. @throws Refusal `too-late` when it is not here, or still has to be sent */
export function removeCopy(account: Account, record: attachments.AttachmentRecord): void {
  if (record.state !== 'here' || record.blob === undefined) throw new Refusal('too-late');
  forget(account, [record]);
}

/** Deletes the copies of all files of a chat. @returns how many, and the room that they took in bytes */
export function removeCopies(account: Account, chat: number): { files: number; bytes: number } {
  const { database } = account.profile;
  const records = usage
    .listLargest(database, chat, Number.MAX_SAFE_INTEGER)
    .flatMap((id) => attachments.getAttachment(database, id) ?? []);
  forget(account, records);
  return { files: records.length, bytes: records.reduce((sum, { size = 0 }) => sum + sealedSize(size), 0) };
}

function forget(account: Account, records: readonly attachments.AttachmentRecord[]): void {
  const { profile } = account;
  profile.commit((changes) => {
    for (const { id } of records) {
      usage.forgetCopy(profile.database, id);
      changes.push(...fileChange(account, id));
    }
  });
  sweepFiles(profile);
}
