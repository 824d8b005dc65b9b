/** The tones of a telephone, made here: a chime for those who are called, and the usual tone for those who wait. */

interface Note {
  /** Hertz. */
  readonly pitch: number;
  /** Seconds from the beginning of the round, and how long. */
  readonly at: number;
  readonly length: number;
}
interface Tune {
  readonly notes: readonly Note[];
  /** Seconds until it begins again. */
  readonly round: number;
  /** From 0 to 1. */
  readonly volume: number;
}

const chime: readonly Note[] = [587.33, 880, 739.99, 1174.66].map((pitch, index) => ({
  pitch,
  at: index * 0.16,
  length: 0.5,
}));

export const tunes = {
  /** Somebody calls. */
  incoming: {
    notes: [...chime, ...chime.map((note) => ({ ...note, at: note.at + 1.1 }))],
    round: 3.6,
    volume: 0.22,
  },
  /** It rings at theirs (ITU-T E.180: 425 Hz, one second in five). */
  outgoing: { notes: [{ pitch: 425, at: 0, length: 1 }], round: 5, volume: 0.06 },
  /** The call is over. */
  ended: {
    notes: [
      { pitch: 392, at: 0, length: 0.14 },
      { pitch: 293.66, at: 0.16, length: 0.22 },
    ],
    round: 0,
    volume: 0.1,
  },
} as const satisfies Record<string, Tune>;

/** Plays it until the function that is returned is called; what has no rounds is played once. */
export function play(name: keyof typeof tunes): () => void {
  const { notes, round, volume }: Tune = tunes[name];
  const context = new AudioContext();
  const once = (): void => {
    for (const { pitch, at, length } of notes)
      sound(context, pitch, context.currentTime + at, length, volume);
  };
  once();
  const timer = round > 0 ? setInterval(once, round * 1_000) : undefined;
  const close = (): void => {
    clearInterval(timer);
    if (context.state !== 'closed') void context.close();
  };
  if (timer === undefined) setTimeout(close, 1_000);
  return close;
}

function sound(context: AudioContext, pitch: number, at: number, length: number, volume: number): void {
  const oscillator = context.createOscillator();
  const loudness = context.createGain();
  oscillator.type = 'sine';
  oscillator.frequency.value = pitch;
  // A tone that is cut off cracks.
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(volume, at + 0.02);
  loudness.gain.setValueAtTime(volume, at + length - 0.05);
  loudness.gain.linearRampToValueAtTime(0, at + length);
  oscillator.connect(loudness).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}
