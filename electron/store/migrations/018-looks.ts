/** How a message is to be shown: as it is written (XEP-0393), covered until somebody asks for it (XEP-0382). */
export const looks = `
ALTER TABLE messages ADD COLUMN is_unstyled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN spoiler TEXT; -- what it is about, or nothing; NULL for a message that is none
`;
