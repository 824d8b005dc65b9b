/**
 * The full-text index over the messages. It holds words and no text: `search-index.ts` makes the words and keeps the
 * index in step, also for the messages that were there before it.
 */
export const search = `
ALTER TABLE messages ADD COLUMN traits TEXT NOT NULL DEFAULT ''; -- words such as "file image", for the filters

-- Contentless: the text is in messages. The words come folded and separated by spaces, so "ascii" only splits them.
-- No sizes: they only serve an order by relevance, and the order here is time.
CREATE VIRTUAL TABLE search USING fts5 (words, content = '', columnsize = 0, tokenize = 'ascii');
-- What is deleted is gone from the index at once, not when its parts are merged some day.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
-- A block of the index fits into a page of the database beside what the cipher keeps there.
INSERT INTO search (search, rank) VALUES ('pgsz', 3968);

-- One row: which rules made the index, and down to which message (its id) it reaches. Below it is made when there is time.
CREATE TABLE search_state (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  rules      TEXT NOT NULL,
  complete_from INTEGER NOT NULL,
  -- 1: words of deleted messages are still in it; 2: they are being cleared away
  cleaning INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO search_state (id, rules, complete_from) VALUES (1, '', 0);
`;
