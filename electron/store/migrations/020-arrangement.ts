/** Where a person puts a chat (pinned, archived, muted, marked as unread), and whom they block. Forward only. */
export const arrangement = `
-- The pinned ones come in this order; NULL: not pinned.
ALTER TABLE chats ADD COLUMN pin_order INTEGER;
ALTER TABLE chats ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0;
-- Milliseconds since 1970.
ALTER TABLE chats ADD COLUMN muted_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN is_marked_unread INTEGER NOT NULL DEFAULT 0;

-- As the server keeps it (XEP-0191): people, servers, single devices.
CREATE TABLE blocked (
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
`;
