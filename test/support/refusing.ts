/** How the scripted port refuses a call. */
import type { StanzaCondition } from '../../shared/conditions.ts';
import type { Problem } from '../../shared/contract.ts';

/** Refuses a call, as the engine's Refusal does. */
export class Refusing extends Error {
  readonly code: string;
  readonly problem: Problem | undefined;
  readonly condition: StanzaCondition | undefined;
  constructor(code: string, message = '', problem?: Problem, condition?: StanzaCondition) {
    super(message);
    this.code = code;
    this.problem = problem;
    this.condition = condition;
  }
}
