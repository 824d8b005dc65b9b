/** The calls about the server of an account, as the contract lists them. */
import type { server as calls } from '../../../shared/calls/server.ts';
import type { Handlers } from '../../../shared/answer.ts';
import type { Find } from '../find.ts';
import { describeServer } from '../server-info.ts';

export function serverHandlers(find: Find): Pick<Handlers, keyof typeof calls> {
  return { 'server.describe': ({ account }) => describeServer(find.accountOf(account)) };
}
