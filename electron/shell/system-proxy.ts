/** The way that the system has for an address, in the words of proxy auto-configuration, as one that we can take. */
import type { ProxyAddress } from '../engine/update-source.ts';

/**
 * @param found as `resolveProxy` of a session gives it: `PROXY a.example:8080; SOCKS5 b.example:1080; DIRECT`
 * @returns the first way that we know; `direct` for none
 * @throws Error when there are only ways that we do not know: around a proxy leads none
 */
export function readProxy(found: string): ProxyAddress | 'direct' {
  const ways = found.split(';').map((each) => each.trim());
  for (const way of ways) {
    if (way === '' || /^DIRECT$/iu.test(way)) return 'direct';
    const [, word = '', host = '', port = ''] =
      /^(PROXY|SOCKS5) (\[[0-9a-f:.]{2,45}\]|[^\s:/@]{1,253}):(\d{1,5})$/iu.exec(way) ?? [];
    if (word === '' || Number(port) < 1 || Number(port) > 65_535) continue;
    const kind = word.toUpperCase() === 'PROXY' ? 'http' : 'socks5';
    return { kind, host: host.replaceAll(/[[\]]/gu, ''), port: Number(port) };
  }
  throw new Error('the system has no proxy that we can use');
}
