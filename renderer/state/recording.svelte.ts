/**
 * A voice message of one chat while it is spoken: the microphone is asked for by a click, and given back the moment that
 * the recording ends. What was recorded stays in the window until it is sent or thrown away.
 */
import { PIECE } from '../../shared/calls/files.ts';
import type { Sound } from '../../shared/contract.ts';
import { measureSound, PEAKS, peaksOf } from '../lib/sound.ts';
import type { Call } from './call.ts';
import type { Heard } from './player.svelte.ts';

/** What other programs for XMPP record as well, and every one plays. */
const TYPE = 'audio/mp4;codecs=opus';
const BITS = 32_000;
const NAME = 'voice-message.m4a';
/** Milliseconds between two looks at how loud it is, and the longest message. */
const LOOK = 60;
const LONGEST = 3_600_000;
/** Longer ones are drawn by what was seen while they were spoken: decoded at once they are too large. Milliseconds. */
const MOST_DECODED = 900_000;

export type RecordingState = 'idle' | 'asking' | 'recording' | 'paused' | 'finishing' | 'ready' | 'sending';

export class Recording {
  readonly chat: number;
  readonly #call: Call;
  #state = $state<RecordingState>('idle');
  #problem = $state<'refused' | 'none'>();
  /** How loud it was at each look, from 0 to 1. */
  #levels = $state.raw<readonly number[]>([]);
  #length = $state(0);
  #heard = $state.raw<Heard>();
  #recorder: MediaRecorder | undefined;
  #context: AudioContext | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lookedAt = 0;
  #parts: Blob[] = [];
  #whole: { readonly contents: Blob; readonly sound: Sound } | undefined;

  constructor(call: Call, chat: number) {
    this.#call = call;
    this.chat = chat;
  }

  get state(): RecordingState {
    return this.#state;
  }
  /** Why there is nothing to record with. */
  get problem(): 'refused' | 'none' | undefined {
    return this.#problem;
  }
  /** So far, in milliseconds. */
  get length(): number {
    return this.#length;
  }
  /** The last of them, from 0 to 255. */
  readonly levels = $derived.by(() => this.#levels.slice(-PEAKS).map((level) => Math.round(level * 255)));
  /** What was recorded, to be listened to. */
  get heard(): Heard | undefined {
    return this.#heard;
  }
  get sound(): Sound | undefined {
    return this.#state === 'ready' || this.#state === 'sending' ? this.#whole?.sound : undefined;
  }

  /** Asks for the microphone, and begins. */
  async start(): Promise<void> {
    if (this.#state !== 'idle') return;
    this.#state = 'asking';
    this.#problem = undefined;
    let stream: MediaStream;
    try {
      await this.#call('app.allowMicrophone', {});
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      this.#problem = error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'none';
      this.#state = 'idle';
      return;
    } finally {
      // It runs, or it will not: nothing more may be asked.
      await this.#call('app.forbidMicrophone', {}).catch(() => undefined);
    }
    // Thrown away while the system was asking.
    if (this.state !== 'asking') release(stream);
    else this.#record(stream);
  }

  pause(): void {
    if (this.#state !== 'recording') return;
    this.#look();
    this.#recorder?.pause();
    this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#lookedAt = performance.now();
    this.#recorder?.resume();
    this.#state = 'recording';
  }

  /** Ends the recording, and gives the microphone back. What was said can be listened to then. */
  async finish(): Promise<void> {
    const recorder = this.#recorder;
    if (recorder === undefined || (this.#state !== 'recording' && this.#state !== 'paused')) return;
    this.#state = 'finishing';
    const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
    recorder.stop();
    await ended;
    this.#release();
    const contents = new Blob(this.#parts, { type: 'audio/mp4' });
    const seen = { length: Math.max(1, Math.round(this.#length)), peaks: peaksOf(this.#levels) };
    const isDecoded = this.#length <= MOST_DECODED;
    const sound = (isDecoded ? await measureSound(await contents.arrayBuffer()) : undefined) ?? seen;
    if (this.state !== 'finishing') return; // thrown away meanwhile
    this.#whole = { contents, sound };
    const address = URL.createObjectURL(contents);
    this.#heard = { key: address, address, length: sound.length };
    this.#state = 'ready';
  }

  /** Nothing of it stays. */
  discard(): void {
    this.#release();
    if (this.#heard !== undefined) URL.revokeObjectURL(this.#heard.address);
    this.#heard = undefined;
    this.#whole = undefined;
    this.#parts = [];
    this.#levels = [];
    this.#length = 0;
    this.#problem = undefined;
    this.#state = 'idle';
  }

  /** Sends it, ending it first. It stays when that is refused. @param reply the message that it answers @throws Refused */
  async send(reply?: number): Promise<void> {
    await this.finish();
    const whole = this.#whole;
    if (this.#state !== 'ready' || whole === undefined) return;
    this.#state = 'sending';
    const { contents, sound } = whole;
    try {
      const { handle } = await this.#call('files.begin', {
        chat: this.chat,
        name: NAME,
        size: contents.size,
      });
      for (let at = 0; at < contents.size; at += PIECE) {
        const bytes = new Uint8Array(await contents.slice(at, at + PIECE).arrayBuffer());
        await this.#call('files.write', { handle, bytes });
      }
      await this.#call('files.send', { handle, sound, ...(reply !== undefined && { reply }) });
    } catch (failure) {
      this.#state = 'ready';
      throw failure;
    }
    this.discard();
  }

  #record(stream: MediaStream): void {
    const recorder = new MediaRecorder(stream, { mimeType: TYPE, audioBitsPerSecond: BITS });
    this.#recorder = recorder;
    this.#parts = [];
    recorder.addEventListener('dataavailable', ({ data }) => this.#parts.push(data));
    // The microphone may be pulled out.
    stream.getTracks()[0]?.addEventListener('ended', () => void this.finish());
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#lookedAt = performance.now();
    this.#timer = setInterval(() => {
      if (this.#state !== 'recording') return;
      analyser.getFloatTimeDomainData(samples);
      this.#levels = [...this.#levels, Math.min(1, Math.max(...samples.map(Math.abs)))];
      this.#look();
    }, LOOK);
    recorder.start();
    this.#state = 'recording';
  }

  #look(): void {
    const now = performance.now();
    this.#length += now - this.#lookedAt;
    this.#lookedAt = now;
    if (this.#length >= LONGEST) void this.finish();
  }

  #release(): void {
    clearInterval(this.#timer);
    const recorder = this.#recorder;
    this.#recorder = undefined;
    if (recorder !== undefined) {
      if (recorder.state !== 'inactive') recorder.stop();
      release(recorder.stream);
    }
    void this.#context?.close();
    this.#context = undefined;
  }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
