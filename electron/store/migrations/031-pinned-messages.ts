/** Messages that the person keeps at the top of their chat, on this device. */
export const pinnedMessages = `
ALTER TABLE messages ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_by_pin ON messages (chat, id) WHERE is_pinned = 1;
`;
