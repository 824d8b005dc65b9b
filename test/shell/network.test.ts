/** Looks at the network: what counts as a change, and what as sleep. */
import { expect, test } from 'vitest';
import { compareLooks, describeNetwork } from '../../electron/shell/network.ts';

const address = (text: string, internal = false) => ({
  address: text,
  netmask: '',
  mac: '',
  internal,
  cidr: null,
  ...(text.includes(':') ? { family: 'IPv6' as const, scopeid: 0 } : { family: 'IPv4' as const }),
});
const home = {
  lo: [address('127.0.0.1', true)],
  wlan0: [address('192.168.1.7'), address('2001:db8:1:2:a::1')],
};

test('describes addresses, not their order, the loopback, or a temporary address of the same network', () => {
  const known = describeNetwork(true, home);
  expect(known).toBe('online\nwlan0 192.168.1.7\nwlan0 2001:db8:1:2');
  const again = {
    wlan0: [address('2001:db8:1:2:f::9'), address('2001:db8:1:2:a::1'), address('192.168.1.7')],
  };
  expect(describeNetwork(true, again)).toBe(known);
  expect(describeNetwork(true, { wlan0: [address('10.0.0.1')], gone: undefined })).not.toBe(known);
  expect(describeNetwork(false, home)).toBe('');
});

test.each([
  ['nothing happened', 5_000, 'online a', 'online a', undefined],
  ['another network', 5_000, 'online a', 'online b', 'network'],
  ['back on line', 5_000, '', 'online a', 'network'],
  ['gone off line', 5_000, 'online a', '', undefined],
  ['a slow moment', 20_000, 'online a', 'online a', undefined],
  ['slept', 600_000, 'online a', 'online a', 'wake'],
  ['slept, another network', 600_000, 'online a', 'online b', 'wake'],
  ['slept, off line', 600_000, 'online a', '', undefined],
  ['the clock was set back', -3_600_000, 'online a', 'online a', undefined],
])('%s', (_name, passed, before, now, expected) => {
  expect(compareLooks({ at: 1e12, network: before }, { at: 1e12 + passed, network: now })).toBe(expected);
});
