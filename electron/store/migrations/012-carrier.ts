/** What carried the session that can be resumed; null for TCP. */
export const carrier = `
ALTER TABLE accounts ADD COLUMN session_carrier TEXT;
`;
