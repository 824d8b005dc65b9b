/**
 * The /me Command (XEP-0245, version 1.0, https://xmpp.org/extensions/xep-0245.html): an action instead of words. The
 * text stays as it was written; only what is shown differs.
 */

const COMMAND = '/me ';

/** What somebody does, when a message says that; matched on the first four characters and nothing else (#handling). */
export function actionOf(text: string): string | undefined {
  return text.startsWith(COMMAND) ? text.slice(COMMAND.length) : undefined;
}
