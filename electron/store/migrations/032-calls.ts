/**
 * Calls that are on, here or on another device of ours, and what those that are over leave in their chats: a message
 * without words. `is_silent` is true of what came in and is nothing to catch up with.
 */
export const calls = `
CREATE TABLE calls (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account     INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  chat        INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
  sid         TEXT NOT NULL,                   -- the session's id; after both asked at once, that of the one that is on
  is_outgoing INTEGER NOT NULL,
  has_video   INTEGER NOT NULL,
  is_here     INTEGER NOT NULL,                -- this device takes part in it
  device      TEXT,                            -- the full address of the other side, when it is known
  started_at  INTEGER NOT NULL,                -- ms
  answered_at INTEGER                          -- ms
) STRICT;
CREATE UNIQUE INDEX calls_by_sid ON calls (chat, sid);
ALTER TABLE messages ADD COLUMN call TEXT;     -- JSON { hasVideo, end, seconds? }
ALTER TABLE messages ADD COLUMN call_sid TEXT;
ALTER TABLE messages ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX messages_by_call ON messages (chat, call_sid) WHERE call_sid IS NOT NULL;
`;
