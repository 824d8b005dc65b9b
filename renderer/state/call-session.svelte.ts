/**
 * The media of the call that this window is in: what is captured, what is sent and what comes in, and the descriptions that the
 * engine asks for and hands over. What the call is and when it is over, its row says, which the engine alone changes.
 */
import type { CallSignal } from '../../shared/calls/calling.ts';
import type { CallRow } from '../../shared/contract.ts';
import { Peer, type PeerState } from '../media/peer.ts';
import { qualityOf, readStatistics, type Entry, type Quality, type Statistics } from '../media/statistics.ts';
import type { CallDevices } from './call-devices.svelte.ts';
import type { Call } from './call.ts';
import { OwnMedia } from './own-media.svelte.ts';

/** Milliseconds between two looks at how the call goes. */
const LOOK = 2_000;
/** Milliseconds that a lost path may take to come back by itself, and then by a new search. */
const PATIENCE = 4_000;
const SEARCH = 20_000;

export interface SessionOptions {
  readonly call: Call;
  readonly devices: CallDevices;
  /** Something was refused, or is a bug: the person is told. */
  readonly report: (failure: unknown) => void;
}

export class CallSession {
  readonly #options: SessionOptions;
  readonly #call: Call;
  readonly #devices: CallDevices;
  #id = $state<number>();
  #row: CallRow | undefined;
  #peer: Peer | undefined;
  #seen = 0;
  /** What is done to the connection is done one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #isPumping = false;
  #isClosed = false;
  /** Something has changed that the other side has to agree to, as soon as it can be asked. */
  #needsOffer = false;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopFollowing: (() => void) | undefined;

  /** What this computer captures for the call. */
  readonly own: OwnMedia;
  #isVideoRefused = $state(false);
  #isMuted = $state(false);
  #isOnHold = $state(false);
  #network = $state<PeerState | 'new'>('new');
  #hasTones = $state(false);
  #audio = $state.raw<MediaStream>();
  #videos = $state.raw<readonly MediaStream[]>([]);
  #statistics = $state.raw<Statistics>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#call = options.call;
    this.#devices = options.devices;
    this.own = new OwnMedia(options.devices);
  }

  /** The engine's call, once there is one. */
  get id(): number | undefined {
    return this.#id;
  }
  /** The other side did not take the video that was offered last. */
  get isVideoRefused(): boolean {
    return this.#isVideoRefused;
  }
  get isMuted(): boolean {
    return this.#isMuted;
  }
  get isOnHold(): boolean {
    return this.#isOnHold;
  }
  get network(): PeerState | 'new' {
    return this.#network;
  }
  /** Keys of a telephone can be said. */
  get hasTones(): boolean {
    return this.#hasTones;
  }
  /** What is heard. */
  get audio(): MediaStream | undefined {
    return this.#audio;
  }
  /** What is seen of the other side. */
  get videos(): readonly MediaStream[] {
    return this.#videos;
  }
  get statistics(): Statistics | undefined {
    return this.#statistics;
  }
  readonly quality = $derived.by((): Quality => {
    if (this.#network === 'disconnected' || this.#network === 'failed') return 'bad';
    return this.#statistics === undefined ? 'good' : qualityOf(this.#statistics);
  });
  /** What the person sees of themselves. */
  readonly ownVideo = $derived.by(() => {
    const track = this.own.video;
    return track === undefined ? undefined : new MediaStream([track]);
  });

  /** Asks for the microphone, and for the camera if that is wanted. One that is not there is no reason not to call. */
  async capture(hasVideo: boolean): Promise<void> {
    await this.#call('app.allowCall', { hasVideo });
    await this.own.openMicrophone();
    if (hasVideo) await this.own.openCamera();
    if (!this.#isClosed) this.#stopFollowing = this.#devices.follow(() => void this.#replaceLost());
  }

  /** From now on this is the engine's call. */
  begin(id: number): void {
    this.#id = id;
  }

  /** The row of this call as the engine has it now. */
  take(row: CallRow): void {
    this.#row = row;
    if (row.state === 'ended') this.close();
    else if (row.signals > this.#seen) void this.#pump(row.call);
  }

  async setMuted(isMuted: boolean): Promise<void> {
    this.#isMuted = isMuted;
    this.own.set({ isMuted });
    if (this.#id !== undefined) await this.#call('calls.mute', { call: this.#id, isMuted });
  }

  /** Neither side hears or sees the other while the call waits. */
  async setOnHold(isOnHold: boolean): Promise<void> {
    if (this.#id === undefined) return;
    await this.#call('calls.hold', { call: this.#id, isOnHold });
    this.#isOnHold = isOnHold;
    this.own.set({ isOnHold });
    this.#hush();
  }

  /** @param isOn whether the other side is to see the person */
  async setCamera(isOn: boolean): Promise<void> {
    if (isOn) {
      await this.#call('app.allowCamera', {});
      await this.own.openCamera();
      if (this.own.camera === undefined) return;
    } else {
      this.own.closeCamera();
      await this.#call('app.forbidCamera', {});
    }
    await this.#showVideo();
  }

  /** Shares what was chosen just before. */
  async share(withSound: boolean): Promise<void> {
    const isShared = await this.own.openScreen(withSound, () => {
      void this.stopSharing().catch(this.#options.report);
    });
    if (isShared) await this.#showVideo();
  }

  async stopSharing(): Promise<void> {
    this.own.closeScreen();
    await this.#showVideo();
  }

  /** Takes another microphone or camera from now on: those that the person has chosen last. */
  async switchDevices(): Promise<void> {
    await this.own.openMicrophone();
    await this.#do(() => this.#send('audio', this.own.microphone));
    if (this.own.camera === undefined) return;
    await this.#call('app.allowCamera', {});
    await this.own.openCamera();
    await this.#showVideo();
  }

  /** Presses a key of a telephone's keypad. */
  async press(tone: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#'): Promise<void> {
    this.#peer?.tone(tone);
    if (this.#id !== undefined) await this.#call('calls.tone', { call: this.#id, tone });
  }

  /** Ends everything that this computer captures and sends. Idempotent. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#restart);
    this.#stopFollowing?.();
    this.#stopFollowing = undefined;
    this.#peer?.close();
    this.#peer = undefined;
    this.own.release();
    this.#audio = undefined;
    this.#videos = [];
  }

  /** A device that was pulled out is replaced by what is left. */
  async #replaceLost(): Promise<void> {
    if (this.#isClosed) return;
    if (this.own.microphone?.readyState === 'ended' || this.own.microphoneProblem === 'none') {
      await this.own.openMicrophone();
      await this.#do(() => this.#send('audio', this.own.microphone));
    }
    if (this.own.camera?.readyState !== 'ended') return;
    await this.own.openCamera();
    await this.#showVideo();
  }

  /** Nothing is heard while the call waits. */
  #hush(): void {
    for (const track of this.#audio?.getTracks() ?? []) track.enabled = !this.#isOnHold;
  }

  async #showVideo(): Promise<void> {
    this.#isVideoRefused = false;
    await this.#do(() => this.#send('video', this.own.video));
  }

  /** Within `#do`. */
  async #send(kind: 'audio' | 'video', track: MediaStreamTrack | undefined): Promise<void> {
    const peer = this.#peer;
    // Nobody has described anything yet: what there is by then is described.
    if (peer === undefined || !peer.isDescribed) return;
    if (await peer.send(kind, track)) this.#needsOffer = true;
    await this.#offerIfNeeded(peer);
  }

  async #offerIfNeeded(peer: Peer): Promise<void> {
    if (!this.#needsOffer || peer.isOffering || this.#id === undefined) return;
    this.#needsOffer = false;
    await this.#describe('offer', await peer.offer());
  }

  async #describe(type: 'offer' | 'answer', sdp: string): Promise<void> {
    if (this.#id !== undefined && !this.#isClosed)
      await this.#call('calls.describe', { call: this.#id, type, sdp });
  }

  /** Runs something after all that was begun before; what fails is told, and the next runs all the same. */
  async #do(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(async () => {
      if (!this.#isClosed) await work();
    });
    this.#work = done.catch(() => undefined);
    await done.catch((failure: unknown) => {
      if (!this.#isClosed) this.#options.report(failure);
    });
  }

  /** Fetches the signals that are new, in their order. */
  async #pump(id: number): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (!this.#isClosed && this.#seen < (this.#row?.signals ?? 0)) {
        const { signals } = await this.#call('calls.signals', { call: id, after: this.#seen });
        if (signals.length === 0) return;
        this.#seen += signals.length;
        for (const signal of signals) await this.#do(() => this.#follow(signal));
      }
    } catch (failure) {
      if (!this.#isClosed) this.#options.report(failure);
    } finally {
      this.#isPumping = false;
    }
  }

  async #follow(signal: CallSignal): Promise<void> {
    const peer = (this.#peer ??= await this.#connect());
    switch (signal.kind) {
      case 'describe':
        await this.#sendAll(peer, signal.as === 'initiator');
        await (signal.as === 'initiator'
          ? this.#describe('offer', await peer.offer())
          : this.#describe('answer', await peer.answer()));
        break;
      case 'description':
        await peer.take(signal.type, signal.sdp);
        break;
      case 'candidate':
        await peer.takeCandidate(signal);
        break;
      case 'rollback':
        await peer.rollBack();
        if (!peer.sends('video')) this.#dropVideo();
        break;
      case 'tone':
        break;
    }
    this.#hasTones = peer.hasTones;
    this.#look();
    if (signal.kind === 'description' && signal.type === 'answer') await this.#offerIfNeeded(peer);
  }

  /** All that is captured by now. Who calls with video sees the other side even without a camera of their own. */
  async #sendAll(peer: Peer, isInitiator: boolean): Promise<void> {
    const { video, microphone } = this.own;
    const isSilent = !isInitiator && !peer.receives('audio');
    if (!isSilent) await peer.send('audio', microphone);
    if (isInitiator ? video !== undefined || this.#row?.hasVideo === true : peer.receives('video'))
      await peer.send('video', video, true);
    else if (video !== undefined) this.#needsOffer = true;
  }

  /** The other side does not take it: nobody is filmed for nothing. */
  #dropVideo(): void {
    if (this.own.video === undefined) return;
    this.#isVideoRefused = true;
    this.own.closeCamera();
    this.own.closeScreen();
  }

  async #connect(): Promise<Peer> {
    const id = this.#id ?? 0;
    const { servers, isRelayOnly } = await this.#call('calls.servers', { call: id });
    const peer = new Peer({
      servers: servers.map(({ urls, username, credential }) => ({
        urls,
        ...(username !== undefined && { username }),
        ...(credential !== undefined && { credential }),
      })),
      isRelayOnly,
      onCandidates: (candidates, isLast) => {
        const told = this.#call('calls.offerCandidates', {
          call: id,
          candidates: [...candidates],
          ...(isLast && { isLast }),
        });
        // One that is told too late is told to nobody: the call is over.
        void told.catch(() => undefined);
      },
      onState: (state) => this.#hear(state),
      onTracks: () => this.#look(),
    });
    this.#timer = setInterval(() => void this.#measure(), LOOK);
    return peer;
  }

  #hear(state: PeerState): void {
    if (this.#isClosed) return;
    this.#network = state;
    clearTimeout(this.#restart);
    if (state === 'connected') void this.#report('connected');
    else {
      if (state === 'disconnected') void this.#report('disconnected');
      // One of the two looks for a new way; two at once would be in each other's.
      const isOurs = this.#row?.isOutgoing === true;
      this.#restart = setTimeout(() => void this.#search(isOurs), state === 'failed' ? 0 : PATIENCE);
    }
  }

  /** Looks for another way to the other side (RFC 8445 §9), and gives up when there is none. */
  async #search(isOurs: boolean): Promise<void> {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#restart = setTimeout(() => void this.#report('failed'), SEARCH);
    if (isOurs && peer.isDescribed)
      await this.#do(async () => this.#describe('offer', await peer.offer(true)));
  }

  async #report(state: PeerState): Promise<void> {
    if (this.#id === undefined || this.#isClosed) return;
    await this.#call('calls.report', { call: this.#id, state }).catch(() => undefined);
  }

  /** Takes up what comes in. */
  #look(): void {
    const peer = this.#peer;
    if (peer === undefined || this.#isClosed) return;
    const audio = peer.incoming('audio');
    if (!isSame(audio, this.#audio?.getTracks() ?? [])) {
      this.#audio = audio.length === 0 ? undefined : new MediaStream(audio);
      this.#hush();
    }
    const videos = peer.incoming('video').filter(({ muted }) => !muted);
    if (
      !isSame(
        videos,
        this.#videos.flatMap((stream) => stream.getTracks()),
      )
    )
      this.#videos = videos.map((track) => new MediaStream([track]));
  }

  async #measure(): Promise<void> {
    const report = await this.#peer?.statistics();
    if (report === undefined || this.#isClosed) return;
    const entries: [string, Entry][] = [];
    report.forEach((entry: Entry, id: string) => entries.push([id, entry]));
    this.#statistics = readStatistics(entries, this.#statistics);
    this.#hasTones = this.#peer?.hasTones === true;
  }
}

const isSame = (a: readonly MediaStreamTrack[], b: readonly MediaStreamTrack[]): boolean =>
  a.length === b.length && a.every((track, index) => track === b[index]);
