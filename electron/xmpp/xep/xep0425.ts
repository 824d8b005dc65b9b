/**
 * XEP-0425 Moderated Message Retraction, version 0.3.0. https://xmpp.org/extensions/xep-0425.html
 * What moderators take back of others, in the current protocol and in that of version 0.2, which services still speak.
 * Only a message from the room's bare address may say so (#rules, H25), and only the room's own stanza id is meant: both
 * are checked by the caller.
 */
import { readJid, type BareJid, type Jid } from '../../../shared/jid.ts';
import type { Wire } from '../wire.ts';
import { child, childElements, xml, type Element } from '../xml.ts';
import { readReason } from './xep0045.ts';
import { readId } from './xep0359.ts';
import { readOccupantId } from './xep0421.ts';
import { NS as NS_RETRACT } from './xep0424.ts';

export const NS = 'urn:xmpp:message-moderate:1';
/** The namespace of version 0.2, with those that it is built on. */
export const NS_OLDER = 'urn:xmpp:message-moderate:0';
const NS_FASTEN = 'urn:xmpp:fasten:0';
const NS_RETRACT_OLDER = 'urn:xmpp:message-retract:0';
/** Rooms announce it (#disco). */
export const features: readonly string[] = [];

/** Which of the two a room announces: `hasModeration` of its features. */
export type Protocol = 'current' | 'older';

/** Who did it, and why, as far as the room says. */
export interface Moderator {
  /** The occupant, or a real address. */
  readonly by?: Jid;
  /** XEP-0421 */
  readonly occupantId?: string;
  readonly reason?: string;
}

export interface Moderation extends Moderator {
  /** The room's stanza id of the message that goes (XEP-0359). */
  readonly target: string;
}

/** Reads what is moderated from now on (#usecase-success). Of a message in both protocols the current one counts. */
export function readModeration(message: Element): Moderation | undefined {
  for (const retract of childElements(message, 'retract', NS_RETRACT)) {
    const moderated = child(retract, 'moderated', NS);
    const target = readId(retract.attrs['id']);
    if (moderated !== undefined && target !== undefined) {
      return { target, ...readModerator(moderated, retract) };
    }
  }
  for (const apply of childElements(message, 'apply-to', NS_FASTEN)) {
    const moderated = child(apply, 'moderated', NS_OLDER);
    const target = readId(apply.attrs['id']);
    if (moderated !== undefined && target !== undefined && child(moderated, 'retract', NS_RETRACT_OLDER)) {
      return { target, ...readModerator(moderated) };
    }
  }
  return undefined;
}

/**
 * Asks a room to take back a message of somebody (#usecase). It is done when the room says so to everybody.
 * @param id the room's stanza id of the message
 * @throws StanzaError (`forbidden` for all but moderators, `item-not-found`), WireClosed
 */
export async function askModerate(
  wire: Pick<Wire, 'request'>,
  room: BareJid,
  id: string,
  { protocol = 'current', reason }: { readonly protocol?: Protocol; readonly reason?: string } = {},
): Promise<void> {
  const ns = protocol === 'current' ? NS : NS_OLDER;
  const inner = [
    xml('retract', protocol === 'current' ? NS_RETRACT : NS_RETRACT_OLDER),
    reason !== undefined && reason !== '' && xml('reason', ns, {}, reason),
  ];
  const payload =
    protocol === 'current'
      ? xml('moderate', NS, { id }, inner)
      : xml('apply-to', NS_FASTEN, { id }, xml('moderate', NS_OLDER, {}, inner));
  await wire.request({ type: 'set', to: room, payload });
}

/** The reason stands beside `<moderated/>` now, and stood inside of it. */
function readModerator(moderated: Element, around?: Element): Moderator {
  const by = readJid(moderated.attrs['by'] ?? '');
  const occupantId = readOccupantId(moderated);
  const reason = (around && readReason(around)) ?? readReason(moderated);
  return {
    ...(by !== undefined && { by }),
    ...(occupantId !== undefined && { occupantId }),
    ...(reason !== undefined && { reason }),
  };
}
