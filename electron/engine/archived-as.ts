/**
 * The name of a message in an archive, as its row has it. Archives number as they like, and two of them may have the same
 * number: what a room's archive says is kept behind the address of the room, which has no space in it.
 */
import type { BareJid } from '../../shared/jid.ts';
import type { Account } from './account.ts';

/** @param archive whose archive: our own address, or a room's */
export function archivedAs(account: Pick<Account, 'address'>, archive: BareJid, id: string): string {
  return archive === account.address ? id : `${archive} ${id}`;
}

/** What the archive itself calls it. */
export function idInArchive(archive: BareJid, archivedId: string): string {
  return archivedId.startsWith(`${archive} `) ? archivedId.slice(archive.length + 1) : archivedId;
}
