/** What people say of themselves, the pictures that they show, and what is noted about them here. */
export const people = `
CREATE TABLE people (
  account    INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address    TEXT NOT NULL,
  avatar     TEXT,                     -- SHA-1 in hex by XEP-0084, '' for no picture; NULL as long as it was not said
  photo      TEXT,                     -- the same by XEP-0153
  refused    TEXT,                     -- the hash of a picture that could not be had
  refused_at INTEGER,                  -- ms
  nickname   TEXT NOT NULL DEFAULT '',
  card       TEXT,                     -- JSON, as it was last fetched
  card_at    INTEGER,                  -- ms
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_by_avatar ON people (avatar);
CREATE INDEX people_by_photo ON people (photo);

CREATE TABLE pictures (
  hash  TEXT PRIMARY KEY,              -- SHA-1 in hex, of what was published
  type  TEXT NOT NULL,
  bytes BLOB NOT NULL                  -- a single picture, also where it moved
) STRICT;

CREATE TABLE notes (
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  text    TEXT NOT NULL,
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
`;
