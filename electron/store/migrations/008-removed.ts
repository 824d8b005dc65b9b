/** Messages that a person deleted from this device: the ids by which an archive's copy is known, and nothing of the text. */
export const removed = `
CREATE TABLE removed_messages (
  account    INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address    TEXT NOT NULL,                    -- of the chat
  sender     TEXT NOT NULL,
  at         INTEGER NOT NULL,                 -- ms
  archive_id TEXT,
  origin_id  TEXT,
  stanza_id  TEXT
) STRICT;
CREATE INDEX removed_messages_by_archive ON removed_messages (account, archive_id) WHERE archive_id IS NOT NULL;
CREATE INDEX removed_messages_by_origin ON removed_messages (account, address, sender, origin_id)
  WHERE origin_id IS NOT NULL;
CREATE INDEX removed_messages_by_stanza ON removed_messages (account, address, sender, stanza_id)
  WHERE stanza_id IS NOT NULL;
`;
