/**
 * What other devices say about keys, until it can be believed or the key appears; what is to be told to others about
 * decisions made here; and when each decision was made, so that an older word does not undo a newer one.
 */
export const trustClaims = `
ALTER TABLE omemo_devices ADD COLUMN decided_at INTEGER; -- ms

CREATE TABLE trust_claims (
  account    INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  sender     TEXT NOT NULL,
  sender_key BLOB NOT NULL,    -- 33 bytes, as in omemo_devices
  owner      TEXT NOT NULL,
  owner_key  BLOB NOT NULL,    -- 33 bytes
  is_trusted INTEGER NOT NULL,
  at         INTEGER NOT NULL, -- ms
  PRIMARY KEY (account, sender, sender_key, owner, owner_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE trust_letters (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  account   INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  recipient TEXT NOT NULL,
  device    INTEGER,           -- NULL for all verified devices of the recipient
  message   TEXT NOT NULL      -- XML
) STRICT;
`;
