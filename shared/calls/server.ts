/** The calls about the server of an account. */
import { account } from '../parts.ts';
import { serverInfoSchema } from '../rows/server.ts';

export const server = {
  /** What is known of the account's server; the software is asked for when there is a connection. */
  'server.describe': { input: account, output: serverInfoSchema },
} as const;
