/**
 * The fingerprints of a call inside OMEMO, so that no server on the way can put itself between the two sides: the draft that
 * Conversations and Dino speak (`omemo/dlts-srtp-verification`), in the older protocol, for one device. Everything else of
 * the session stays as it is.
 */
import type { BareJid } from '../../shared/jid.ts';
import { createOmemoNetwork } from '../omemo/devices.ts';
import { applyWrites, type PendingWrites } from '../omemo/omemo.ts';
import { StanzaError } from '../xmpp/wire.ts';
import type { Content, Jingle } from '../xmpp/xep/xep0166.ts';
import { NS as NS_DTLS } from '../xmpp/xep/xep0320.ts';
import { NS_VERIFICATION } from '../xmpp/xep/xep0353.ts';
import { NS as NS_OMEMO, readEncrypted, writeEncrypted } from '../xmpp/xep/xep0384.ts';
import { child, childElements, is, textOf, xml, type Element } from '../xmpp/xml.ts';
import type { Account } from './account.ts';

/** Which device has vouched for the keys of a call, and whether the person has compared its key. */
export interface Voucher {
  readonly device: number;
  readonly isVerified: boolean;
}

/** More than any call has; each costs a step of the ratchet. */
const MOST = 8;

/** True when at least one fingerprint is inside OMEMO. */
export function isSealed({ contents }: Jingle): boolean {
  return contents.some(({ transport }) => transport && child(transport, 'fingerprint', NS_VERIFICATION));
}

/** True when there is a fingerprint that could be sealed. */
export function hasFingerprints({ contents }: Jingle): boolean {
  return contents.some(({ transport }) => transport && child(transport, 'fingerprint', NS_DTLS));
}

/**
 * The same with all fingerprints sealed for one device of theirs, as it leaves; the keys' writes are committed.
 * @returns `undefined` when the device must not or cannot be written to
 * @throws WireClosed
 */
export async function sealFingerprints(
  account: Account,
  peer: BareJid,
  device: number,
  jingle: Jingle,
): Promise<Jingle | undefined> {
  const { wire, omemo, profile, id } = account;
  const line = { protocol: 'legacy', address: peer, device } as const;
  if (wire === undefined) return undefined;
  try {
    const network = createOmemoNetwork(wire);
    await omemo.prepareFor(peer, network);
    await omemo.prepareSession(line, network);
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    return undefined;
  }
  return omemo.exclusive(async (keys) => {
    const writes: PendingWrites[] = [];
    const contents: Content[] = [];
    for (const content of jingle.contents) {
      const { transport } = content;
      const plain = transport && child(transport, 'fingerprint', NS_DTLS);
      if (transport === undefined || plain === undefined) {
        contents.push(content);
        continue;
      }
      const sealed = await keys.textFor(line, textOf(plain));
      if (sealed?.encrypted.legacy === undefined) return undefined;
      writes.push(sealed.writes);
      const { hash, setup } = plain.attrs;
      const inside = writeEncrypted(sealed.encrypted.legacy);
      contents.push({
        ...content,
        transport: withPart(transport, plain, xml('fingerprint', NS_VERIFICATION, { hash, setup }, inside)),
      });
    }
    profile.commit(() => {
      for (const each of writes) applyWrites(profile.database, id, each);
    });
    return { ...jingle, contents };
  });
}

/**
 * The same with all fingerprints opened, and who has vouched for them; the keys' writes are committed.
 * @returns `undefined` when one cannot be opened, is from another device than the others, stands in clear beside them, or
 * from a device that the person does not trust
 */
export async function openFingerprints(
  account: Account,
  peer: BareJid,
  jingle: Jingle,
): Promise<{ readonly jingle: Jingle; readonly voucher: Voucher } | undefined> {
  const { omemo, profile, id } = account;
  if (jingle.contents.length > MOST || hasFingerprints(jingle)) return undefined;
  return omemo.exclusive(async (keys) => {
    let voucher: Voucher | undefined;
    let isGood = true as boolean;
    const contents: Content[] = [];
    for (const content of jingle.contents) {
      const { transport } = content;
      const sealed = transport && child(transport, 'fingerprint', NS_VERIFICATION);
      const legacy = sealed && readSealed(sealed);
      if (transport === undefined || sealed === undefined) {
        contents.push(content);
        continue;
      }
      if (legacy === undefined) return undefined;
      const occasion = { sender: peer, recipient: account.address, at: account.clock.now() };
      const opened = await keys.decrypt({ legacy }, occasion);
      const writes = 'writes' in opened ? opened.writes : undefined;
      if (writes !== undefined) profile.commit(() => applyWrites(profile.database, id, writes));
      const isTrusted =
        opened.kind === 'content' && (opened.trust === 'verified' || opened.trust === 'blind');
      if (opened.kind !== 'content' || !isTrusted || opened.text === undefined) {
        isGood = false;
        continue;
      }
      for (const protocol of opened.needsAnswer)
        account.outbox.confirmSession({ protocol, address: peer, device: opened.device });
      isGood &&= voucher === undefined || voucher.device === opened.device;
      voucher = { device: opened.device, isVerified: opened.trust === 'verified' };
      const { hash, setup } = sealed.attrs;
      const plain = xml('fingerprint', NS_DTLS, { hash, setup }, opened.text);
      contents.push({ ...content, transport: withPart(transport, sealed, plain) });
    }
    return isGood && voucher !== undefined ? { jingle: { ...jingle, contents }, voucher } : undefined;
  });
}

function readSealed(fingerprint: Element): ReturnType<typeof readEncrypted> {
  const [element, ...others] = childElements(fingerprint).filter((each) => is(each, 'encrypted', NS_OMEMO));
  return element === undefined || others.length > 0 ? undefined : readEncrypted(element);
}

/** The element with one part in the place of another. */
function withPart(element: Element, before: Element, after: Element): Element {
  return { ...element, children: element.children.map((each) => (each === before ? after : each)) };
}
