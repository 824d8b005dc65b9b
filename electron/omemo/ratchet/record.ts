/**
 * All sessions with one device: the open one, and closed ones for messages that are still under way. Both sides may
 * begin at once, and then each has one more than it needs until the first of them is answered.
 */
import type { Session } from './session.ts';

/** Closed sessions that are kept. */
export const KEPT_SESSIONS = 20;

export interface Sessions {
  readonly open?: Session;
  /** The one closed last comes first. */
  readonly closed: readonly Session[];
}

export const NO_SESSIONS: Sessions = { closed: [] };

/** The open one first, then the closed ones, newest first: the order in which a message is tried. */
export function listSessions({ open, closed }: Sessions): readonly Session[] {
  return open === undefined ? closed : [open, ...closed];
}

/** Makes a session the open one; the one that was open is closed. */
export function withOpen(sessions: Sessions, open: Session): Sessions {
  return { open, closed: closeOpen(sessions).closed };
}

export function closeOpen(sessions: Sessions): Sessions {
  return { closed: listSessions(sessions).slice(0, KEPT_SESSIONS) };
}

/** Puts what became of a session in its place. */
export function replaceSession({ open, closed }: Sessions, before: Session, after: Session): Sessions {
  const put = (session: Session): Session => (session === before ? after : session);
  return { ...(open && { open: put(open) }), closed: closed.map(put) };
}

/** The same when a message shows that the other side uses the session: it becomes the open one, if it was not. */
export function reopenSession(sessions: Sessions, before: Session, after: Session): Sessions {
  if (sessions.open === before) return replaceSession(sessions, before, after);
  const closed = sessions.closed.filter((session) => session !== before);
  return withOpen({ ...sessions, closed }, after);
}
