/**
 * What carries the sessions of a protocol, behind the functions of sessions.ts: the ratchet of our own. To have libsignal
 * carry the older protocol again is to name it here; it would not read the records that were written since.
 */
import { LEGACY, type Parameters } from './ratchet/parameters.ts';
import * as ratchet from './ratchet/sessions.ts';
import type * as library from './sessions.ts';

export type Sessions = Pick<
  typeof library,
  'beginSession' | 'sealKey' | 'openKey' | 'sessionKey' | 'closeSession'
>;

export const legacySessions: Sessions = sessionsOver(LEGACY);

function sessionsOver(parameters: Parameters): Sessions {
  return {
    beginSession: (...rest) => settle(() => ratchet.beginSession(parameters, ...rest)),
    sealKey: (...rest) => settle(() => ratchet.sealKey(parameters, ...rest)),
    openKey: (...rest) => settle(() => ratchet.openKey(parameters, ...rest)),
    sessionKey: (record) => ratchet.sessionKey(parameters, record),
    closeSession: (record) => ratchet.closeSession(parameters, record),
  };
}

/** What happens at once, for callers who would also wait. */
function settle<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work()); // what it throws rejects
  });
}
