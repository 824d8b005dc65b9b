/** How long messages are kept, and deleting many of them step by step. Forward only. */
export const retention = `
-- Days; 0 for ever. NULL: as the settings say.
ALTER TABLE chats ADD COLUMN keep_days INTEGER;

-- Messages that are being deleted. Until they are gone from the file they are shown nowhere.
CREATE TABLE deletions (
  chat     INTEGER PRIMARY KEY REFERENCES chats(id) ON DELETE CASCADE,
  up_to    INTEGER NOT NULL,                   -- message id
  is_whole INTEGER NOT NULL                    -- the chat itself goes as well
) STRICT;
`;
