/**
 * What of an event may be shown to somebody else: its name, numbers, and the places in our own files where an error came
 * by. Everything else is left out, whatever it is: an address, a host, a name or a text may stand in any string.
 */

/** Words of our own, or of Electron's, that say what went wrong. */
const WORDS: ReadonlySet<string> = new Set(['reason', 'code', 'type', 'kind', 'state', 'scheme']);
/** A word as we make them: `page-refused`, `messages.send`. */
const WORD = /^[a-z][a-zA-Z0-9.-]{0,39}$/u;
/** A frame of a stack: the function stays behind, which may be named after anything; the file is one of the bundle's. */
const FRAME = /(?:\/|\\)((?:main|engine|preload|thread|[a-z-]{1,40})\.(?:c?js|ts):\d{1,7}:\d{1,7})\)?$/u;
const FRAMES = 12;
const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-(?:alpha|beta|rc)\.\d{1,6})?$/u;

/** One line: when, where, what, and what of the data says nothing about anybody. */
export function reduceEvent(at: string, area: string, event: string, data: unknown): string {
  const said = reduceData(data);
  const when = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u.test(at) ? at : '?';
  return [when, wordOf(area), wordOf(event), ...said].join(' ');
}

/** The names and numbers of an error: `TypeError at engine.js:1:2, engine.js:3:4`. */
export function reduceError(stack: string): string {
  const kind =
    /^(?:Uncaught )?([A-Z][A-Za-z]{2,30}(?:Error|Problem|Refusal|Closed|Damaged|Missing|Changed)?)\b/u.exec(
      stack,
    )?.[1];
  const frames = stack
    .split('\n')
    .filter((line) => /^\s+at /u.test(line))
    .flatMap((line) => FRAME.exec(line.trim())?.[1] ?? [])
    .slice(0, FRAMES);
  const isNamed =
    kind !== undefined && /(?:Error|Problem|Refusal|Closed|Damaged|Missing|Changed)$/u.test(kind);
  return `${isNamed ? kind : 'Error'}${frames.length === 0 ? '' : ` at ${frames.join(', ')}`}`;
}

function reduceData(data: unknown): string[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const shown = reduceValue(key, value);
    return shown === undefined || wordOf(key) === '?' ? [] : [`${key}=${shown}`];
  });
}

function reduceValue(key: string, value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return String(Math.abs(value) < 1e9 ? value : '…');
  if (value instanceof Error) return reduceError(value.stack ?? value.name);
  if (typeof value !== 'string') return undefined;
  if (/^(?:error|reason)$/u.test(key) && /\n\s+at /u.test(value)) return reduceError(value);
  if (key === 'error') return reduceError(value);
  if (key === 'version' || key === 'waxwing' || key === 'electron') return VERSION.exec(value)?.[0];
  return WORDS.has(key) && /^[a-z-]{1,40}$/u.test(value) ? value : undefined;
}

function wordOf(text: string): string {
  return WORD.test(text) ? text : '?';
}
