/** The system's way out, as we can take it; never around a proxy that there is. */
import { expect, test } from 'vitest';
import { readProxy } from '../../electron/shell/system-proxy.ts';

test.each([
  ['DIRECT', 'direct'],
  ['', 'direct'],
  ['PROXY proxy.example:8080', { kind: 'http', host: 'proxy.example', port: 8080 }],
  ['SOCKS5 [::1]:1080; DIRECT', { kind: 'socks5', host: '::1', port: 1080 }],
  ['HTTPS proxy.example:443; SOCKS5 10.0.0.1:9050', { kind: 'socks5', host: '10.0.0.1', port: 9050 }],
])('%s', (found, expected) => {
  expect(readProxy(found)).toEqual(expected);
});

test.each([
  'SOCKS proxy.example:1080',
  'PROXY proxy.example',
  'PROXY a:99999',
  'PROXY user@a:80',
  'nonsense',
])('no way: %s', (found) => {
  expect(() => readProxy(found)).toThrow(/no proxy/u);
});
