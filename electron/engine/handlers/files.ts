/** The calls about files, as the contract lists them. */
import { PIECE, type files as calls } from '../../../shared/calls/files.ts';
import { Refusal, type Handlers } from '../../../shared/answer.ts';
import { kindOfType } from '../../files/kind.ts';
import * as attachments from '../../store/attachments.ts';
import type { Account } from '../account.ts';
import { fileChange } from '../attachments.ts';
import { Copies } from '../copies.ts';
import type { Household } from '../engine.ts';
import type { FileErrand } from '../file-errand.ts';
import type { Find } from '../find.ts';
import { HandIns } from '../hand-in.ts';
import { readPiece } from '../serving.ts';
import { getAutomatic, setAutomatic } from '../transfers.ts';
import { uploadLimit } from '../upload-limit.ts';

export function filesHandlers(
  house: Household,
  find: Find,
  errand: FileErrand,
): Pick<Handlers, keyof typeof calls> {
  const handIns = new HandIns();
  const copies = new Copies(house, errand);
  const fileOf = (id: number): { account: Account; record: attachments.AttachmentRecord } => {
    const record = attachments.getAttachment(house.profile().database, id);
    if (record === undefined) throw new Refusal('not-found');
    return { account: find.accountOf(record.account), record };
  };
  return {
    'files.limit': ({ account: id, chat }) =>
      uploadLimit(find.accountOf(id), chat === undefined ? undefined : find.chatOf(chat).chat),
    'files.begin': async ({ chat: id, name, size }) => {
      const { account, chat } = find.chatOf(id);
      const { service, limit = Infinity } = uploadLimit(account, chat);
      if (service === 'missing') throw new Refusal('not-allowed', 'the server takes no files');
      if (size > limit) throw new Refusal('too-large');
      return { handle: await handIns.begin(account, chat.id, { name, size }) };
    },
    'files.write': async ({ handle, bytes }) => {
      await handIns.write(handle, bytes);
      return {};
    },
    'files.send': async ({ handle, description = '', caption, reply, look, sound, thumbnail }) => ({
      message: await handIns.send(handle, {
        description,
        ...(caption !== undefined && { caption }),
        ...(reply !== undefined && { reply }),
        ...(look !== undefined && { look }),
        ...(sound !== undefined && { sound }),
        ...(thumbnail !== undefined && { thumbnail }),
      }),
    }),
    'files.drop': async ({ handle }) => {
      await handIns.drop(handle);
      return {};
    },
    'files.fetch': ({ file }) => {
      const { account, record } = fileOf(file);
      account.transfers.fetch(record);
      return {};
    },
    'files.cancel': ({ file }) => {
      const { account, record } = fileOf(file);
      account.transfers.cancel(record.id);
      return {};
    },
    'files.read': async ({ file, start }) => {
      const piece = await readPiece(house.profile(), file, start, PIECE);
      if (piece === undefined) throw new Refusal('not-found');
      return { bytes: piece.bytes, size: piece.size };
    },
    'files.setSound': ({ file, length, peaks }) => {
      const { account, record } = fileOf(file);
      const profile = house.profile();
      if (kindOfType(record.mediaType) !== 'audio') throw new Refusal('invalid', 'no sound');
      profile.commit((changes) => {
        attachments.setSound(profile.database, file, { length, peaks: Uint8Array.from(peaks) });
        changes.push(...fileChange(account, file));
      });
      return {};
    },
    'files.save': async ({ file }) => {
      await copies.save(fileOf(file).record);
      return {};
    },
    'files.open': async ({ file, isSure = false }) => {
      await copies.open(fileOf(file).record, isSure);
      return {};
    },
    'files.reveal': async ({ file }) => {
      await copies.reveal(fileOf(file).record);
      return {};
    },
    'files.automatic': () => ({ limit: getAutomatic(house.profile().database) }),
    'files.setAutomatic': ({ limit }) => {
      const profile = house.profile();
      profile.commit(() => {
        setAutomatic(profile.database, limit);
      });
      return {};
    },
  };
}
