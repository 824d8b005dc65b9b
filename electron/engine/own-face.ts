/**
 * Our own picture, for those who may see us: published by XEP-0084, and by the vCard as well where the server does not
 * take care of that (XEP-0398). It is public there, as every vCard is.
 */
import { Refusal } from '../../shared/answer.ts';
import { sniff } from '../files/kind.ts';
import { sizeOf } from '../files/picture.ts';
import * as people from '../store/people.ts';
import { putPicture } from '../store/pictures.ts';
import { StanzaError, type Wire } from '../xmpp/wire.ts';
import * as vcard from '../xmpp/xep/xep0054.ts';
import * as xep0084 from '../xmpp/xep/xep0084.ts';
import { NS as CONVERSION } from '../xmpp/xep/xep0398.ts';
import type { Account } from './account.ts';
import { announceFace } from './faces.ts';
import { portraitOf } from './portraits.ts';
import { ownPresence } from './presence.ts';
import { requireWire } from './roster.ts';
import { createHash } from 'node:crypto';

const LONGEST_SIDE = 512;

/** Publishes a picture. @throws Refusal `invalid`, `offline`; StanzaError, WireClosed */
export async function setOwnPicture(account: Account, picture: Uint8Array): Promise<void> {
  const type = sniff(picture);
  const size = type === 'image/png' ? sizeOf(type, picture) : undefined;
  const hash = createHash('sha1').update(picture).digest('hex');
  const kept = portraitOf(picture, hash);
  if (size === undefined || kept === undefined || Math.max(size.width, size.height) > LONGEST_SIDE) {
    throw new Refusal('invalid');
  }
  const wire = requireWire(account);
  await account.disco.askOwn(wire);
  const before = people.getPerson(account.profile.database, account.id, account.address);
  if (account.disco.hasPersonalNodes) {
    const info = { hash, size: picture.length, type: 'image/png', ...size };
    await xep0084.askPublishAvatar(wire, picture, info);
    if (before.avatar !== hash) await removeData(account, wire, before.avatar);
  }
  if (!account.disco.accountHas(CONVERSION)) {
    await changePhoto(wire, { type: 'image/png', bytes: picture });
  }
  keep(account, hash, () => {
    putPicture(account.profile.database, hash, kept);
  });
}

/** Says that there is no picture any more, and takes it off the server. @throws Refusal `offline`; StanzaError, WireClosed */
export async function removeOwnPicture(account: Account): Promise<void> {
  const wire = requireWire(account);
  await account.disco.askOwn(wire);
  const before = people.getPerson(account.profile.database, account.id, account.address);
  if (account.disco.hasPersonalNodes) {
    await xep0084.askDisableAvatar(wire);
    await removeData(account, wire, before.avatar);
  }
  if (!account.disco.accountHas(CONVERSION)) await changePhoto(wire, undefined);
  keep(account, '', () => undefined);
}

/** The hash for our presence, where nobody else puts it there (XEP-0398 #presence); empty for no picture. */
export function ownPhoto(account: Account): string | undefined {
  if (account.disco.accountHas(CONVERSION)) return undefined;
  return people.getPerson(account.profile.database, account.id, account.address).photo;
}

async function changePhoto(wire: Wire, photo: Parameters<typeof vcard.writePhoto>[1]): Promise<void> {
  // The rest of the card is somebody's: a card that cannot be read is not replaced.
  await vcard.askSetCard(wire, vcard.writePhoto(await vcard.askCard(wire), photo));
}

async function removeData(account: Account, wire: Wire, hash: string | undefined): Promise<void> {
  if (hash === undefined || hash === '') return;
  try {
    await xep0084.askRemoveData(wire, hash);
  } catch (error) {
    // Most servers keep one item, and it is gone already.
    if (!(error instanceof StanzaError)) throw error;
    account.log('avatar-data-kept', { condition: error.condition });
  }
}

function keep(account: Account, hash: string, also: () => void): void {
  const { profile, id, address, disco } = account;
  const converts = disco.accountHas(CONVERSION);
  profile.commit(() => {
    also();
    if (disco.hasPersonalNodes) people.setAvatar(profile.database, id, address, 'avatar', hash);
    if (!converts) people.setAvatar(profile.database, id, address, 'photo', hash);
    people.forgetStrangers(profile.database);
  });
  announceFace(account, address);
  // XEP-0153 #publish: everybody learns of it by our presence.
  if (!converts) account.wire?.send(ownPresence(account));
}
