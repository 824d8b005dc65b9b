/** Microphones, cameras and speakers of this computer, and which of them the person wants in calls. Captures nothing. */
import type { Memory } from './appearance.svelte.ts';

export const deviceKinds = ['microphone', 'camera', 'speaker'] as const;
export type DeviceKind = (typeof deviceKinds)[number];
export interface Device {
  readonly id: string;
  /** Empty as long as the window may not know it. */
  readonly label: string;
}

const kindOf: Readonly<Record<MediaDeviceKind, DeviceKind>> = {
  audioinput: 'microphone',
  videoinput: 'camera',
  audiooutput: 'speaker',
};

export class CallDevices {
  readonly #memory: Memory | undefined;
  #found = $state.raw<Readonly<Record<DeviceKind, readonly Device[]>>>({
    microphone: [],
    camera: [],
    speaker: [],
  });
  #chosen = $state.raw<Readonly<Partial<Record<DeviceKind, string>>>>({});

  constructor(memory: Memory | undefined) {
    this.#memory = memory;
    for (const kind of deviceKinds) {
      const id = memory?.getItem(`call-${kind}`) ?? '';
      if (id !== '') this.#chosen = { ...this.#chosen, [kind]: id };
    }
  }

  found(kind: DeviceKind): readonly Device[] {
    return this.#found[kind];
  }

  /** The one that the person chose; absent for the system's own choice. */
  chosen(kind: DeviceKind): string | undefined {
    return this.#chosen[kind];
  }

  /** The chosen one, as long as it is plugged in. */
  present(kind: DeviceKind): string | undefined {
    const id = this.#chosen[kind];
    return this.#found[kind].some((device) => device.id === id) ? id : undefined;
  }

  choose(kind: DeviceKind, id: string | undefined): void {
    const { [kind]: _, ...rest } = this.#chosen;
    this.#chosen = id === undefined ? rest : { ...rest, [kind]: id };
    this.#memory?.setItem(`call-${kind}`, id ?? '');
  }

  /** Looks again at what is there. */
  async refresh(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind: DeviceKind): Device[] =>
      all
        .filter(
          (device) => kindOf[device.kind] === kind && device.deviceId !== '' && device.deviceId !== 'default',
        )
        .map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.#found = { microphone: of('microphone'), camera: of('camera'), speaker: of('speaker') };
  }

  /** Follows what is plugged in and out. @returns the function that ends it */
  follow(changed: () => void): () => void {
    const hear = (): void => void this.refresh().then(changed);
    navigator.mediaDevices.addEventListener('devicechange', hear);
    void this.refresh();
    return () => navigator.mediaDevices.removeEventListener('devicechange', hear);
  }
}
