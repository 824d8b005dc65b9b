/** The calls about the room that everything takes, as the contract lists them. */
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import { LARGEST, type storage as calls } from '../../../shared/calls/storage.ts';
import * as attachments from '../../store/attachments.ts';
import * as usage from '../../store/usage.ts';
import { fileRow } from '../attachments.ts';
import type { Household } from '../engine.ts';
import type { Find } from '../find.ts';
import { measure, removeCopies, removeCopy } from '../storage.ts';

export function storageHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'storage.measure': () => measure(house),
    'storage.largest': ({ chat }) => {
      if (chat !== undefined) find.chatOf(chat);
      const { database } = house.profile();
      return {
        sequence: house.sequence(),
        files: usage.listLargest(database, chat, LARGEST).flatMap((id) => {
          const record = attachments.getAttachment(database, id);
          const account = record && house.accounts.get(record.account);
          return record === undefined || account === undefined ? [] : [fileRow(account, record)];
        }),
      };
    },
    'storage.removeFile': ({ file }) => {
      const record = attachments.getAttachment(house.profile().database, file);
      if (record === undefined) throw new Refusal('not-found');
      removeCopy(find.accountOf(record.account), record);
      return {};
    },
    'storage.removeFiles': ({ chat: id }) => {
      const { account, chat } = find.chatOf(id);
      return removeCopies(account, chat.id);
    },
    'storage.clearCaches': () => {
      const profile = house.profile();
      const { caches } = usage.measureRest(profile.database);
      profile.commit(() => {
        usage.clearCaches(profile.database);
      });
      return { bytes: caches };
    },
  };
}
