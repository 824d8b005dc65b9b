/** When a one-time prekey was used (ms): it is no longer offered, and its private part is still there for a while. */
export const usedPrekeys = `
ALTER TABLE omemo_prekeys ADD COLUMN used_at INTEGER;
`;
