/**
 * How far the window reaches by itself. Outside of calls nowhere: no name is resolved, no packet leaves, and whatever tries to
 * connect meets a proxy that does not exist. In a call it reaches what WebRTC needs, on the way that everything else of this
 * computer takes as well, and no other.
 */
import { app, type Session, type WebContents } from 'electron';

/**
 * No name is resolved for the page, so that even a request that slips through goes nowhere; the engine resolves its own. An
 * address itself is let through, for without that no TURN server is reached by TCP. No name ends with a digit: those of
 * countries and topics are letters, and Punycode's last digit is a letter as well (RFC 3492 §5, §6.2: below t, at most 26).
 */
export function resolveNothing(): void {
  const addresses = ['*:*', ...Array.from({ length: 10 }, (_, digit) => `*.*.*.*${String(digit)}`)];
  const rules = ['MAP * ~NOTFOUND', ...addresses.map((pattern) => `EXCLUDE ${pattern}`)];
  app.commandLine.appendSwitch('host-resolver-rules', rules.join(' , '));
}

/** Nobody listens there; without the rule an address of this computer would go past it. */
const NOWHERE = { proxyRules: 'socks5://127.0.0.1:1', proxyBypassRules: '<-loopback>' };

/**
 * @param isCalling whether the person is in a call. Then the window may use UDP, and TCP to relays, by the system's default
 * route and with that route's own address: who uses a VPN or a second network is not shown to be there as well, and people in
 * one house still meet without a server. Who wants to hide that address too has the setting "relay only".
 */
export function setReach(contents: WebContents, isCalling: boolean): void {
  // Otherwise the page could send to anyone by WebRTC, which no policy of the page's own covers.
  contents.setWebRTCIPHandlingPolicy(
    isCalling ? 'default_public_and_private_interfaces' : 'disable_non_proxied_udp',
  );
  void limitConnections(contents.session, isCalling);
}

export async function limitConnections(session: Session, isCalling: boolean): Promise<void> {
  await session.setProxy(isCalling ? { mode: 'direct' } : NOWHERE);
  // What was connected in a call does not outlive it.
  if (!isCalling) await session.closeAllConnections();
}
