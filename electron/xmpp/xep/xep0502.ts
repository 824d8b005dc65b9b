/**
 * XEP-0502 MUC Activity Indicator, version 0.1.0. https://xmpp.org/extensions/xep-0502.html
 * Roughly how much is said in a public room, for somebody who considers entering it.
 */
import type { Info } from './xep0030.ts';

/** Rooms say it. */
export const features: readonly string[] = [];

const FORM_INFO = 'http://jabber.org/protocol/muc#roominfo';
const FIELD = '{urn:xmpp:muc-activity}message-activity';
/** More than a thousand messages in a second is a lie. */
const MOST = 3_600_000;

/** Messages in an hour, roughly (#rules); `undefined` when the room does not say, or says nonsense. */
export function readActivityRate({ forms }: Pick<Info, 'forms'>): number | undefined {
  const text = forms.find(({ formType }) => formType === FORM_INFO)?.fields.get(FIELD)?.[0];
  const rate = text !== undefined && /^\d{1,9}(\.\d{1,20})?$/.test(text) ? Number(text) : undefined;
  return rate !== undefined && rate <= MOST ? rate : undefined;
}
