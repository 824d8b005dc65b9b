/** What others said of themselves: servers and their services by account, capabilities by the hash over them. */
export const discovery = `
CREATE TABLE discovered (
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address TEXT NOT NULL,               -- the account's own, its server's, or that of a service there
  info    TEXT NOT NULL,               -- JSON
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;

-- Verified: whoever advertises the hash has these capabilities (XEP-0115, XEP-0390).
CREATE TABLE capabilities (
  protocol  TEXT NOT NULL,             -- namespace of the extension that the hash belongs to
  algorithm TEXT NOT NULL,
  value     TEXT NOT NULL,             -- the hash
  info      TEXT NOT NULL,             -- JSON
  used      INTEGER NOT NULL,          -- ms; the longest unused go first
  PRIMARY KEY (protocol, algorithm, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX capabilities_by_use ON capabilities (used);
`;
