/**
 * XEP-0353 Jingle Message Initiation, version 0.8.0. https://xmpp.org/extensions/xep-0353.html
 * A call rings on all devices of a person before a session begins with one of them. Who may say what, and when, is
 * decided by the engine. Of the first version `<accept/>` is still read and written, which programs send to their own
 * account in the place of carbons (#business-rules).
 */
import type { Media } from '../jingle.ts';
import { child, childElements, xml, type Element } from '../xml.ts';
import { readId } from './xep0359.ts';

export const NS = 'urn:xmpp:jingle-message:0';
/** Programs look for it, though the document says that nobody has to (#ring). */
export const features = [NS];

/** How fingerprints are vouched for by OMEMO; a draft that Conversations and Dino speak, and that was never published. */
export const NS_VERIFICATION = 'http://gultsch.de/xmpp/drafts/omemo/dlts-srtp-verification';
const NS_RTP = 'urn:xmpp:jingle:apps:rtp:1';
const NS_JINGLE = 'urn:xmpp:jingle:1';

const KINDS = ['propose', 'ringing', 'proceed', 'accept', 'reject', 'retract', 'finish'] as const;

/** What is said about a session that is to be, or has been. */
export interface Initiation {
  readonly kind: (typeof KINDS)[number];
  /** The session's id. */
  readonly sid: string;
  /** `propose`: what it is about, each once. Empty when it is about something that is no call. */
  readonly media?: readonly Media[];
  /** The condition of the reason (XEP-0166 #def-reason). */
  readonly reason?: string;
  /** Both asked at once, and this one gave way (#tie-break-1). */
  readonly isTieBreak?: true;
  /** `finish`: the session that goes on in its place (#tie-break-2). */
  readonly migratedTo?: string;
  /** `proceed`: the OMEMO device whose keys the sender can vouch with, 1 to 2³¹−1. */
  readonly device?: number;
}

/** Reads what a message says about a call; `undefined` when it says nothing, or more than one thing at once. */
export function readInitiation(message: Element): Initiation | undefined {
  const [element, ...others] = childElements(message).filter(({ ns }) => ns === NS);
  const kind = KINDS.find((each) => each === element?.name);
  const sid = readId(element?.attrs['id']);
  if (element === undefined || others.length > 0 || kind === undefined || sid === undefined) return undefined;
  const reason = readCondition(element);
  const device = readDevice(element);
  const migratedTo = readId(child(element, 'migrated')?.attrs['to']);
  return {
    kind,
    sid,
    ...(kind === 'propose' && { media: readMedia(element) }),
    ...(reason !== undefined && { reason }),
    ...(child(element, 'tie-break') && { isTieBreak: true as const }),
    ...(migratedTo !== undefined && { migratedTo }),
    ...(device !== undefined && { device }),
  };
}

export function writeInitiation({ kind, sid, ...more }: Initiation): Element {
  const { media = [], reason, isTieBreak, migratedTo, device } = more;
  return xml(
    kind,
    NS,
    { id: sid },
    media.map((each) => xml('description', NS_RTP, { media: each })),
    reason !== undefined && xml('reason', NS_JINGLE, {}, xml(reason, NS_JINGLE)),
    isTieBreak === true && xml('tie-break', NS),
    migratedTo !== undefined && xml('migrated', NS, { to: migratedTo }),
    device !== undefined && xml('device', NS_VERIFICATION, { id: device }),
  );
}

function readMedia(propose: Element): Media[] {
  const told = childElements(propose, 'description', NS_RTP).map(({ attrs }) => attrs['media']);
  return (['audio', 'video'] as const).filter((each) => told.includes(each));
}

/** Some programs leave the namespace of Jingle away. */
function readCondition(element: Element): string | undefined {
  const reason = child(element, 'reason', NS_JINGLE) ?? child(element, 'reason');
  const condition = reason && childElements(reason).find(({ name }) => name !== 'text');
  return condition && /^[a-z-]{1,40}$/.test(condition.name) ? condition.name : undefined;
}

function readDevice(element: Element): number | undefined {
  const text = child(element, 'device', NS_VERIFICATION)?.attrs['id'] ?? '';
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id >= 1 && id <= 2 ** 31 - 1 ? id : undefined;
}
