/** PLAIN (RFC 4616): the password itself, for servers that know nothing better. `choose.ts` decides when. */
import { ConnectionProblem, problem } from '../problem.ts';
import type { Mechanism } from './mechanism.ts';
import { prepare } from './prepare.ts';

export function createPlain(username: string, password: string, domain: string): Mechanism {
  return {
    name: 'PLAIN',
    isStrong: false,
    isBound: false,
    start: () => Buffer.from(`\0${prepare(username, domain)}\0${prepare(password, domain)}`),
    respond: () =>
      Promise.reject(new ConnectionProblem(problem('protocol', domain, 'PLAIN has no challenge'))),
    finish: () => undefined,
  };
}
