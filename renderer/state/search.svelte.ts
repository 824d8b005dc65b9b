/**
 * One search for messages, as it is typed. Asks one thing at a time: what is typed meanwhile replaces what waits, so
 * that no question queues behind another. Decides nothing about what is found.
 */
import type { Hit } from '../../shared/calls/search.ts';
import type { Input, Output } from '../../shared/contract.ts';
import type { Call } from './call.ts';

/** What is asked, without the place in its results. */
export type Question = Omit<Input<'search.messages'>, 'before' | 'limit'>;

/** Hits of a page, and those that fill the window: they come first, the rest follows. */
const PAGE = 50;
const FIRST = 20;

export class Search {
  readonly #call: Call;
  #question = $state.raw<Question>();
  #hits = $state.raw<readonly Hit[]>([]);
  /** The question that the hits answer. */
  #answered = $state.raw<Question>();
  #next = $state.raw<number>();
  #isRunning = $state(false);
  #failure = $state.raw<unknown>();
  #wanted = 0;

  constructor(call: Call) {
    this.#call = call;
  }

  get hits(): readonly Hit[] {
    return this.#hits;
  }
  /** True when there are no more hits than those. */
  get isComplete(): boolean {
    return this.#question === this.#answered && this.#next === undefined;
  }
  /** True while hits for what is asked are on their way. */
  get isRunning(): boolean {
    return this.#isRunning;
  }
  /** True when something is asked. */
  get isAsked(): boolean {
    return this.#question !== undefined;
  }
  get failure(): unknown {
    return this.#failure;
  }

  /** Asks something else, or nothing. The hits of before stay until the first new ones come. */
  ask(question: Question | undefined): void {
    if (JSON.stringify(question) === JSON.stringify(this.#question)) return;
    this.#question = question;
    this.#failure = undefined;
    this.#wanted = PAGE;
    if (question === undefined) this.#take(undefined, { hits: [] });
    else if (!this.#isRunning) void this.#run();
  }

  /** Another page of older hits. */
  more(): void {
    if (this.#question === undefined || this.isComplete || this.#isRunning) return;
    this.#wanted = this.#hits.length + PAGE;
    void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      for (let question = this.#question; question !== undefined; question = this.#question) {
        const isNew = question !== this.#answered;
        if (!isNew && (this.#next === undefined || this.#hits.length >= this.#wanted)) break;
        const before = isNew ? undefined : this.#next;
        const slice = await this.#call('search.messages', {
          ...question,
          limit: isNew ? FIRST : PAGE,
          ...(before !== undefined && { before }),
        });
        if (question === this.#question) this.#take(question, slice, isNew ? [] : this.#hits);
      }
    } catch (failure) {
      this.#failure = failure;
    } finally {
      this.#isRunning = false;
    }
  }

  #take(
    question: Question | undefined,
    { hits, next }: Output<'search.messages'>,
    before: readonly Hit[] = [],
  ): void {
    this.#answered = question;
    this.#hits = [...before, ...hits];
    this.#next = next;
  }
}
