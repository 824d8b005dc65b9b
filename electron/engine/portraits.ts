/**
 * Fetches the pictures that people announced, a few at a time, each once, and lets nothing in that is not what was
 * announced or that could not be shown safely: SHA-1, size, kind and measures are checked before anything is kept
 * (hostile rows H64, H79). What was refused is not asked for again for a day; nothing is ever fetched from the web.
 */
import { createHash } from 'node:crypto';
import type { BareJid } from '../../shared/jid.ts';
import { sniff } from '../files/kind.ts';
import { sizeOf } from '../files/picture.ts';
import { stillOf } from '../files/still.ts';
import * as people from '../store/people.ts';
import { putPicture, type PictureRecord } from '../store/pictures.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import * as vcard from '../xmpp/xep/xep0054.ts';
import * as xep0084 from '../xmpp/xep/xep0084.ts';
import type { Account } from './account.ts';
import { announceFace, mayShow } from './faces.ts';
import { Flood } from './flood.ts';
import type { Profile } from './profile.ts';

/** Of a picture as it is published, in bytes. */
export const LARGEST = 262_144;
/** Of one side, in pixels: what is shown so small has no need of more, and many are decoded at once. */
const LONGEST_SIDE = 2_048;
const AT_ONCE = 2;
/** Milliseconds after which what was refused may be asked for again. */
const DAY = 86_400_000;
/** Somebody who shows another picture all the time is not followed. */
const CHANGES = { burst: 6, perMinute: 0.1 };

interface Fetching {
  readonly busy: Set<string>;
  readonly changes: Flood;
}

const fetching = new WeakMap<Account, Fetching>();

/** Fetches what is missing, as far as there is a connection. Safe to call at any time. */
export function fetchPortraits(account: Account): void {
  const state = fetching.get(account) ?? { busy: new Set<string>(), changes: new Flood(CHANGES) };
  fetching.set(account, state);
  const { wire, profile } = account;
  if (wire === undefined || state.busy.size >= AT_ONCE) return;
  const wanted = people.listWanted(
    profile.database,
    account.id,
    profile.host.now() - DAY,
    AT_ONCE + state.busy.size,
  );
  for (const picture of wanted) {
    if (state.busy.size >= AT_ONCE) return;
    if (state.busy.has(picture.address)) continue;
    state.busy.add(picture.address);
    void fetchOne(account, wire, picture, state)
      .catch((error: unknown) => {
        account.log('portrait-failed', { error: String(error) });
        return false;
      })
      .then((goesOn) => {
        state.busy.delete(picture.address);
        if (goesOn) fetchPortraits(account);
      });
  }
}

/** @returns false when the connection is gone: the next one goes on */
async function fetchOne(
  account: Account,
  wire: Wire,
  { address, hash, source }: people.WantedPicture,
  { changes }: Fetching,
): Promise<boolean> {
  const { profile, id } = account;
  const owner = address as BareJid;
  const isWanted = mayShow(account, owner) && changes.take(address, profile.host.now()) === 'allowed';
  let picture: PictureRecord | undefined;
  if (isWanted) {
    try {
      picture = portraitOf(await ask(account, wire, owner, hash, source), hash);
    } catch (error) {
      if (error instanceof WireClosed && account.wire !== wire) return false;
      if (!(error instanceof StanzaError || error instanceof WireClosed)) throw error;
    }
  }
  if (!profile.database.open) return false;
  profile.commit(() => {
    if (picture === undefined) {
      people.setRefused(profile.database, id, address, hash, profile.host.now());
      return;
    }
    putPicture(profile.database, hash, picture);
    people.forgetPicture(profile.database, hash); // they may show another one by now
  });
  if (picture === undefined) account.log('dropped', { rule: 'portrait', from: address });
  else announceFace(account, owner);
  return true;
}

async function ask(
  account: Account,
  wire: Wire,
  owner: BareJid,
  hash: string,
  source: 'avatar' | 'photo',
): Promise<Uint8Array | undefined> {
  const to = owner === account.address ? {} : { to: owner };
  if (source === 'avatar') return await xep0084.askData(wire, { ...to, hash, limit: LARGEST });
  return vcard.readPhoto(await vcard.askCard(wire, to.to), LARGEST);
}

/** What may be kept and shown of bytes that were announced under a hash. */
export function portraitOf(bytes: Uint8Array | undefined, hash: string): PictureRecord | undefined {
  if (bytes === undefined || bytes.length > LARGEST) return undefined;
  if (createHash('sha1').update(bytes).digest('hex') !== hash) return undefined;
  const type = sniff(bytes);
  if (type?.startsWith('image/') !== true) return undefined;
  const still = stillOf(type, bytes);
  const size = still && sizeOf(type, still);
  if (still === undefined || size === undefined) return undefined;
  const isBearable = [size.width, size.height].every((side) => side > 0 && side <= LONGEST_SIDE);
  return isBearable ? { type, bytes: still } : undefined;
}

/** Removes from the database what belongs to nobody any more. */
export function sweepPeople(profile: Profile): void {
  if (!profile.database.open) return;
  profile.commit(() => people.forgetStrangers(profile.database));
}
