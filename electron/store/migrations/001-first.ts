/**
 * The first schema: accounts with their resumable stream, contacts, chats, messages, the outbox and OMEMO keys.
 * Forward only. Uniqueness that the program relies on is stated here and nowhere else.
 */
export const first = `
CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  id               INTEGER PRIMARY KEY,
  address          TEXT NOT NULL UNIQUE,
  password         TEXT NOT NULL,
  resource         TEXT NOT NULL,              -- random for each installation, kept
  hue              INTEGER NOT NULL,
  enabled          INTEGER NOT NULL DEFAULT 1,
  server           TEXT,                       -- JSON { host, port, security }, when given by hand
  proxy            TEXT,                       -- JSON { kind, host, port, username?, password? }
  pins             TEXT NOT NULL DEFAULT '[]', -- JSON list of trusted certificate fingerprints
  scram_seen       INTEGER NOT NULL DEFAULT 0,
  roster_version   TEXT,
  -- Stream management (XEP-0198): what is needed to resume after a crash. session_received means "committed".
  session_id       TEXT,
  session_jid      TEXT,
  session_location TEXT,
  session_received INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE contacts (
  account      INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address      TEXT NOT NULL,
  name         TEXT NOT NULL DEFAULT '',
  subscription TEXT NOT NULL,
  asking       INTEGER NOT NULL DEFAULT 0,
  groups       TEXT NOT NULL DEFAULT '[]',     -- JSON
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_requests (
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  note    TEXT NOT NULL DEFAULT '',
  at      INTEGER NOT NULL,                    -- ms
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE chats (
  id              INTEGER PRIMARY KEY,
  account         INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address         TEXT NOT NULL,
  at              INTEGER NOT NULL,            -- ms of the last activity
  unread          INTEGER NOT NULL DEFAULT 0,
  read_up_to      INTEGER NOT NULL DEFAULT 0,  -- message id
  draft           TEXT NOT NULL DEFAULT '',
  encryption_mode TEXT NOT NULL DEFAULT 'automatic',
  was_encrypted   INTEGER NOT NULL DEFAULT 0,  -- once encrypted, never plain by accident
  last_message    INTEGER,                     -- id of the newest message, so that the list needs no search
  UNIQUE (account, address)
) STRICT;
CREATE INDEX chats_by_time ON chats (at DESC);

CREATE TABLE messages (
  id          INTEGER PRIMARY KEY,             -- microseconds since 1970, bumped on collision: id order is time order
  account     INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  chat        INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
  is_outgoing INTEGER NOT NULL,
  sender      TEXT NOT NULL,                   -- bare address of the author
  text        TEXT NOT NULL,
  delivery    TEXT NOT NULL,
  failure     TEXT,                            -- JSON { code, detail? }
  encryption  TEXT NOT NULL,
  device      INTEGER,                         -- sending device, for encrypted messages
  trust       TEXT,
  unreadable  TEXT,
  stanza_id   TEXT,                            -- the id attribute; receipts and errors name it
  origin_id   TEXT,                            -- XEP-0359 <origin-id/>
  archive_id  TEXT                             -- XEP-0359 <stanza-id/> by our own, advertising archive
) STRICT;
CREATE INDEX messages_by_chat ON messages (chat, id);
CREATE INDEX messages_by_stanza ON messages (chat, stanza_id) WHERE stanza_id IS NOT NULL;
CREATE UNIQUE INDEX messages_by_origin ON messages (chat, sender, origin_id) WHERE origin_id IS NOT NULL;
CREATE UNIQUE INDEX messages_by_archive ON messages (account, archive_id) WHERE archive_id IS NOT NULL;

-- What has to leave: a message to be composed, or a finished stanza. Gone when the server acknowledged it.
CREATE TABLE outbox (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  account  INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  chat     INTEGER REFERENCES chats(id) ON DELETE CASCADE,
  message  INTEGER REFERENCES messages(id) ON DELETE CASCADE,
  stanza   TEXT,                               -- XML as it leaves; NULL until composed (and encrypted)
  position INTEGER                             -- in the stream-management session; NULL until sent in this session
) STRICT;
CREATE INDEX outbox_unsent ON outbox (account, chat, id) WHERE position IS NULL;
CREATE INDEX outbox_sent ON outbox (account, position) WHERE position IS NOT NULL;
CREATE UNIQUE INDEX outbox_by_message ON outbox (message) WHERE message IS NOT NULL;

-- How far we are in step with an archive of a server (XEP-0313).
CREATE TABLE archives (
  account       INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address       TEXT NOT NULL,                 -- whose archive: our own address
  cursor        TEXT,                          -- everything up to this id is committed; '' when it was empty
  fetched_up_to INTEGER,                       -- ms by the server's clock: the last message fetched from it
  assigns_ids   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;

-- Facts that arrived before the message they speak of.
CREATE TABLE waiting_facts (
  chat   INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
  target TEXT NOT NULL,                        -- the stanza id they name
  sender TEXT NOT NULL,
  fact   TEXT NOT NULL,                        -- JSON
  at     INTEGER NOT NULL,
  PRIMARY KEY (chat, target, sender, fact)
) STRICT, WITHOUT ROWID;

CREATE TABLE omemo_identities (
  account              INTEGER PRIMARY KEY REFERENCES accounts(id) ON DELETE CASCADE,
  device               INTEGER NOT NULL,
  public               BLOB NOT NULL,          -- 33 bytes, 0x05 prefix
  private              BLOB NOT NULL,          -- 32 bytes, the Ed25519 seed that both halves of the key come from
  next_prekey          INTEGER NOT NULL,
  next_signed_prekey   INTEGER NOT NULL
) STRICT;

CREATE TABLE omemo_prekeys (
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  id      INTEGER NOT NULL,
  public  BLOB NOT NULL,
  private BLOB NOT NULL,
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE omemo_signed_prekeys (
  account   INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  id        INTEGER NOT NULL,
  public    BLOB NOT NULL,
  private   BLOB NOT NULL,
  signature BLOB NOT NULL,
  at        INTEGER NOT NULL,                  -- ms
  PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE omemo_sessions (
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  device  INTEGER NOT NULL,
  record  TEXT NOT NULL,
  PRIMARY KEY (account, address, device)
) STRICT, WITHOUT ROWID;

-- Every device ever seen in a list. The identity key is pinned when first seen.
CREATE TABLE omemo_devices (
  account      INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address      TEXT NOT NULL,
  device       INTEGER NOT NULL,
  is_active    INTEGER NOT NULL,               -- in the newest list
  identity_key BLOB,                           -- 33 bytes
  trust        TEXT NOT NULL,
  first_seen   INTEGER NOT NULL,
  last_seen    INTEGER,                        -- last message decrypted from it
  PRIMARY KEY (account, address, device)
) STRICT, WITHOUT ROWID;

-- A device list that is known: fetched or announced, possibly empty. No row: never looked up.
CREATE TABLE omemo_lists (
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
`;
