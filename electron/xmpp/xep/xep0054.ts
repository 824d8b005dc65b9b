/**
 * XEP-0054 vcard-temp, version 1.3.0. https://xmpp.org/extensions/xep-0054.html
 * Cards as older programs write them, and the picture on them. Pictures elsewhere (EXTVAL) are none.
 */
import type { Card } from '../../../shared/rows/card.ts';
import { readBase64, writeBase64 } from '../base64.ts';
import { mergeFields, readFields, type CardField } from '../card-fields.ts';
import { StanzaError, type Wire } from '../wire.ts';
import { child, childElements, childText, is, textOf, xml, type Element } from '../xml.ts';

export const NS = 'vcard-temp';
/** Servers answer for us. */
export const features: readonly string[] = [];

/** Where the value stands in the element itself, under any of these names; written under the first. */
function plain(key: keyof Card, ...names: [string, ...string[]]): CardField {
  return {
    key,
    holds: (element) => element.ns === NS && names.includes(element.name),
    valueOf: textOf,
    write: (value, before) => xml(before?.name ?? names[0], NS, before?.attrs ?? {}, value),
  };
}

/** Where the value is in an element inside; what else is there stays. */
function nested(key: keyof Card, name: string, inner: string, ...marks: string[]): CardField {
  return {
    key,
    holds: (element) => is(element, name, NS),
    valueOf: (element) => childText(element, inner, NS),
    write: (value, before) => {
      const rest = before?.children.filter((each) => typeof each === 'string' || !is(each, inner, NS));
      return xml(
        name,
        NS,
        before?.attrs ?? {},
        rest ?? marks.map((mark) => xml(mark, NS)),
        xml(inner, NS, {}, value),
      );
    },
  };
}

/** DESC is what a vCard of today calls a note (XEP-0292 #mapping-temponly-desc); Prosody writes NOTE. */
const FIELDS: readonly CardField[] = [
  plain('fullName', 'FN'),
  plain('nickname', 'NICKNAME'),
  plain('birthday', 'BDAY'),
  nested('organisation', 'ORG', 'ORGNAME'),
  plain('title', 'TITLE'),
  plain('note', 'DESC', 'NOTE'),
  nested('emails', 'EMAIL', 'USERID', 'INTERNET'),
  nested('phones', 'TEL', 'NUMBER', 'VOICE'),
  plain('pages', 'URL'),
];

/** `undefined` for another element. */
export function readCard(element: Element): Card | undefined {
  return is(element, 'vCard', NS) ? readFields(FIELDS, element) : undefined;
}

/** @param before what is there; all of it that this program does not show stays */
export function writeCard(card: Card, before: Element = xml('vCard', NS)): Element {
  return mergeFields(FIELDS, before, card);
}

/** The picture on a card; `undefined` without one, or when it is larger than `limit` bytes. */
export function readPhoto(card: Element, limit: number): Uint8Array | undefined {
  const photo = child(card, 'PHOTO', NS);
  const text = photo && childText(photo, 'BINVAL', NS);
  const bytes = text === undefined ? undefined : readBase64(text, limit);
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

/** A card with another picture, or without one; everything else stays. */
export function writePhoto(
  card: Element,
  photo: { readonly type: string; readonly bytes: Uint8Array } | undefined,
): Element {
  const old = childElements(card, 'PHOTO', NS);
  const rest = card.children.filter((each) => typeof each === 'string' || !old.includes(each));
  const next =
    photo &&
    xml('PHOTO', NS, {}, xml('TYPE', NS, {}, photo.type), xml('BINVAL', NS, {}, writeBase64(photo.bytes)));
  return { ...card, children: next === undefined ? rest : [...rest, next] };
}

/**
 * Fetches a card, by the bare address.
 * @param to whose; absent: our own
 * @returns an empty one when there is none @throws StanzaError, WireClosed
 */
export async function askCard(wire: Pick<Wire, 'request'>, to?: string): Promise<Element> {
  try {
    const payload = xml('vCard', NS);
    const reply = await wire.request({ type: 'get', ...(to !== undefined && { to }), payload });
    return child(reply, 'vCard', NS) ?? xml('vCard', NS);
  } catch (error) {
    // #usecases: one of the two ways of saying that there is none.
    if (error instanceof StanzaError && error.condition === 'item-not-found') return xml('vCard', NS);
    throw error;
  }
}

/** Replaces our own card. @throws StanzaError, WireClosed */
export async function askSetCard(wire: Pick<Wire, 'request'>, card: Element): Promise<void> {
  await wire.request({ type: 'set', payload: card });
}
