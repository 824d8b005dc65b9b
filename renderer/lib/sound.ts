/** How loud a sound is from its beginning to its end, as a few numbers to be drawn. Reads what the browser itself decodes. */
import type { Sound } from '../../shared/contract.ts';

/** So many numbers tell of a whole sound. */
export const PEAKS = 64;
const MOST_LOUD = 255;
/** Silence stays silence: a sound that is softer than this is not drawn as if it were loud. */
const SOFTEST = 0.04;
/** Decoded at this rate (Hz), which is plenty for a picture, and little to hold. */
const RATE = 8_000;

/** @param samples from −1 to 1 @returns `count` numbers from 0 to 255, by the loudest of all */
export function peaksOf(samples: ArrayLike<number>, count = PEAKS): number[] {
  const loudest: number[] = Array.from({ length: count }, () => 0);
  for (let index = 0; index < samples.length; index += 1) {
    const place = Math.min(count - 1, Math.floor((index * count) / samples.length));
    const level = Math.abs(samples[index] ?? 0);
    if (level > (loudest[place] ?? 0)) loudest[place] = level;
  }
  const most = Math.max(SOFTEST, ...loudest);
  return loudest.map((level) => Math.round((Math.min(1, level) / Math.min(1, most)) * MOST_LOUD));
}

/** Decodes a whole sound and measures it; `undefined` for what is none. */
export async function measureSound(bytes: ArrayBuffer): Promise<Sound | undefined> {
  try {
    const decoded = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
    const length = Math.round(decoded.duration * 1_000);
    return length < 1 ? undefined : { length, peaks: peaksOf(decoded.getChannelData(0)) };
  } catch (error) {
    if (error instanceof DOMException) return undefined; // not what it is called
    throw error;
  }
}

/** 0:05, 12:40 or 1:02:03. @param length milliseconds */
export function lengthText(length: number): string {
  const whole = Math.floor(length / 1_000);
  const [hours, minutes, seconds] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0
    ? `${String(hours)}:${two(minutes)}:${two(seconds)}`
    : `${String(minutes)}:${two(seconds)}`;
}
