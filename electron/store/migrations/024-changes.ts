/**
 * What became of messages since they were said: the words that each of them has had, whether it was taken back, and what
 * of that we said ourselves and is on its way.
 */
export const changes = `
ALTER TABLE messages ADD COLUMN corrects TEXT;             -- the id of a message that is not here, and that it replaces
ALTER TABLE messages ADD COLUMN edited_at INTEGER;         -- ms; when the words were said that it has now
ALTER TABLE messages ADD COLUMN retracted_at INTEGER;      -- ms; it has no words any more
ALTER TABLE messages ADD COLUMN retraction_asked INTEGER;  -- ms; somebody asked so, unencrypted, of what was encrypted
ALTER TABLE messages ADD COLUMN change_id TEXT;            -- the stanza id of the last change that we said
ALTER TABLE messages ADD COLUMN change TEXT;               -- JSON { kind, state?, failure? } of it
CREATE INDEX messages_by_corrects ON messages (chat, corrects) WHERE corrects IS NOT NULL;
CREATE INDEX messages_by_change ON messages (chat, change_id) WHERE change_id IS NOT NULL;

-- The words of a message that was corrected, each time, the first ones among them.
CREATE TABLE message_versions (
  message     INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  key         TEXT NOT NULL,                -- the stanza id, or what else tells it from the others
  is_original INTEGER NOT NULL,
  text        TEXT NOT NULL,
  at          INTEGER NOT NULL,             -- ms; no two of a message are equal
  device      INTEGER,
  trust       TEXT,
  is_unstyled INTEGER NOT NULL,
  spoiler     TEXT,
  is_void     INTEGER NOT NULL DEFAULT 0,   -- it never got to anybody
  PRIMARY KEY (message, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_versions_by_key ON message_versions (key);
`;
