/**
 * Both ends of the contract: `answer` validates a call, runs its handler and turns every outcome into a Reply;
 * `client` does the reverse. It knows no transport, and nothing of an unexpected error crosses but its name.
 */
import * as v from 'valibot';
import type { StanzaCondition } from './conditions.ts';
import type { CallName, Calls, Input, Output, Port, Problem, Reply } from './contract.ts';

/** Every reason for which a call may be refused. The window has a sentence for each. */
export const refusalCodes = [
  'invalid', // the input does not fit the schema
  'unknown-call',
  'internal', // a bug; the detail is in the log
  'profile-locked', // the profile is not open yet
  'wrong-secret', // passphrase or recovery code
  'too-soon', // after several wrong ones the next has to wait
  'not-an-address',
  'already-there',
  'other-address', // the certificate is made out to another address
  'not-found',
  'offline', // this needs a connection
  'cannot-connect', // see `problem`
  'cancelled', // the person took it back meanwhile
  'not-allowed', // by a rule of ours
  'refused', // the other side said no; see `condition`
  'damaged', // a file is not as it was written: cut off or altered
  'too-new', // a file was written by a later version of the program
  'too-large', // more than the server takes
  'storage', // the disk is full or failing; nothing of it happened
  'too-late', // it happened already
  'would-expose', // something that was encrypted would leave in clear; the person has to be sure
  'not-here', // a file that is not on this computer
  'unreadable', // a message without readable words
  'busy', // more calls at once than any person makes
  'interrupted', // the engine ended before it answered; what was asked may or may not have happened
  'forbidden', // asked by something that is not our window
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** The person should know: something they asked for cannot be done. The message is technical, never a secret. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly problem: Problem | undefined;
  /** Why the other side said no. */
  readonly condition: StanzaCondition | undefined;

  constructor(code: RefusalCode, message: string = code, problem?: Problem, condition?: StanzaCondition) {
    super(message);
    this.code = code;
    this.problem = problem;
    this.condition = condition;
  }
}

interface CallSchema {
  readonly input: v.GenericSchema;
  readonly output: v.GenericSchema;
}
type CallSchemas = Readonly<Record<string, CallSchema>>;

/** One function for each call, of parsed input to output. */
export type HandlersOf<C extends CallSchemas> = {
  readonly [N in keyof C]: (
    input: v.InferOutput<C[N]['input']>,
  ) => v.InferOutput<C[N]['output']> | Promise<v.InferOutput<C[N]['output']>>;
};
export type Handlers = HandlersOf<Calls>;

export interface AnswerOptions {
  /** Turns a known failure of a lower layer into a Refusal; `undefined` says that it is a bug. */
  readonly explain?: (error: unknown) => Refusal | undefined;
  /** Validates outputs as well, and drops nothing: for tests. */
  readonly checkOutput?: boolean;
}

/**
 * The function that serves calls by name.
 * @param onBug told of every error that is no Refusal; the caller only learns that there was one
 * @returns never rejects: errors are values
 */
export function answer<C extends CallSchemas>(
  calls: C,
  handlers: HandlersOf<C>,
  onBug: (error: unknown, name: string) => void,
  { explain, checkOutput = false }: AnswerOptions = {},
): (name: string, input: unknown) => Promise<Reply> {
  return async (name, input) => {
    // Object.hasOwn: `constructor` and `__proto__` are no calls (H71).
    const schema = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (schema === undefined) return refuse(new Refusal('unknown-call'));
    try {
      const parsed = v.safeParse(schema.input, input);
      if (!parsed.success) return refuse(new Refusal('invalid', describe(parsed.issues)));
      const handle: (input: unknown) => unknown = handlers[name as keyof C];
      const value = await handle(parsed.output);
      return { ok: true, value: checkOutput ? v.parse(schema.output, value) : value };
    } catch (error) {
      const refusal = error instanceof Refusal ? error : explain?.(error);
      if (refusal !== undefined) return refuse(refusal);
      onBug(error, name);
      return refuse(new Refusal('internal', 'Something went wrong inside the program.'));
    }
  };
}

/** The typed call over a port. @throws Refusal for everything that was refused */
export function client(
  port: Pick<Port, 'call'>,
): <N extends CallName>(name: N, input: Input<N>) => Promise<Output<N>> {
  return async <N extends CallName>(name: N, input: Input<N>) => {
    const reply = await port.call(name, input);
    if (reply.ok) return reply.value as Output<N>;
    const code = refusalCodes.find((each) => each === reply.code) ?? 'internal';
    throw new Refusal(code, reply.message, reply.problem, reply.condition);
  };
}

function refuse({ code, message, problem, condition }: Refusal): Reply {
  return {
    ok: false,
    code,
    message,
    ...(problem !== undefined && { problem }),
    ...(condition !== undefined && { condition }),
  };
}

/** Where the input is wrong, never what it was: it may be a password. */
function describe(issues: readonly v.BaseIssue<unknown>[]): string {
  const places = issues.map((issue) => v.getDotPath(issue) ?? 'input');
  return `not valid: ${[...new Set(places)].join(', ')}`;
}
