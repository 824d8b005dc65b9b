/**
 * What the record of an account becomes for others: to a connection everything, to the window all but the secrets. It
 * decides nothing.
 */
import type { AccountRow, Proxy, ShownProxy } from '../../shared/contract.ts';
import type { AccountRecord, ProxyRecord } from '../store/accounts.ts';
import type { CredentialsRecord } from '../store/credentials.ts';
import type { ConnectOptions } from '../xmpp/wire.ts';
import { certificateInfo } from './certificate-info.ts';

/** How things stand with an account now; none of it is stored. */
export interface AccountStanding {
  readonly state: AccountRow['state'];
  readonly problem: AccountRow['problem'] | undefined;
  readonly nextTry: number | undefined;
  readonly outage?: AccountRow['outage'];
  readonly archiving?: AccountRow['archiving'] | undefined;
}

/** The account as the window sees it. */
export function accountRow(
  record: AccountRecord,
  { keepsPassword, certificate }: CredentialsRecord,
  { state, problem, nextTry, outage, archiving }: AccountStanding,
): AccountRow {
  const { id, address, hue, enabled, server, proxy, pins } = record;
  const shown = certificate && certificateInfo(certificate.certificate);
  return {
    id,
    address,
    hue,
    enabled,
    state,
    ...(problem !== undefined && { problem }),
    ...(nextTry !== undefined && { nextTry }),
    ...(outage !== undefined && { outage }),
    ...(archiving !== undefined && { archiving }),
    ...(server !== undefined && { server }),
    ...(proxy !== undefined && { proxy: shownProxy(proxy) }),
    pins: [...pins],
    keepPassword: keepsPassword,
    ...(shown !== undefined && { certificate: shown }),
  };
}

function shownProxy({ kind, host, port, username, password }: ProxyRecord): ShownProxy {
  return {
    kind,
    host,
    port,
    ...(username !== undefined && { username }),
    hasPassword: password !== undefined,
  };
}

/** The proxy as it is stored. */
export function proxyRecord({ kind, host, port, username, password }: Proxy): ProxyRecord {
  return {
    kind,
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

/** What a connection of the account needs to know; `session` is the one to resume. */
export function connectOptions(
  record: Omit<AccountRecord, 'id'>,
  { certificate, memory }: CredentialsRecord,
): ConnectOptions {
  const { address, password, resource, server, proxy, pins, scramSeen, session } = record;
  return {
    address,
    ...(password !== '' && { password }),
    ...(certificate !== undefined && { certificate }),
    memory,
    resource,
    pins,
    scramSeen,
    ...(server !== undefined && { server }),
    ...(proxy !== undefined && { proxy }),
    ...(session !== undefined && { resume: session }),
  };
}
