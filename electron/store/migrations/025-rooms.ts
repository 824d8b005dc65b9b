/**
 * Rooms: chats of another kind, who wrote what in them, and what mentions us. Archive ids of a room are kept behind its
 * address and a space, so that two archives may use the same one.
 */
export const rooms = `
ALTER TABLE chats ADD COLUMN kind TEXT NOT NULL DEFAULT 'contact';   -- contact, room
ALTER TABLE chats ADD COLUMN mentions INTEGER NOT NULL DEFAULT 0;    -- unread messages that mention us
ALTER TABLE messages ADD COLUMN occupant TEXT;                       -- who its author is, by whatever name: engine/occupants.ts
ALTER TABLE messages ADD COLUMN is_mention INTEGER NOT NULL DEFAULT 0;

CREATE TABLE rooms (
  chat         INTEGER PRIMARY KEY REFERENCES chats(id) ON DELETE CASCADE,
  nick         TEXT NOT NULL,                -- what we are called, or want to be
  name         TEXT NOT NULL DEFAULT '',     -- what the person or our bookmark calls it
  password     TEXT,
  is_wanted    INTEGER NOT NULL,             -- we are to be in it
  subject      TEXT NOT NULL DEFAULT '',
  own_occupant TEXT,                         -- who we are in it
  notify       TEXT,                         -- all, mentions, none; NULL for what suits the room
  features     TEXT NOT NULL DEFAULT '{}'    -- JSON, as the room told them last
) STRICT;
`;
