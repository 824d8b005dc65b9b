/** What this computer captures for a call: microphone, camera and screen, each with why it is not there. It sends nothing. */
import { openCamera, openMicrophone, openScreen, type CaptureProblem } from '../media/capture.ts';
import type { CallDevices } from './call-devices.svelte.ts';

export class OwnMedia {
  readonly #devices: CallDevices;
  #microphone = $state.raw<MediaStreamTrack>();
  #camera = $state.raw<MediaStreamTrack>();
  #screen = $state.raw<MediaStreamTrack>();
  #microphoneProblem = $state<CaptureProblem>();
  #cameraProblem = $state<CaptureProblem>();
  #isMuted = false;
  #isOnHold = false;
  #isReleased = false;

  constructor(devices: CallDevices) {
    this.#devices = devices;
  }

  get microphone(): MediaStreamTrack | undefined {
    return this.#microphone;
  }
  get camera(): MediaStreamTrack | undefined {
    return this.#camera;
  }
  get screen(): MediaStreamTrack | undefined {
    return this.#screen;
  }
  get microphoneProblem(): CaptureProblem | undefined {
    return this.#microphoneProblem;
  }
  get cameraProblem(): CaptureProblem | undefined {
    return this.#cameraProblem;
  }
  /** What the other side is to see: the screen before the camera. */
  get video(): MediaStreamTrack | undefined {
    return this.#screen ?? this.#camera;
  }

  async openMicrophone(): Promise<void> {
    this.#microphone?.stop();
    const { track, problem } = await openMicrophone(this.#devices.chosen('microphone'));
    if (this.#isGone(track)) return;
    this.#microphone = track;
    this.#microphoneProblem = problem;
    this.#enable();
  }

  async openCamera(): Promise<void> {
    this.#camera?.stop();
    const { track, problem } = await openCamera(this.#devices.chosen('camera'));
    if (this.#isGone(track)) return;
    this.#camera = track;
    this.#cameraProblem = problem;
    this.#enable();
  }

  closeCamera(): void {
    this.#camera?.stop();
    this.#camera = undefined;
    this.#cameraProblem = undefined;
  }

  /** @param onEnd the window that is shared was closed, or the system's own button was pressed @returns whether it is captured */
  async openScreen(withSound: boolean, onEnd: () => void): Promise<boolean> {
    const { track, sound } = await openScreen(withSound);
    sound?.stop(); // one voice is all that the other side is sent
    if (track === undefined || this.#isGone(track)) return false;
    this.#screen?.stop();
    this.#screen = track;
    track.addEventListener('ended', () => {
      if (this.#screen === track) onEnd();
    });
    this.#enable();
    return true;
  }

  closeScreen(): void {
    this.#screen?.stop();
    this.#screen = undefined;
  }

  /** What is muted or waits is silence and darkness, and stays captured. */
  set(changed: { readonly isMuted?: boolean; readonly isOnHold?: boolean }): void {
    this.#isMuted = changed.isMuted ?? this.#isMuted;
    this.#isOnHold = changed.isOnHold ?? this.#isOnHold;
    this.#enable();
  }

  /** Gives everything back; what the system grants later is given back at once. */
  release(): void {
    this.#isReleased = true;
    this.#microphone?.stop();
    this.#microphone = undefined;
    this.closeCamera();
    this.closeScreen();
  }

  #isGone(track: MediaStreamTrack | undefined): boolean {
    if (this.#isReleased) track?.stop();
    return this.#isReleased;
  }

  #enable(): void {
    if (this.#microphone !== undefined) this.#microphone.enabled = !this.#isMuted && !this.#isOnHold;
    for (const track of [this.#camera, this.#screen])
      if (track !== undefined) track.enabled = !this.#isOnHold;
  }
}
