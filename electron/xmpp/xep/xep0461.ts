/**
 * XEP-0461 Message Replies, version 0.2.1. https://xmpp.org/extensions/xep-0461.html
 * Which message another one answers. Whether there is such a message is found out by whoever has the messages.
 */
import { bareOf, readJid, type BareJid } from '../../../shared/jid.ts';
import { child, xml, type Element } from '../xml.ts';
import { readId } from './xep0359.ts';

export const NS = 'urn:xmpp:reply:0';
/** #disco */
export const features = [NS];

export interface Reply {
  /** Of the message that is answered: its origin id, or else the stanza's (#business-id). */
  readonly id: string;
  /** Who wrote it, as far as that is said. The resource says nothing in a chat of two (#usecases). */
  readonly author?: BareJid;
}

/** What a message answers; `undefined` without an id, which is required (#usecases). */
export function readReply(message: Element): Reply | undefined {
  const element = child(message, 'reply', NS);
  const id = readId(element?.attrs['id']);
  if (element === undefined || id === undefined) return undefined;
  const author = element.attrs['to'] === undefined ? undefined : readJid(element.attrs['to']);
  return { id, ...(author !== undefined && { author: bareOf(author) }) };
}

export function writeReply({ id, author }: Reply): Element {
  return xml('reply', NS, { to: author, id });
}
