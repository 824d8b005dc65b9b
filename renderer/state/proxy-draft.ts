/**
 * A proxy as a form holds it: text that may be half written, until it is read. It never holds a password that was
 * saved, because the window never gets one.
 */
import type { Input, ShownProxy } from '../../shared/contract.ts';

export interface ProxyDraft {
  readonly kind: 'none' | 'socks5' | 'http';
  readonly host: string;
  readonly port: string;
  readonly username: string;
  readonly password: string;
}

export const noProxy: ProxyDraft = { kind: 'none', host: '', port: '', username: '', password: '' };

/** Where proxies usually listen: Tor (its SOCKS port), and HTTP proxies. */
export const usualPorts = { socks5: 9050, http: 8080 } as const;

export function draftOf(proxy: ShownProxy | undefined): ProxyDraft {
  if (proxy === undefined) return noProxy;
  const { kind, host, port, username = '' } = proxy;
  return { kind, host, port: String(port), username, password: '' };
}

/** The proxy of a draft, or `undefined` for none. What is missing is filled in with the usual: Tor on this computer. */
export function proxyFrom(draft: ProxyDraft): NonNullable<Input<'accounts.signIn'>['proxy']> | undefined {
  const { kind, host, port, username, password } = draft;
  if (kind === 'none') return undefined;
  return {
    kind,
    host: host.trim() || '127.0.0.1',
    port: Number(port.trim() || usualPorts[kind]),
    ...(username === '' ? {} : { username }),
    ...(username === '' || password === '' ? {} : { password }),
  };
}

/** What to send for a changed form: nothing when nothing changed, so that a password that was saved stays. */
export function proxyChange(
  draft: ProxyDraft,
  saved: ShownProxy | undefined,
): Pick<Input<'accounts.update'>, 'proxy'> {
  const before = draftOf(saved);
  const isSame = (['kind', 'host', 'port', 'username', 'password'] as const).every(
    (part) => draft[part] === before[part],
  );
  return isSame ? {} : { proxy: proxyFrom(draft) ?? null };
}
