/**
 * Cards: those of contacts, asked for when somebody looks at them, and our own. Both forms are read, and both are kept up
 * to date, without losing anything that other programs wrote (XEP-0292, XEP-0054).
 */
import * as v from 'valibot';
import { Refusal } from '../../shared/answer.ts';
import type { BareJid } from '../../shared/jid.ts';
import { nicknameOf } from '../../shared/nickname.ts';
import { cardSchema, type Card } from '../../shared/rows/card.ts';
import * as people from '../store/people.ts';
import { StanzaError, WireClosed, type Wire } from '../xmpp/wire.ts';
import * as older from '../xmpp/xep/xep0054.ts';
import { askPublishNick } from '../xmpp/xep/xep0172.ts';
import * as newer from '../xmpp/xep/xep0292.ts';
import type { Account } from './account.ts';
import { isBlocked } from './blocking.ts';
import { announceFace, mayShow } from './faces.ts';
import { requireWire } from './roster.ts';

/** Milliseconds for which a card is not asked for again. */
const FRESH = 600_000;
const EMPTY: Card = { emails: [], phones: [], pages: [] };

export interface KnownCard {
  readonly card?: Card;
  /** It could not be asked for just now. */
  readonly isOld: boolean;
}

/** The card of somebody. Strangers are not asked: that would tell their server that we look. Never rejects for want of one. */
export async function cardOf(account: Account, address: BareJid): Promise<KnownCard> {
  const { profile, id, wire } = account;
  const { card: stored, cardAt = -Infinity } = people.getPerson(profile.database, id, address);
  const known = v.safeParse(cardSchema, stored);
  const before = known.success ? { card: known.output } : {};
  if (!mayShow(account, address)) return { isOld: false };
  const age = profile.host.now() - cardAt;
  if (known.success && age >= 0 && age < FRESH) return { ...before, isOld: false };
  // Who is blocked is not asked for anything.
  if (wire === undefined || isBlocked(account, address)) return { ...before, isOld: true };
  try {
    const card = await fetchCard(wire, address);
    keepCard(account, address, card);
    return { card, isOld: false };
  } catch (error) {
    if (!(error instanceof StanzaError || error instanceof WireClosed)) throw error;
    account.log('card-refused', { error: String(error) });
    return { ...before, isOld: true };
  }
}

/** The newer form, and the older one where there is none. */
async function fetchCard(wire: Wire, to: BareJid): Promise<Card> {
  const found = await newer.askCard(wire, to).catch((error: unknown) => {
    // Many servers answer with an error of their choice for a node that is not there, or is closed.
    if (error instanceof StanzaError) return undefined;
    throw error;
  });
  return (found && newer.readCard(found.card)) ?? older.readCard(await older.askCard(wire, to)) ?? EMPTY;
}

function keepCard(account: Account, address: BareJid, card: Card): void {
  const { profile, id } = account;
  const { fullName } = card;
  const before = people.getPerson(profile.database, id, address).card;
  profile.commit(() => {
    people.setCard(profile.database, id, address, card, profile.host.now());
  });
  if (JSON.stringify(before) !== JSON.stringify(card) && fullName !== undefined)
    announceFace(account, address);
}

/** Our own, of both forms together: what one lacks comes from the other. @throws Refusal `offline`; StanzaError, WireClosed */
export async function ownCard(account: Account): Promise<Card> {
  const { fours, temporary } = await ownForms(account, requireWire(account));
  return {
    ...readOr(older.readCard(temporary)),
    ...nonEmpty(readOr(fours && newer.readCard(fours.card))),
  };
}

/**
 * Publishes our card for those who may see us, and what we would like to be called.
 * @throws Refusal `invalid`, `offline`; StanzaError, WireClosed: nothing is written when what is there cannot be read
 */
export async function saveOwnCard(account: Account, wanted: Card): Promise<void> {
  const card = trimmed(wanted);
  const nickname = nicknameOf(card.nickname ?? '');
  if ((card.nickname ?? '') !== '' && nickname === '') throw new Refusal('invalid');
  const wire = requireWire(account);
  const { fours } = await ownForms(account, wire);
  const { profile, id, address, disco } = account;
  if (disco.hasPersonalNodes) {
    await newer.askPublishCard(wire, newer.writeCard(card, fours?.card), fours?.id);
    if (people.getPerson(profile.database, id, address).nickname !== nickname)
      await askPublishNick(wire, nickname);
  }
  // A server that makes one form of the other has done so by now, and is left alone: what it makes has less in it.
  const temporary = await older.askCard(wire);
  if (!isSame(readOr(older.readCard(temporary)), card)) {
    await older.askSetCard(wire, older.writeCard(card, temporary));
  }
  profile.commit(() => {
    people.setNickname(profile.database, id, address, nickname);
    people.setCard(profile.database, id, address, card, profile.host.now());
  });
  announceFace(account, address);
}

async function ownForms(
  account: Account,
  wire: Wire,
): Promise<{
  readonly fours: Awaited<ReturnType<typeof newer.askCard>>;
  readonly temporary: Parameters<typeof older.readCard>[0];
}> {
  await account.disco.askOwn(wire);
  const fours = account.disco.hasPersonalNodes ? await newer.askCard(wire) : undefined;
  return { fours, temporary: await older.askCard(wire) };
}

const readOr = (card: Card | undefined): Card => card ?? EMPTY;

type Entry = readonly [key: string, value: string | readonly string[]];

/** The fields that say something. */
function entriesOf(card: Card): Entry[] {
  return Object.entries(card).flatMap(([key, value]): Entry[] =>
    value === undefined || value.length === 0 ? [] : [[key, value]],
  );
}

const nonEmpty = (card: Card): Partial<Card> => Object.fromEntries(entriesOf(card));

/** Spaces around values are nobody's wish, and what is empty is none. */
function trimmed(card: Card): Card {
  const clean = entriesOf(card).map(([key, value]): Entry => [
    key,
    typeof value === 'string'
      ? value.trim()
      : [...new Set(value.map((each) => each.trim()))].filter((each) => each !== ''),
  ]);
  return { ...EMPTY, ...Object.fromEntries(clean.filter(([, value]) => value.length > 0)) };
}

function isSame(a: Card, b: Card): boolean {
  const text = (card: Card): string =>
    JSON.stringify(
      entriesOf(card)
        .map(([key, value]) => [key, typeof value === 'string' ? value : value.toSorted()])
        .sort(([x], [y]) => (String(x) < String(y) ? -1 : 1)),
    );
  return text(a) === text(b);
}
