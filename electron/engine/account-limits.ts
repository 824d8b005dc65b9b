/** What an account waits for and puts up with. Numbers only. */

/** How long signing out waits for the server to acknowledge what was sent, in milliseconds. */
export const FAREWELL = 2_000;
/** Requests that one contact, or all strangers together, may make of us. */
export const REQUESTS = { burst: 30, perMinute: 60 };
