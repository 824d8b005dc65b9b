/** How loud a track is while it is heard. Measures, and plays nothing. */

/** Milliseconds between two looks. */
const LOOK = 100;

/**
 * @param hear told from 0 (silence) to 1 (as loud as it gets), ten times a second
 * @returns the function that ends it
 */
export function watchLevel(track: MediaStreamTrack, hear: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1_024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    hear(loudness(samples));
  }, LOOK);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** As people hear it: from −60 dB (0) to 0 dB (1). @param samples from −1 to 1 */
export function loudness(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) sum += (samples[index] ?? 0) ** 2;
  const level = Math.sqrt(sum / Math.max(1, samples.length));
  return level === 0 ? 0 : Math.min(1, Math.max(0, 1 + (20 * Math.log10(level)) / 60));
}
