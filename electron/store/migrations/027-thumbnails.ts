/** A tiny picture that stands for a file before it is fetched. */
export const thumbnails = `
ALTER TABLE attachments ADD COLUMN thumbnail TEXT; -- a data: address, checked before it was stored
`;
