/**
 * XEP-0411 Bookmarks Conversion, version 1.1.0. https://xmpp.org/extensions/xep-0411.html
 * A server that announces this for our account keeps the bookmarks of XEP-0048 in private XML and on a personal node in
 * step, so that the node is enough.
 */

export const NS = 'urn:xmpp:bookmarks-conversion:0';
/** The server's, for our account (#disco). */
export const features: readonly string[] = [];
