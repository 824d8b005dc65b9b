/**
 * XEP-0401 Ad-hoc Account Invitation Generation, version 0.6.0. https://xmpp.org/extensions/xep-0401.html
 * Asks our server for an invitation to give to a friend (§3.2).
 */
import { readXmppUri } from '../../../shared/xmpp-uri.ts';
import type { Wire } from '../wire.ts';
import { askCommands, askExecution, type CommandResult } from './xep0050.ts';
import { readDateTime } from './xep0082.ts';

export const NS = 'urn:xmpp:invite';
/** We invite nobody by ourselves: nothing to advertise. */
export const features: readonly string[] = [];
const COMMAND = `${NS}#invite`;

/** An invitation as the server made it. */
export interface ServerInvitation {
  readonly uri: string;
  /** A page that says the same in a browser. */
  readonly page?: string;
  /** When it ends, in milliseconds since 1970. */
  readonly expires?: number;
}

/** Reads the result of the command; `undefined` when it holds no usable address. */
export function readInvitation({ status, form }: CommandResult): ServerInvitation | undefined {
  if (status !== 'completed' || form === undefined) return undefined;
  const value = (name: string): string | undefined => form.fields.get(name)?.[0]?.trim();
  const uri = value('uri');
  if (uri === undefined || readXmppUri(uri) === undefined) return undefined;
  const [page, expiry] = [value('landing-url'), readDateTime(value('expire') ?? value('expiry') ?? '')];
  return {
    uri,
    ...(page !== undefined && isPage(page) && { page }),
    ...(expiry !== undefined && { expires: expiry }),
  };
}

const isPage = (text: string): boolean =>
  text.length <= 2_048 &&
  !/[\p{C}\s]/u.test(text) &&
  URL.canParse(text) &&
  new URL(text).protocol === 'https:';

/** A new invitation; `undefined` when the server makes none for us. @throws StanzaError, WireClosed */
export async function askInvitation(
  wire: Pick<Wire, 'request'>,
  server: string,
): Promise<ServerInvitation | undefined> {
  const commands = await askCommands(wire, server);
  if (!commands.some(({ node, jid }) => node === COMMAND && jid === server)) return undefined;
  const result = await askExecution(wire, server, COMMAND);
  return result && readInvitation(result);
}
