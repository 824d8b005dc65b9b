/**
 * XEP-0227 Portable Import/Export Format for XMPP-IM Servers, version 1.1. https://xmpp.org/extensions/xep-0227.html
 * What a server wrote down of its users, of which only the message archives are read (#archive). The file may be large:
 * whoever reads it brings the results one by one. The hosts and users that they stand in are part of the same format.
 */
import { readMessage, type Message } from '../message.ts';
import { is, type Element } from '../xml.ts';
import { NS as NS_MAM } from './xep0313.ts';
import { readForwarded } from './xep0297.ts';
import { readId } from './xep0359.ts';

export const NS = 'urn:xmpp:pie:0';
export const NS_ARCHIVE = `${NS}#mam`;
/** A part of the file in another one, which we do not open. */
export const NS_INCLUDE = 'http://www.w3.org/2001/XInclude';
/** A format of files: there is nothing to advertise. */
export const features: readonly string[] = [];

export interface Archived {
  /** The archive's own id. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly message: Message;
}

/** A message of an archive (#archive); what lacks an id, a time or a message says nothing. */
export function readArchived(element: Element): Archived | undefined {
  if (!is(element, 'result', NS_MAM)) return undefined;
  const id = readId(element.attrs['id']);
  const forwarded = readForwarded(element);
  const message = forwarded && readMessage(forwarded.message);
  if (id === undefined || forwarded?.delay === undefined || message === undefined) return undefined;
  return { id, at: forwarded.delay.at, message };
}
