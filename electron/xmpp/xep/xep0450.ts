/**
 * XEP-0450 Automatic Trust Management (ATM), version 0.4.0. https://xmpp.org/extensions/xep-0450.html
 * Its rules are in omemo/claims.ts; on the wire it is a use of trust messages (XEP-0434), by this name.
 */
export const NS = 'urn:xmpp:atm:1';
export const features: readonly string[] = [];
