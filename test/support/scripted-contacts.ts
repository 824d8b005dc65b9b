/** The scripted port's answers about contacts. */
import type { Change, ContactRow } from '../../shared/contract.ts';
import { Refusing, type Answers } from './scripted-port.ts';

interface Parts {
  readonly contact: (account: number, address: string) => ContactRow;
  readonly openChat: (account: number, address: string) => number;
  readonly announce: (...changes: readonly Change[]) => void;
}

export function scriptedContacts({
  contact,
  openChat,
  announce,
}: Parts): Pick<
  Required<Answers>,
  Exclude<Extract<keyof Answers, `contacts.${string}`>, 'contacts.refuseAll'>
> {
  return {
    'contacts.add': ({ account, address, name }) => {
      if (!address.includes('@')) throw new Refusing('not-an-address');
      announce({
        put: 'contact',
        row: {
          account,
          address,
          name: name ?? '',
          subscription: 'none',
          asking: true,
          availability: 'offline',
          status: '',
        },
      });
      return { chat: openChat(account, address) };
    },
    'contacts.rename': ({ account, address, name }) => {
      announce({ put: 'contact', row: { ...contact(account, address), name } });
      return {};
    },
    'contacts.remove': ({ account, address }) => {
      announce({ put: 'no-contact', account, address });
      return {};
    },
    'contacts.accept': ({ account, address }) => {
      announce({ put: 'no-contact-request', account, address });
      return { chat: openChat(account, address) };
    },
    'contacts.refuse': ({ account, address }) => {
      announce({ put: 'no-contact-request', account, address });
      return {};
    },
  };
}
