/**
 * Parameters of codecs as WebRTC knows them. Owns only the translation of those that a program is known to write
 * differently; what they mean is the business of WebRTC.
 */
import type { Parameter } from './jingle.ts';

/** Monal writes names with low lines, truths as words, and the profile of H.264 as a decimal number. */
const NAMES: Readonly<Record<string, string>> = {
  packetization_mode: 'packetization-mode',
  level_asymmetry_allowed: 'level-asymmetry-allowed',
  profile_level_id: 'profile-level-id',
  max_fs: 'max-fs',
  max_cpb: 'max-cpb',
  max_dpb: 'max-dpb',
  max_br: 'max-br',
  max_mbps: 'max-mbps',
  max_fr: 'max-fr',
};
const TRUTHS: Readonly<Record<string, string>> = { true: '1', false: '0' };
const SWITCHES = ['usedtx', 'stereo', 'useinbandfec', 'cbr', 'level-asymmetry-allowed'];

/** The parameter under its registered name (RFC 6184 §8.1, RFC 7587 §6.1, RFC 7741 §6.1). */
export function registered({ name: written, value }: Parameter): Parameter {
  const name = Object.hasOwn(NAMES, written) ? (NAMES[written] ?? written) : written;
  if (value === undefined) return { name };
  if (SWITCHES.includes(name)) return { name, value: TRUTHS[value] ?? value };
  if (name !== written && name === 'profile-level-id') return { name, value: hexadecimal(value) };
  return { name, value };
}

function hexadecimal(decimal: string): string {
  return /^[0-9]{1,8}$/.test(decimal) ? Number(decimal).toString(16).padStart(6, '0') : decimal;
}
