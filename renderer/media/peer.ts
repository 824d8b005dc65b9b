/**
 * One RTCPeerConnection: what we send on it, what comes in, and the descriptions and candidates of both sides. It speaks SDP and
 * knows neither who the other side is nor how anything reaches them.
 */

export type MediaKind = 'audio' | 'video';
export type PeerState = 'connected' | 'disconnected' | 'failed';

export interface Candidate {
  readonly mid: string;
  readonly candidate: string;
}

export interface PeerOptions {
  readonly servers: readonly RTCIceServer[];
  /** Only relays: the other side learns no address of ours, nor do its servers. */
  readonly isRelayOnly: boolean;
  /** Candidates of ours, a few at a time; the last ones say so. */
  onCandidates(candidates: readonly Candidate[], isLast: boolean): void;
  onState(state: PeerState): void;
  /** What comes in has changed: a track began, ended, or is silent for now. */
  onTracks(): void;
}

/** Candidates that are found within this many milliseconds of each other travel together. */
const TOGETHER = 60;

export class Peer {
  readonly #connection: RTCPeerConnection;
  readonly #options: PeerOptions;
  #found: Candidate[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Candidates that came before the description that they belong to. */
  #early: RTCIceCandidateInit[] = [];

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#connection = new RTCPeerConnection({
      iceServers: [...options.servers],
      iceTransportPolicy: options.isRelayOnly ? 'relay' : 'all',
      bundlePolicy: 'max-bundle',
      rtcpMuxPolicy: 'require',
    });
    const connection = this.#connection;
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate !== null && candidate.candidate !== '')
        this.#found.push({ mid: candidate.sdpMid ?? '0', candidate: candidate.candidate });
      const isLast = candidate === null;
      clearTimeout(this.#timer);
      if (isLast) this.#tell(true);
      else this.#timer = setTimeout(() => this.#tell(false), TOGETHER);
    });
    connection.addEventListener('connectionstatechange', () => {
      const { connectionState } = connection;
      if (
        connectionState === 'connected' ||
        connectionState === 'disconnected' ||
        connectionState === 'failed'
      )
        options.onState(connectionState);
    });
    connection.addEventListener('track', ({ track }) => {
      for (const event of ['mute', 'unmute', 'ended'])
        track.addEventListener(event, () => options.onTracks());
      options.onTracks();
    });
  }

  /** Whether both sides have described themselves. */
  get isDescribed(): boolean {
    return this.#connection.currentRemoteDescription !== null;
  }
  /** An offer of ours waits for its answer. */
  get isOffering(): boolean {
    return this.#connection.signalingState === 'have-local-offer';
  }

  /**
   * Sends this track from now on, in place of the one before; none is sent without one.
   * @param isWanted whether the kind is to be received even if none is sent; sound always is
   * @returns whether the other side has to be told by a new offer
   */
  async send(
    kind: MediaKind,
    track: MediaStreamTrack | undefined,
    isWanted = kind === 'audio',
  ): Promise<boolean> {
    const transceiver = this.#transceiverOf(kind);
    if (transceiver === undefined) {
      if (track === undefined && !isWanted) return false;
      this.#connection.addTransceiver(track ?? kind, {
        direction: track === undefined ? 'recvonly' : 'sendrecv',
      });
      return true;
    }
    await transceiver.sender.replaceTrack(track ?? null);
    const wanted = track === undefined ? 'recvonly' : 'sendrecv';
    if (transceiver.direction === wanted) return false;
    transceiver.direction = wanted;
    return true;
  }

  /** Whether the other side offers a kind, or both have agreed on it. */
  receives(kind: MediaKind): boolean {
    return this.#transceiverOf(kind) !== undefined;
  }

  /** Whether both have agreed that we send a kind. */
  sends(kind: MediaKind): boolean {
    const direction = this.#transceiverOf(kind)?.currentDirection;
    return direction === 'sendrecv' || direction === 'sendonly';
  }

  /** @returns the description to send, which is in force from now on */
  async offer(isRestart = false): Promise<string> {
    if (isRestart) this.#connection.restartIce();
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return this.#localSdp();
  }

  /** After an offer was taken. @returns the description to send */
  async answer(): Promise<string> {
    await this.#connection.setLocalDescription(await this.#connection.createAnswer());
    return this.#localSdp();
  }

  /** An offer that crosses one of ours takes its place (JSEP, RFC 8829 §4.1.8.2: rollback). @throws when it cannot be used */
  async take(type: 'offer' | 'answer', sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type, sdp });
    for (const early of this.#early.splice(0)) await this.#add(early);
  }

  /** Back to what was agreed before the last offer of ours (RFC 8829 §4.1.8.2). */
  async rollBack(): Promise<void> {
    if (this.isOffering) await this.#connection.setLocalDescription({ type: 'rollback' });
  }

  async takeCandidate({ mid, candidate }: Candidate): Promise<void> {
    const init = { sdpMid: mid, candidate };
    if (this.#connection.remoteDescription === null) this.#early.push(init);
    else await this.#add(init);
  }

  /** What comes in of a kind, while it is not silent; more than one where the other side sends a screen beside its camera. */
  incoming(kind: MediaKind): MediaStreamTrack[] {
    return this.#connection
      .getTransceivers()
      .filter(({ currentDirection }) => currentDirection === 'sendrecv' || currentDirection === 'recvonly')
      .map(({ receiver }) => receiver.track)
      .filter((track) => track.kind === kind && track.readyState === 'live');
  }

  /** Says keys of a telephone (RFC 4733). @returns whether the other side can hear them */
  tone(keys: string): boolean {
    const sender = this.#connection.getSenders().find(({ dtmf }) => dtmf?.canInsertDTMF);
    sender?.dtmf?.insertDTMF(keys, 160, 70);
    return sender !== undefined;
  }
  get hasTones(): boolean {
    return this.#connection.getSenders().some(({ dtmf }) => dtmf?.canInsertDTMF);
  }

  async statistics(): Promise<RTCStatsReport> {
    return await this.#connection.getStats();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#connection.close();
  }

  #transceiverOf(kind: MediaKind): RTCRtpTransceiver | undefined {
    return this.#connection
      .getTransceivers()
      .find(
        ({ receiver, currentDirection }) => receiver.track.kind === kind && currentDirection !== 'stopped',
      );
  }

  #localSdp(): string {
    return this.#connection.localDescription?.sdp ?? '';
  }

  /** One that is of no use is no reason to end a call. */
  async #add(candidate: RTCIceCandidateInit): Promise<void> {
    await this.#connection.addIceCandidate(candidate).catch(() => undefined);
  }

  #tell(isLast: boolean): void {
    const found = this.#found.splice(0);
    if (found.length > 0 || isLast) this.#options.onCandidates(found, isLast);
  }
}
