/** A restore that is under way. Forward only. */
export const restoring = `
-- What a restore has added, until it is done: taken out again when it does not come to its end.
CREATE TABLE restoring (
  kind TEXT NOT NULL,                          -- account, chat, message
  id   INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
`;
