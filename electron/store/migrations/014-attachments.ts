/** Files that belong to messages: what is known of each, where it lies here and elsewhere, and the keys to both. */
export const attachments = `
CREATE TABLE attachments (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account     INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  message     INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  name        TEXT NOT NULL,
  media_type  TEXT,                            -- by its contents when it is here, else as it is said to be
  size        INTEGER,                         -- bytes of the contents
  width       INTEGER,
  height      INTEGER,
  description TEXT NOT NULL DEFAULT '',
  hash        TEXT,                            -- SHA-256 of the contents, base64
  state       TEXT NOT NULL,                   -- sending, offered or here
  failure     TEXT,
  blob        TEXT UNIQUE,                     -- its name in the folder of files; NULL while it is not here
  blob_key    BLOB,                            -- opens that, and nothing else: without this row it is noise
  address     TEXT,                            -- https, where it lies for others
  wire_key    BLOB,                            -- what lies there is encrypted with these; NULL when it is not
  wire_iv     BLOB,
  follower    INTEGER REFERENCES messages(id) ON DELETE SET NULL -- its caption, which leaves behind it
) STRICT;
CREATE INDEX attachments_by_message ON attachments (message);
CREATE INDEX attachments_by_follower ON attachments (follower) WHERE follower IS NOT NULL;
CREATE INDEX attachments_by_account ON attachments (account, state);
`;
