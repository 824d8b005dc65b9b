/**
 * XEP-0157 Contact Addresses for XMPP Services, version 1.1.1. https://xmpp.org/extensions/xep-0157.html
 * Reads from a server's information how its operators can be reached. It opens nothing.
 */
import type { Info } from './xep0030.ts';

/** FORM_TYPE of the form of extended information. */
export const NS = 'http://jabber.org/network/serverinfo';
/** Servers have operators, clients do not. */
export const features: readonly string[] = [];

/** What an address is for (#registrar-formtype), the most useful first. */
export const purposes = ['support', 'admin', 'abuse', 'security', 'feedback', 'sales', 'status'] as const;
export type Purpose = (typeof purposes)[number];

export interface ContactAddresses {
  readonly purpose: Purpose;
  /** As given: most are URIs, and none was checked. */
  readonly addresses: readonly string[];
}

const MOST = 8;
/** In characters. */
const LONGEST = 1_024;

/** How the operators of a server can be reached; empty when it does not say. */
export function readContactAddresses({ forms }: Pick<Info, 'forms'>): ContactAddresses[] {
  const form = forms.find(({ formType }) => formType === NS);
  return purposes.flatMap((purpose) => {
    const values = form?.fields.get(`${purpose}-addresses`) ?? [];
    const addresses = values.map((value) => value.trim()).filter((value) => isPlain(value));
    return addresses.length === 0 ? [] : [{ purpose, addresses: [...new Set(addresses)].slice(0, MOST) }];
  });
}

/** Nothing that could look like something else, or fill the page. */
function isPlain(value: string): boolean {
  return value !== '' && value.length <= LONGEST && !/[\p{C}\p{Zl}\p{Zp}\s]/u.test(value);
}
