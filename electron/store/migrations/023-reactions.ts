/** What people feel about messages: for each of them the newest set of one person, also when that is empty. */
export const reactions = `
CREATE TABLE reactions (
  message    INTEGER NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
  sender     TEXT NOT NULL,                    -- bare address
  emojis     TEXT NOT NULL,                    -- JSON
  at         INTEGER NOT NULL,                 -- ms; an older set never takes the place of a newer one
  encryption TEXT NOT NULL,
  -- Of ours, said on this device:
  stanza_id  TEXT,                             -- by which an answer names it
  state      TEXT,                             -- 'waiting' or 'failed'; NULL when our server has it
  failure    TEXT,                             -- why it failed
  earlier    TEXT,                             -- JSON: what counts again should it fail
  PRIMARY KEY (message, sender)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_by_stanza ON reactions (stanza_id) WHERE stanza_id IS NOT NULL;
`;
