/**
 * Fingerprints laid out for two people who compare them aloud: groups of eight.
 */

/** 64 hex characters as eight groups of eight; anything else as it is, in groups of eight. */
export function fingerprintGroups(fingerprint: string): string[] {
  return fingerprint.match(/.{1,8}/gsu) ?? [];
}
