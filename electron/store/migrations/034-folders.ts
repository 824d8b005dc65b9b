/** Folders that a person puts chats into. Forward only. */
export const folders = `
CREATE TABLE folders (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- They come in this order.
  place INTEGER NOT NULL
) STRICT;

CREATE TABLE chat_folders (
  chat INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
  folder INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
  PRIMARY KEY (chat, folder)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_folders_by_folder ON chat_folders (folder);
`;
