/** What leaves about an earlier message, such as a reaction: kept like a message that is not composed yet. */
export const errands = `
ALTER TABLE outbox ADD COLUMN errand TEXT; -- JSON; what it may be is in engine/errand.ts
`;
