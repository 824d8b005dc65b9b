/**
 * XEP-0215 External Service Discovery, version 1.0.0. https://xmpp.org/extensions/xep-0215.html
 * The servers that help calls through routers, as our own server names them. Services of other kinds are left out.
 * Credentials are secrets of short life that are never logged.
 */
import type { Wire } from '../wire.ts';
import { child, childElements, is, xml, type Element } from '../xml.ts';
import { readDateTime } from './xep0082.ts';

export const NS = 'urn:xmpp:extdisco:2';
/** #support: only those who answer advertise it. */
export const features: readonly string[] = [];

const TYPES = ['stun', 'stuns', 'turn', 'turns'] as const;
const MOST = 16;
const LONGEST_SECRET = 1_024;
/** A name or an address (RFC 3986 §3.2.2), without anything that would mean more in a URI (RFC 7064, RFC 7065). */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45})$/;

export interface ExternalService {
  readonly type: (typeof TYPES)[number];
  readonly host: string;
  readonly port?: number;
  readonly transport: 'udp' | 'tcp';
  readonly username?: string;
  readonly password?: string;
  /** When the credentials are of no use any more, in milliseconds since 1970. */
  readonly expires?: number;
  /** It takes credentials that have to be asked for (#credentials). */
  readonly isRestricted: boolean;
}

/** The services of a reply that serve calls; what cannot be used in them is left out. */
export function readServices(element: Element): ExternalService[] {
  if (element.ns !== NS) return [];
  return childElements(element, 'service', NS)
    .flatMap((each) => readService(each) ?? [])
    .slice(0, MOST);
}

function readService({ attrs }: Element): ExternalService | undefined {
  const type = TYPES.find((each) => each === attrs['type']);
  const { host, username, password } = attrs;
  const port = Number(attrs['port'] ?? '0');
  const expires = readDateTime(attrs['expires'] ?? '');
  const isTold = (secret: string | undefined): secret is string =>
    secret !== undefined && secret !== '' && secret.length <= LONGEST_SECRET;
  if (type === undefined || host === undefined || !HOST.test(host) || attrs['action'] === 'delete')
    return undefined;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return undefined;
  return {
    type,
    host,
    ...(port > 0 && { port }),
    transport: attrs['transport']?.toLowerCase() === 'tcp' ? 'tcp' : 'udp',
    ...(isTold(username) && { username }),
    ...(isTold(password) && { password }),
    ...(expires !== undefined && { expires }),
    isRestricted: attrs['restricted'] === 'true' || attrs['restricted'] === '1',
  };
}

/** What our server knows. @throws StanzaError, WireClosed */
export async function askServices(wire: Pick<Wire, 'request'>, to: string): Promise<ExternalService[]> {
  const reply = await wire.request({ type: 'get', to, payload: xml('services', NS) });
  const services = child(reply, 'services', NS);
  return services === undefined || !is(services, 'services', NS) ? [] : readServices(services);
}

/** The credentials of a service that is restricted (#credentials). @throws StanzaError, WireClosed */
export async function askCredentials(
  wire: Pick<Wire, 'request'>,
  to: string,
  { host, type, port }: ExternalService,
): Promise<ExternalService | undefined> {
  const payload = xml('credentials', NS, {}, xml('service', NS, { host, type, port }));
  const credentials = child(await wire.request({ type: 'get', to, payload }), 'credentials', NS);
  return credentials && readServices(credentials).find((each) => each.host === host && each.type === type);
}
