/** Passwords that are being changed, invitations that we gave, and people who ask from a new address. */
export const invitations = `
-- What the password will be once the server has said so; set while nobody knows whether it has.
ALTER TABLE accounts ADD COLUMN pending_password TEXT;

-- Who shows one of these tokens is let in without asking the person (XEP-0379); each serves once.
CREATE TABLE invitations (
  token   TEXT PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  expires INTEGER NOT NULL                     -- ms
) STRICT, WITHOUT ROWID;

-- The address that they had before, which has confirmed it (XEP-0283).
ALTER TABLE contact_requests ADD COLUMN moved_from TEXT;`;
