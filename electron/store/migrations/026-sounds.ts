/** How long a sound or film is, and how loud a sound: said by its sender, or measured by the window that shows it. */
export const sounds = `
ALTER TABLE attachments ADD COLUMN length INTEGER; -- milliseconds
ALTER TABLE attachments ADD COLUMN peaks BLOB;     -- one byte each, from the beginning to the end
`;
