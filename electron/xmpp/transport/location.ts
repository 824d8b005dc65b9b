/** Reads where a session would like to be resumed (XEP-0198 1.6.3 §5): a host or address, perhaps with a port. */
import { isIP } from 'node:net';
import type { TcpAddress } from '../wire.ts';

/**
 * The place, or `undefined` when the text names none. Whoever answers there has to show the same certificate as
 * everywhere else, so that a lie costs one failed attempt.
 */
export function readLocation(text: string | undefined): TcpAddress | undefined {
  if (text === undefined) return undefined;
  const parts = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9.-]{1,253}))(?::(\d{1,5}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, address, name, port = '5222'] = parts;
  const host = address ?? name ?? '';
  if (host === '' || (address !== undefined && isIP(address) !== 6)) return undefined;
  if (Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host, port: Number(port), security: 'starttls' };
}
