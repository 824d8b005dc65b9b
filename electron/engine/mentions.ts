/**
 * Whom a message means: those whom its words call by name, said beside the words as well (XEP-0372, XEP-0513), and
 * whether that is us. Only names of people who are in the room are said; groups of people are neither said nor heard.
 */
import { readBareJid } from '../../shared/jid.ts';
import type { Mentions } from '../xmpp/message.ts';
import { occupantJid } from '../xmpp/xep/xep0045.ts';
import { writeMention, type Range } from '../xmpp/xep/xep0372.ts';
import { writeExplicitMention } from '../xmpp/xep/xep0513.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';
import type { InRoom } from './facts.ts';

/** More than anybody means in one message; rooms may take fewer (XEP-0513 #permissions), and people do not mind. */
const MOST = 10;

const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}_]/u.test(char);

/** Where a text calls somebody by this name, in UTF-16 units: as a word of its own; −1 where it does not. */
function placeOf(name: string, text: string): number {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before] = [...text.slice(Math.max(0, at - 2), at)].slice(-1);
    const [after] = text.slice(at + name.length);
    if (!isWord(before) && !isWord(after)) return at;
  }
  return -1;
}

/** True when a text calls somebody by this name: as a word of its own, whatever the case. */
export function isMentionOf(nick: string, text: string): boolean {
  const name = nick.normalize('NFC').toLocaleLowerCase();
  return name.trim() !== '' && placeOf(name, text.normalize('NFC').toLocaleLowerCase()) >= 0;
}

/** Whether a message means us, by its words or by what it says beside them; one that says "without calling" does not. */
export function meansUs(room: InRoom, text: string, { references, explicit }: Mentions): boolean {
  const ours = explicit.filter((each) =>
    each.kind === 'occupant'
      ? `id:${each.occupantId}` === room.ownOccupant
      : each.kind === 'person' && each.address === room.ownAddress,
  );
  if (ours.some(({ isQuiet }) => isQuiet)) return false;
  const names = [room.ownAddress, room.ownJid];
  return (
    ours.length > 0 ||
    references.some(({ address }) => names.includes(address)) ||
    isMentionOf(room.ownNick, text)
  );
}

/**
 * What is said beside the words of a message of ours in a room.
 * @param words what the person wrote
 * @param body what leaves: the words are its end
 */
export function mentionElements(account: Account, chat: number, words: string, body: string): Element[] {
  const room = account.rooms.ofChat(chat);
  if (room === undefined) return [];
  const ahead = [...body].length - [...words].length;
  const found: { readonly range: Range; readonly nick: string }[] = [];
  for (const nick of room.occupants.names()) {
    const at = nick === room.nick || nick.length < 2 ? -1 : placeOf(nick, words);
    if (at < 0) continue;
    const begin = ahead + [...words.slice(0, at)].length;
    found.push({ nick, range: { begin, end: begin + [...nick].length } });
    if (found.length === MOST) break;
  }
  return found.flatMap(({ nick, range }) => {
    const occupant = room.occupants.get(nick);
    const jid = occupantJid(room.address, nick);
    const address = readBareJid(occupant?.address?.split('/')[0] ?? '');
    const id = occupant?.identity?.startsWith('id:') === true ? occupant.identity.slice(3) : undefined;
    const how = { range, isForActive: false, isQuiet: false };
    return [
      ...(jid === undefined ? [] : [writeMention({ address: address ?? jid, range })]),
      ...(id === undefined ? [] : [writeExplicitMention({ kind: 'occupant', occupantId: id, ...how })]),
    ];
  });
}
