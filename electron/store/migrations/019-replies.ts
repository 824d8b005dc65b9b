/**
 * What a message answers: the ids that travel, the message here that they name once it is here, and what came along as
 * a quote of it. And the message that a draft is an answer to.
 */
export const replies = `
ALTER TABLE messages ADD COLUMN reply_id TEXT;         -- XEP-0461: the origin or stanza id that it names
ALTER TABLE messages ADD COLUMN reply_author TEXT;     -- bare address of whom it says to have written that
ALTER TABLE messages ADD COLUMN reply_quote TEXT;      -- what its fallback quoted
ALTER TABLE messages ADD COLUMN reply_message INTEGER; -- the message of this chat that it names
CREATE INDEX messages_by_reply ON messages (reply_message) WHERE reply_message IS NOT NULL;
CREATE INDEX messages_by_missing ON messages (chat, reply_id) WHERE reply_id IS NOT NULL AND reply_message IS NULL;

-- What was deleted is not kept as a quote either.
CREATE TRIGGER messages_quoted BEFORE DELETE ON messages BEGIN
  UPDATE messages SET reply_message = NULL, reply_quote = NULL WHERE reply_message = old.id;
END;

ALTER TABLE chats ADD COLUMN draft_reply INTEGER;      -- message id
`;
