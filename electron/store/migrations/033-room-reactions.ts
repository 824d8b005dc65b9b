/**
 * Reactions in rooms: `sender` is who somebody is by whatever name (engine/occupants.ts), and this is what they were
 * called when they said so.
 */
export const roomReactions = `
ALTER TABLE reactions ADD COLUMN called TEXT; -- in a room: the occupant's address then
`;
