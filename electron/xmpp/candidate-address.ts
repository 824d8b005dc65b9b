/**
 * Where the other side of a call may say that it can be reached. A call may well lead to somebody in the same house, so
 * private addresses are fine; names are not (nothing is looked up for a stranger), and neither is this computer itself (H68).
 */
import { BlockList, isIP } from 'node:net';

const nowhere = new BlockList();
nowhere.addSubnet('0.0.0.0', 8, 'ipv4');
nowhere.addSubnet('127.0.0.0', 8, 'ipv4');
nowhere.addSubnet('224.0.0.0', 3, 'ipv4'); // multicast, reserved and broadcast
nowhere.addSubnet('::', 127, 'ipv6'); // unspecified and loopback
nowhere.addSubnet('ff00::', 8, 'ipv6');

/** The address, if it is of one other computer; without a zone, which only its own computer understands (RFC 4007 §11). */
export function readAddress(text: string | undefined): string | undefined {
  if (text === undefined || text.includes('%')) return undefined;
  const family = isIP(text);
  if (family === 0) return undefined;
  // A list of IPv4 speaks of addresses that are mapped into IPv6 (RFC 4291 §2.5.5.2), too.
  return nowhere.check(text, family === 4 ? 'ipv4' : 'ipv6') ? undefined : text;
}
