/** The calls about what people say of themselves, as the contract lists them. */
import type { Handlers } from '../../../shared/answer.ts';
import { FILES, type people as calls } from '../../../shared/calls/people.ts';
import * as attachments from '../../store/attachments.ts';
import * as people from '../../store/people.ts';
import { fileRow } from '../attachments.ts';
import { cardOf, ownCard, saveOwnCard } from '../cards.ts';
import type { Household } from '../engine.ts';
import { addressOf, type Find } from '../find.ts';
import { removeOwnPicture, setOwnPicture } from '../own-face.ts';

export function peopleHandlers(house: Household, find: Find): Pick<Handlers, keyof typeof calls> {
  return {
    'people.card': ({ account, address }) => cardOf(find.accountOf(account), addressOf(address)),
    'people.note': ({ account, address }) => ({
      text: people.getNote(house.profile().database, find.accountOf(account).id, addressOf(address)),
    }),
    'people.setNote': ({ account: id, address, text }) => {
      const account = find.accountOf(id);
      account.profile.commit(() => {
        people.setNote(account.profile.database, account.id, addressOf(address), text.trim());
      });
      return {};
    },
    'people.files': ({ chat: id, kind, before }) => {
      const { account, chat } = find.chatOf(id);
      const found = attachments.listOfChat(account.profile.database, chat.id, {
        isPicture: kind === 'pictures',
        before: before ?? Number.MAX_SAFE_INTEGER,
        limit: FILES + 1,
      });
      return {
        sequence: house.sequence(),
        files: found.slice(0, FILES).map((record) => fileRow(account, record)),
        isComplete: found.length <= FILES,
      };
    },
    'self.card': async ({ account }) => ({ card: await ownCard(find.accountOf(account)) }),
    'self.saveCard': async ({ account, card }) => {
      await saveOwnCard(find.accountOf(account), card);
      return {};
    },
    'self.setPicture': async ({ account, picture }) => {
      await setOwnPicture(find.accountOf(account), picture);
      return {};
    },
    'self.removePicture': async ({ account }) => {
      await removeOwnPicture(find.accountOf(account));
      return {};
    },
  };
}
