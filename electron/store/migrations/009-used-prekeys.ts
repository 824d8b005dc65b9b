/**
 * When a one-time prekey was used (ms), and in which key exchanges: it is no longer offered, its private part is still there
 * for a while, and none of the exchanges is answered twice.
 */
export const usedPrekeys = `
ALTER TABLE omemo_prekeys ADD COLUMN used_at INTEGER;
ALTER TABLE omemo_prekeys ADD COLUMN used_in BLOB; -- SHA-256 of the exchanges' own keys, 32 bytes each
`;
