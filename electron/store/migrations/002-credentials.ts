/** What authentication remembers of an account: its token, SCRAM keys, what its server offered, and a certificate. */
export const credentials = `
CREATE TABLE credentials (
  account       INTEGER PRIMARY KEY REFERENCES accounts(id) ON DELETE CASCADE,
  agent         TEXT NOT NULL,              -- UUID of this installation, towards this account's server only
  keep_password INTEGER NOT NULL DEFAULT 1, -- 0: accounts.password is empty once something else will do
  certificate   TEXT,                       -- JSON { certificate, key }, PEM
  token         TEXT,                       -- JSON { mechanism, secret, expiry, count } (XEP-0484)
  keys          TEXT,                       -- JSON { family, salt, iterations, clientKey, serverKey } (RFC 5802)
  offer         TEXT,                       -- JSON { mechanisms, resumes, binds?, fast } (XEP-0388)
  sasl2_seen    INTEGER NOT NULL DEFAULT 0
) STRICT;`;
