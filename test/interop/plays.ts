/** The two things that are played with other programs: talking to one person, and in rooms. */
import type { Program } from './programs.ts';
import { groupSecrets, roomScenarios } from './room-scenarios.ts';
import { openRoomStage, type RoomStage } from './room-stage.ts';
import { scenarios, secrets } from './scenarios.ts';
import { openStage, type AnyStage, type Stage } from './stage.ts';
import { chatBook, roomBook, type Book } from './table.ts';

export interface Scenario<OnStage> {
  /** A row of the table. */
  readonly name: string;
  /** @throws Error that says what did not arrive */
  readonly play: (stage: OnStage) => Promise<void>;
}

export interface Play<OnStage extends AnyStage = AnyStage> {
  readonly title: string;
  readonly book: Book;
  readonly scenarios: readonly Scenario<OnStage>[];
  readonly open: (program: Program) => Promise<OnStage>;
  /** What no server may read. */
  readonly secrets: readonly string[];
  readonly isFor: (program: Program) => boolean;
}

export const chats: Play<Stage> = {
  title: 'OMEMO',
  book: chatBook,
  scenarios,
  open: openStage,
  secrets,
  isFor: () => true,
};

export const rooms: Play<RoomStage> = {
  title: 'Rooms',
  book: roomBook,
  scenarios: roomScenarios,
  open: openRoomStage,
  secrets: groupSecrets,
  isFor: ({ hasRooms }) => hasRooms,
};

/** What was said and encrypted, and the server was able to read: nothing, if all is well. */
export function readByServer({ server }: AnyStage, { secrets: said }: Pick<Play, 'secrets'>): string[] {
  const seen = server.readLog();
  return said.filter((text) => seen.includes(text));
}
