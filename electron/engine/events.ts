/** Events that others publish (XEP-0163): OMEMO device lists, faces, our rooms, and how far our other devices have read. */
import { bareOf } from '../../shared/jid.ts';
import { findChat } from '../store/chats.ts';
import { getContact } from '../store/contacts.ts';
import type { Protocol } from '../omemo/omemo.ts';
import type { Message } from '../xmpp/message.ts';
import * as older from '../xmpp/xep/xep0384.ts';
import * as newer from '../xmpp/xep/xep0384-2.ts';
import { NS as NODE_READ } from '../xmpp/xep/xep0490.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import { chatRow } from './chats.ts';
import { reviewDoubts } from './doubts.ts';
import { receiveFace } from './faces.ts';

interface List {
  readonly protocol: Protocol;
  readonly node: string;
  readonly read: (element: Element) => readonly newer.Device[] | undefined;
}

const LISTS: readonly List[] = [
  { protocol: 'omemo2', node: newer.NODE_DEVICES, read: newer.readDeviceList },
  {
    protocol: 'legacy',
    node: older.NODE_DEVICES,
    read: (element) => older.readDeviceList(element)?.map((id) => ({ id })),
  },
];

/**
 * Handles a personal event. Only the owner of a node speaks for it: the address the server put on the message is the
 * only one that counts, and one without an address is our own server's word for our own nodes (CVE-2023-28686).
 */
export function receiveEvent(account: Account, message: Message): void {
  const owner = message.from === undefined ? account.address : bareOf(message.from);
  // A person's node lives at their bare address; an event from a full address or a stranger's room is none.
  if (message.from !== undefined && message.from !== owner) return;
  if (isBlocked(account, owner)) return;
  const { event } = message;
  if (event !== undefined) receiveFace(account, owner, event);
  if (event?.node === NODE_READ && owner === account.address) account.readState.receive(event);
  if (event !== undefined && owner === account.address) account.rooms.bookmarks.receive(event);
  const list = LISTS.find(({ node }) => node === event?.node);
  const item = event?.items.find((each) => each.payload !== undefined);
  const devices = item?.payload && list?.read(item.payload);
  if (devices === undefined || list === undefined) return;
  const { database } = account.profile;
  const chat = findChat(database, account.id, owner);
  // Anybody may send us events; we keep the devices only of people whom we know or talk to.
  const isKnown =
    owner === account.address || chat !== undefined || getContact(database, account.id, owner) !== undefined;
  if (!isKnown) return;
  const needsRepair = account.omemo.handleDeviceList(owner, list.protocol, devices);
  if (needsRepair) account.outbox.repairDeviceList();
  if (chat !== undefined) account.profile.announce([{ put: 'chat', row: chatRow(account, chat.id) }]);
  reviewDoubts(account);
  account.outbox.flush();
}
