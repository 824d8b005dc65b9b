/**
 * Calls in the small world of a scripted port. A far side, where there is one, is a real connection of WebRTC in the same page:
 * it answers, sends what it has, and can be told to mute, hold, or hang up.
 */
import type { CallRow, Change, Input } from '../../shared/contract.ts';
import type { CallSignal, CallPolicy } from '../../shared/calls/calling.ts';
import { Refusing, type Answers } from './scripted-port.ts';

type Names = Extract<keyof Answers, `calls.${string}` | `screens.${string}` | 'app.allowCall'>;

/** What a call is held with on the other side. */
export interface FarSide {
  /** @param say what the engine would hand to the page */
  describe(input: Input<'calls.describe'>, say: (...signals: CallSignal[]) => void): Promise<void> | void;
}

interface Port {
  announce(change: Change): void;
  readonly world: { readonly chats: readonly { readonly id: number; readonly account: number }[] };
}

export class ScriptedCalls {
  readonly #port: () => Port;
  readonly #signals = new Map<number, CallSignal[]>();
  readonly #rows = new Map<number, CallRow>();
  #policy: CallPolicy = { isRelayOnly: false, isContactsOnly: true };
  #next = 1;
  /** Absent: nothing comes back. */
  far: FarSide | undefined;

  constructor(port: () => Port) {
    this.#port = port;
  }

  get rows(): readonly CallRow[] {
    return [...this.#rows.values()];
  }

  /** Somebody calls. */
  ring(chat: number, hasVideo = false): CallRow {
    return this.#open(chat, { isOutgoing: false, hasVideo, state: 'incoming' });
  }

  /** Changes what is told of a call. */
  change(call: number, changed: Partial<CallRow>): void {
    const row = this.#rows.get(call);
    if (row === undefined) throw new Refusing('not-found');
    const next = { ...row, ...changed };
    this.#rows.set(call, next);
    this.#port().announce({ put: 'call', row: next });
  }

  /** Hands signals to the page. */
  say(call: number, ...signals: CallSignal[]): void {
    const all = this.#signals.get(call) ?? [];
    all.push(...signals);
    this.#signals.set(call, all);
    this.change(call, { signals: all.length });
  }

  /** The other side has taken our call. */
  accept(call: number): void {
    this.change(call, { state: 'connecting' });
    this.say(call, { kind: 'describe', as: 'initiator' });
  }

  readonly answers: Pick<Required<Answers>, Names> = {
    'app.allowCall': () => ({}),
    'screens.list': () => ({
      sources: [
        { source: 'screen:1', name: 'Entire screen', kind: 'screen' },
        { source: 'window:1', name: 'The Tragedy of Romeo and Juliet, act two, scene two', kind: 'window' },
        { source: 'window:2', name: 'مسرحية', kind: 'window' },
      ],
      hasSound: false,
    }),
    'screens.choose': () => ({}),
    'calls.start': ({ chat, hasVideo }) => ({
      call: this.#open(chat, { isOutgoing: true, hasVideo, state: 'proposed' }).call,
    }),
    'calls.answer': ({ call }) => {
      this.change(call, { state: 'connecting' });
      return {};
    },
    'calls.decline': ({ call }) => this.#end(call, 'declined'),
    'calls.end': ({ call }) => this.#end(call, 'hung-up'),
    'calls.servers': () => ({ servers: [], isRelayOnly: this.#policy.isRelayOnly }),
    'calls.signals': ({ call, after }) => ({ signals: (this.#signals.get(call) ?? []).slice(after) }),
    'calls.describe': async (input) => {
      await this.far?.describe(input, (...signals) => this.say(input.call, ...signals));
      return {};
    },
    'calls.offerCandidates': () => ({}),
    'calls.report': ({ call, state }) => {
      const isNew = this.#rows.get(call)?.activeAt === undefined;
      if (state === 'connected' && isNew) this.change(call, { state: 'active', activeAt: Date.now() });
      if (state === 'failed') this.#end(call, 'failed');
      return {};
    },
    'calls.hold': ({ call, isOnHold }) => {
      const { isOnHold: _, ...row } = this.#rows.get(call) ?? {};
      this.#rows.set(call, row as CallRow);
      this.change(call, isOnHold ? { isOnHold: true } : {});
      return {};
    },
    'calls.mute': () => ({}),
    'calls.tone': () => ({}),
    'calls.getPolicy': () => this.#policy,
    'calls.setPolicy': (changed) => {
      this.#policy = { ...this.#policy, ...(changed as Partial<CallPolicy>) };
      return {};
    },
  };

  #open(chat: number, more: Pick<CallRow, 'isOutgoing' | 'hasVideo' | 'state'>): CallRow {
    const call = this.#next++;
    const row: CallRow = {
      call,
      account: this.#port().world.chats.find(({ id }) => id === chat)?.account ?? 0,
      chat,
      protection: 'unverified',
      startedAt: Date.now(),
      signals: 0,
      ...more,
    };
    this.#rows.set(call, row);
    this.#port().announce({ put: 'call', row });
    return row;
  }

  #end(call: number, reason: NonNullable<CallRow['end']>['reason']): Record<string, never> {
    this.change(call, { state: 'ended', end: { reason } });
    return {};
  }
}
