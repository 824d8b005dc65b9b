/**
 * The calls of all accounts as the engine tells of them, and the one that this window is in. A window that is loaded anew has
 * lost the sound of its call, and ends it.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { CallRow, Change, Output } from '../../shared/contract.ts';
import { play } from '../media/ring.ts';
import type { Memory } from './appearance.svelte.ts';
import { CallDevices } from './call-devices.svelte.ts';
import { CallSession } from './call-session.svelte.ts';
import type { Call } from './call.ts';

export interface CallsOptions {
  readonly call: Call;
  readonly report: (failure: unknown) => void;
  /** Keeps what the person chose. */
  readonly memory?: Memory | undefined;
  /** Lives as long as the window, also when it is loaded anew. */
  readonly session?: Memory | undefined;
}

export type ScreenSources = Output<'screens.list'>;

/** The key under which a window remembers which call it is in. */
const MARK = 'call';

export class Calls {
  readonly #rows = new SvelteMap<number, CallRow>();
  readonly #call: Call;
  readonly #options: CallsOptions;
  readonly devices: CallDevices;
  #session = $state.raw<CallSession>();
  /** The chat of the call that is about to begin, or is on, or has just ended. */
  #chat = $state<number>();
  /** The person reads something else meanwhile. */
  isSmall = $state(false);

  constructor(options: CallsOptions) {
    this.#call = options.call;
    this.#options = options;
    this.devices = new CallDevices(options.memory);
  }

  /** The call that this window is in, with what is captured for it. */
  get session(): CallSession | undefined {
    return this.#session;
  }
  get chat(): number | undefined {
    return this.#chat;
  }
  /** Its row; absent while it is about to begin. */
  readonly current = $derived.by(() => {
    const id = this.#session?.id;
    return id === undefined ? undefined : this.#rows.get(id);
  });
  /** Who calls now, the first one first. */
  readonly incoming = $derived.by(() =>
    [...this.#rows.values()]
      .filter(({ state }) => state === 'incoming')
      .sort((a, b) => a.startedAt - b.startedAt),
  );
  /** A call is on, or about to be. */
  readonly isBusy = $derived(this.#session !== undefined && this.current?.state !== 'ended');
  /** It is shown over everything else. */
  readonly isCovering = $derived(this.#chat !== undefined && !this.isSmall);
  /** In this chat a call is on that another window is in. */
  isOnElsewhere(chat: number): boolean {
    return [...this.#rows.values()].some(
      (row) =>
        row.chat === chat && row.call !== this.#session?.id && !['incoming', 'ended'].includes(row.state),
    );
  }

  /** Calls somebody. @throws Refused */
  async start(chat: number, hasVideo: boolean): Promise<void> {
    await this.#enter(chat, hasVideo, async () => (await this.#call('calls.start', { chat, hasVideo })).call);
  }

  /** Takes a call; one that is on ends by that. @throws Refused */
  async answer({ call, chat }: CallRow, hasVideo: boolean): Promise<void> {
    if (this.isBusy) await this.end();
    await this.#enter(chat, hasVideo, async () => {
      await this.#call('calls.answer', { call, hasVideo });
      return call;
    });
  }

  async decline({ call }: CallRow): Promise<void> {
    await this.#call('calls.decline', { call });
  }

  /** Hangs up, whatever the call is at. */
  async end(): Promise<void> {
    const session = this.#session;
    const id = session?.id;
    session?.close();
    // How it ended is nothing new to the one who ended it.
    this.dismiss();
    if (id !== undefined) await this.#call('calls.end', { call: id });
  }

  /** What is said of a call that is over has been read. */
  dismiss(): void {
    this.#session?.close();
    this.#session = undefined;
    this.#chat = undefined;
    this.isSmall = false;
    this.#options.session?.setItem(MARK, '');
  }

  /** The screens and windows that can be shared. @throws Refused */
  async listScreens(): Promise<ScreenSources> {
    return await this.#call('screens.list', {});
  }

  /** Shares one of them. @throws Refused */
  async share(source: string, withSound: boolean): Promise<void> {
    await this.#call('screens.choose', { source, withSound });
    await this.#session?.share(withSound);
  }

  apply(change: Change): void {
    if (change.put === 'call') {
      const { row } = change;
      const before = this.#rows.get(row.call);
      this.#rows.set(row.call, row);
      if (row.call !== this.#session?.id) return;
      this.#session.take(row);
      if (row.state === 'ended' && before?.state !== 'ended') this.#isOver(row);
    } else if (change.put === 'no-call') {
      this.#rows.delete(change.call);
      if (change.call === this.#session?.id) this.dismiss();
    } else if (change.put === 'no-chat' && change.chat === this.#chat) this.dismiss();
  }

  clear(): void {
    this.#rows.clear();
  }

  /** After all rows were loaded: what this window was in before it was loaded anew has no sound any more. */
  settle(): void {
    const id = Number(this.#options.session?.getItem(MARK) ?? '');
    const row = this.#rows.get(id);
    if (this.#session === undefined && row !== undefined && row.state !== 'ended')
      void this.#call('calls.end', { call: id }).catch(this.#options.report);
    if (this.#session?.id !== undefined && !this.#rows.has(this.#session.id)) this.dismiss();
  }

  async #enter(chat: number, hasVideo: boolean, ask: () => Promise<number>): Promise<void> {
    if (this.isBusy) return;
    this.dismiss();
    const session = new CallSession({
      call: this.#call,
      devices: this.devices,
      report: this.#options.report,
    });
    this.#session = session;
    this.#chat = chat;
    try {
      await session.capture(hasVideo);
      // Given up while the system was asking.
      if (this.#session !== session) return;
      const id = await ask();
      if (this.#session !== session) {
        await this.#call('calls.end', { call: id });
        return;
      }
      session.begin(id);
      this.#options.session?.setItem(MARK, String(id));
      const row = this.#rows.get(id);
      if (row !== undefined) session.take(row);
    } catch (failure) {
      if (this.#session === session) this.dismiss();
      throw failure;
    }
  }

  #isOver({ end, activeAt }: CallRow): void {
    if (activeAt !== undefined) play('ended');
    this.isSmall = false;
    if (end?.reason === 'hung-up') this.dismiss();
  }
}
