/** Who asks us into a room, until the person has said yes or no. */
export const roomInvites = `
CREATE TABLE room_invites (
  account     INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  address     TEXT NOT NULL,                 -- of the room
  inviter     TEXT,                          -- as far as it is known: a bare address, or who they are in the room
  is_mediated INTEGER NOT NULL,              -- the room itself delivered it, and takes the answer
  origin      TEXT NOT NULL,                 -- the domain that it came from
  reason      TEXT,
  password    TEXT,
  at          INTEGER NOT NULL,              -- ms
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
`;
