/** The servers of the scripted world: one that has everything, and one that says little and lacks much. */
import { serverFeatures, type AccountRow, type ServerInfo } from '../../shared/contract.ts';

const STREAM_ONLY = ['resumption', 'quick-sign-in', 'client-state', 'roster-versioning'];

/** What the page about an account's server shows. */
export function describeServer({ id, address, state }: AccountRow): ServerInfo {
  const domain = address.slice(address.indexOf('@') + 1);
  const isOnline = state === 'online' || state === 'catching-up';
  const isRich = id === 1;
  const missing = isRich
    ? ['password-change']
    : ['upload', 'push', 'blocking', 'quick-sign-in', 'call-relay', 'rooms'];
  return {
    domain,
    ...(isRich && { software: { name: 'Prosody', version: '13.0.2' } }),
    features: serverFeatures.map((feature) => ({
      feature,
      state:
        !isOnline && STREAM_ONLY.includes(feature)
          ? 'unknown'
          : missing.includes(feature)
            ? 'missing'
            : 'offered',
    })),
    contacts: isRich
      ? [
          { purpose: 'support', addresses: [`xmpp:support@rooms.${domain}?join`, `https://${domain}/help`] },
          { purpose: 'admin', addresses: [`mailto:admin@${domain}`] },
          { purpose: 'abuse', addresses: [`mailto:abuse@${domain}`, 'javascript:alert(1)', '+49 30 901820'] },
        ]
      : [],
    ...(isOnline && {
      connection: {
        transport: isRich ? ('direct-tls' as const) : ('starttls' as const),
        tlsVersion: isRich ? 'TLSv1.3' : 'TLSv1.2',
        cipher: isRich ? 'TLS_AES_256_GCM_SHA384' : 'ECDHE-RSA-AES128-GCM-SHA256',
        mechanism: isRich ? 'SCRAM-SHA-256-PLUS' : 'SCRAM-SHA-1',
        ...(isRich && { channelBinding: 'tls-exporter', roundTrips: 1 }),
        ...(!isRich && { proxy: '127.0.0.1:9050' }),
        isResumed: !isRich,
        isResumable: true,
        since: Date.now() - 3_600_000,
      },
    }),
  };
}
