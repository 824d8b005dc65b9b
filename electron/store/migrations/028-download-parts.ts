/** The pieces of files that came before a download was cut off: encrypted here under keys of their own, as they lie there. */
export const downloadParts = `
CREATE TABLE download_parts (
  attachment INTEGER NOT NULL REFERENCES attachments(id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,              -- in bytes, from the beginning of what lies there
  blob       TEXT NOT NULL UNIQUE,          -- its name in the folder of files
  blob_key   BLOB NOT NULL,
  size       INTEGER NOT NULL,
  validator  TEXT NOT NULL,                 -- says whether the rest is still of the same (RFC 9110 §13.1.5)
  PRIMARY KEY (attachment, position)
) STRICT, WITHOUT ROWID;
`;
