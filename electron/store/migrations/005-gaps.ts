/**
 * What is known to be missing of an archive, and which chats a person removed from this device. Forward only.
 */
export const gaps = `
-- A stretch of a server's archive that we do not have. Everything else up to the archive's cursor is here.
CREATE TABLE archive_gaps (
  id        INTEGER PRIMARY KEY AUTOINCREMENT, -- grows: a later gap has a larger id
  account   INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  archive   TEXT NOT NULL,                     -- whose archive, as in archives
  is_past   INTEGER NOT NULL,                  -- from before this device existed: nobody waits for our word on it
  is_lost   INTEGER NOT NULL DEFAULT 0,        -- the server keeps no more of it
  after_id  TEXT,                              -- behind this archive id; NULL from the archive's beginning
  after_at  INTEGER,                           -- ms: nothing in it is older; NULL when that is not known
  before_id TEXT,                              -- before this archive id; NULL up to the end
  before_at INTEGER NOT NULL                   -- ms: what is here from this time on is newer than what is missing
) STRICT;
CREATE INDEX archive_gaps_by_archive ON archive_gaps (account, archive);

-- How far a gap is filled for one chat, from its newer end backwards: a person scrolled up there.
CREATE TABLE archive_gap_chats (
  gap       INTEGER NOT NULL REFERENCES archive_gaps(id) ON DELETE CASCADE,
  address   TEXT NOT NULL,
  before_id TEXT,
  before_at INTEGER NOT NULL,
  is_closed INTEGER NOT NULL DEFAULT 0,        -- nothing of this chat is missing in this gap
  PRIMARY KEY (gap, address)
) STRICT, WITHOUT ROWID;

-- What archives said about messages of chats that nothing else is known of yet, because what lies before is missing.
CREATE TABLE early_facts (
  id      INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  fact    TEXT NOT NULL                        -- JSON
) STRICT;
CREATE UNIQUE INDEX early_facts_by_chat ON early_facts (account, address, fact);

-- Chats that were removed from this device. What the archive holds of them from before does not bring them back.
CREATE TABLE removed_chats (
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  last_at INTEGER NOT NULL,                    -- ms: time of the newest message it had
  gap     INTEGER NOT NULL,                    -- the newest gap there was; what is in it and older ones is from before
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
`;
