/** The calls about looking at the stanzas of an account, for people who know what those are. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';

export const consoleProblems = [
  'not-xml', // it is not exactly one element that our parser takes
  'not-a-stanza',
  'sender', // it says that it is from somebody else
  'address', // what it is to is no address
  'request', // an IQ of no known type, or a request without exactly one child
  'too-large', // for the server
] as const;
export type ConsoleProblem = (typeof consoleProblems)[number];

const account = v.strictObject({ account: id });

export const stanzaConsole = {
  /** Tells of the stanzas of an account from now on, for a minute: who still looks then asks again. */
  'console.watch': { input: account, output: nothing },
  'console.stop': { input: account, output: nothing },
  /** Sends one stanza as it is written, unencrypted; or says why it does not. */
  'console.send': {
    input: v.strictObject({ account: id, xml: v.pipe(v.string(), v.maxLength(262_144)) }),
    output: v.strictObject({
      problem: v.optional(v.picklist(consoleProblems)),
      detail: v.optional(v.string()),
    }),
  },
} as const;
