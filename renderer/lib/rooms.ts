/**
 * What rooms and the people in them are called. In a room, the author of a message is the address of an occupant: what
 * stands behind the slash is what they call themselves there (XEP-0045 §4.3). Pure.
 */
import { localOf } from '../../shared/jid.ts';
import { safeName } from './names.ts';

/** What an occupant calls themselves; nothing for an address that is none of an occupant. */
export function nickOf(address: string): string | undefined {
  const slash = address.indexOf('/');
  return slash === -1 ? undefined : address.slice(slash + 1);
}

/** The name of a room, else the part of its address before the "@". */
export function roomName(name: string, address: string): string {
  return safeName(name) || safeName(localOf(address) ?? '') || safeName(address) || '?';
}

/** Names one after the other, as the language says it: "Anna, Ben and Carla". */
export function namesTogether(names: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale).format(names.map(safeName));
}
