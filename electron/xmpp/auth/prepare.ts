/** Prepares names and passwords for comparison by SASLprep (RFC 4013), as SCRAM and PLAIN demand. */
import saslprep from '@mongodb-js/saslprep';
import { ConnectionProblem, problem } from '../problem.ts';

/**
 * The prepared text. Code points that Unicode 3.2 did not know are let through, as RFC 4013 §2.5 allows for queries.
 * @throws ConnectionProblem `credentials` for characters that no server can have accepted
 */
export function prepare(text: string, domain: string): string {
  let prepared: string;
  try {
    prepared = saslprep(text, { allowUnassigned: true });
  } catch {
    throw new ConnectionProblem(problem('credentials', domain, 'it contains characters that cannot be used'));
  }
  if (prepared === '' || prepared.includes('\0')) {
    throw new ConnectionProblem(problem('credentials', domain, 'it is empty or cannot be sent'));
  }
  return prepared;
}
