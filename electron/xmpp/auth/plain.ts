/** PLAIN (RFC 4616): the password itself, for servers that know nothing better. `choose.ts` decides when. */
import { ConnectionProblem, problem } from '../problem.ts';
import type { Mechanism } from './mechanism.ts';
import type { Credentials } from './scram.ts';
import { prepare } from './prepare.ts';

export function createPlain({ username, password, domain }: Credentials): Mechanism {
  return {
    name: 'PLAIN',
    isScram: false,
    start: () => Promise.resolve(`\0${prepare(username, domain)}\0${prepare(password, domain)}`),
    respond: () =>
      Promise.reject(new ConnectionProblem(problem('protocol', domain, 'PLAIN has no challenge'))),
    finish: () => undefined,
  };
}
