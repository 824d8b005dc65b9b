/** The row of the program itself: which version runs, who brings the next one, and how far that is. */
import * as v from 'valibot';
import { id } from '../parts.ts';

/** The files that our own updates come in. What a distribution or a store has installed, they bring up to date. */
export const carriers = ['nsis', 'portable', 'mac', 'appimage', 'archive'] as const;
export type Carrier = (typeof carriers)[number];

/** Why there is no update, for the person. Nothing was installed then. */
const updateProblems = [
  'unreachable',
  /** Not signed by who makes Waxwing, meant for something else, or older than what was said before. */
  'untrusted',
  /** Well signed, but for a time that is over: somebody may be holding newer ones back. */
  'expired',
  /** The file is not the one that was promised. */
  'damaged',
  'storage',
  /** It was to be installed, and the old one runs still. */
  'not-installed',
] as const;
export type UpdateProblem = (typeof updateProblems)[number];

export const updateSchema = v.strictObject({
  /** The one that runs. */
  version: v.string(),
  /** Absent: others bring updates, and none is looked for. */
  carrier: v.optional(v.picklist(carriers)),
  /** Looks by itself, once a day. */
  isAutomatic: v.boolean(),
  state: v.picklist(['idle', 'checking', 'current', 'offered', 'downloading', 'ready', 'failed']),
  offer: v.optional(
    v.strictObject({
      version: v.string(),
      /** Plain text. */
      notes: v.string(),
      /** In bytes. */
      size: id,
      /** Absent: Waxwing installs it. Otherwise where it is to be had, because this place is not ours to write to. */
      address: v.optional(v.string()),
      /** The person has said "later". */
      isLater: v.optional(v.boolean()),
    }),
  ),
  /** Bytes that are here. */
  done: v.optional(id),
  problem: v.optional(v.picklist(updateProblems)),
});
export type UpdateRow = v.InferOutput<typeof updateSchema>;
