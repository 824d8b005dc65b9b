/** The calls about what somebody who helps would want to know. It is for the person: nothing of it leaves this computer by itself. */
import * as v from 'valibot';
import { nothing, time } from '../parts.ts';

/** What ended unexpectedly: the engine, the page, another process of the program, or something nobody had thought of. */
export const crashKinds = ['engine', 'page', 'process', 'fault'] as const;
export type CrashKind = (typeof crashKinds)[number];

/** The name of a report, which is the name of its file as well. */
export const crashName = v.pipe(v.string(), v.regex(/^\d{8}T\d{9}Z-[0-9a-f]{4}$/u));
const name = v.strictObject({ name: crashName });

export const diagnosis = {
  /** Versions, the system, what servers offer, states and counts, and the last lines of the log; no address, name or text. */
  'diagnosis.read': { input: nothing, output: v.strictObject({ text: v.string() }) },
  /** The newest first. */
  'crashes.list': {
    input: nothing,
    output: v.strictObject({
      reports: v.array(v.strictObject({ name: crashName, at: time, kind: v.picklist(crashKinds) })),
    }),
  },
  'crashes.read': { input: name, output: v.strictObject({ text: v.string() }) },
  /** Asks where to, and writes it there. Refused as `cancelled` when the person wants none. */
  'crashes.save': { input: name, output: nothing },
  'crashes.remove': { input: nothing, output: nothing },
} as const;
