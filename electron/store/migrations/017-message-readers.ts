/** For how many devices a message was encrypted, and which were left out. */
export const messageReaders = `
CREATE TABLE message_readers (
  message INTEGER PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
  theirs  INTEGER NOT NULL,
  ours    INTEGER NOT NULL,
  skipped TEXT                -- JSON [[address, device, reason], …]; NULL for none
) STRICT;
`;
