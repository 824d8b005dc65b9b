/**
 * XEP-0398 User Avatar to vCard-Based Avatars Conversion, version 1.0.0. https://xmpp.org/extensions/xep-0398.html
 * A server that announces this for our account keeps the picture of the vCard and the hash in our presence in step with
 * the one we publish, so that we leave both alone.
 */

export const NS = 'urn:xmpp:pep-vcard-conversion:0';
/** The server's, for our account (#disco). */
export const features: readonly string[] = [];
