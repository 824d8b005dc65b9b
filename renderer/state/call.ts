/**
 * The contract's calls over a Port, typed: a refused call rejects with `Refused`. Retries nothing, shows nothing.
 */
import type { StanzaCondition } from '../../shared/conditions.ts';
import type { CallName, Input, Output, Port, Problem } from '../../shared/contract.ts';

/** The engine said no, for a reason that the person can be told. */
export class Refused extends Error {
  readonly code: string;
  readonly problem: Problem | undefined;
  /** For `refused`: why the other side said no. */
  readonly condition: StanzaCondition | undefined;

  constructor(code: string, message: string, problem?: Problem, condition?: StanzaCondition) {
    super(message);
    this.name = 'Refused';
    this.code = code;
    this.problem = problem;
    this.condition = condition;
  }
}

export type Call = <N extends CallName>(name: N, input: Input<N>) => Promise<Output<N>>;

/** The engine validates what it returns; the window takes it as typed. */
export function callerOf(port: Port): Call {
  return async <N extends CallName>(name: N, input: Input<N>): Promise<Output<N>> => {
    const reply = await port.call(name, input);
    if (reply.ok) return reply.value as Output<N>;
    throw new Refused(reply.code, reply.message, reply.problem, reply.condition);
  };
}
