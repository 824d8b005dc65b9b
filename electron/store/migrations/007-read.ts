/** How far was read: by the other side, and what our other devices know of it. */
export const read = `
-- The sender wants to know that it was read (XEP-0333), and it is ours to say.
ALTER TABLE messages ADD COLUMN is_markable INTEGER NOT NULL DEFAULT 0;
-- Message ids: up to which the other side has read, and up to which our other devices were told that we have.
ALTER TABLE chats ADD COLUMN displayed_up_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN read_published INTEGER NOT NULL DEFAULT 0;

-- Another device of ours has read up to a message that has not arrived here yet (XEP-0490).
CREATE TABLE read_elsewhere (
  account    INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address    TEXT NOT NULL,
  archive_id TEXT NOT NULL,
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
`;
