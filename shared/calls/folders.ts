/** The calls about folders of chats. */
import * as v from 'valibot';
import { id, nothing } from '../parts.ts';
import { LONGEST_FOLDER_NAME, MOST_FOLDERS } from '../rows/folder.ts';

const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(LONGEST_FOLDER_NAME));

export const folders = {
  /** Behind the others. Refuses with `already-there` for a name that another one has, with `too-large` for too many. */
  'folders.add': { input: v.strictObject({ name }), output: v.strictObject({ folder: id }) },
  /** Refuses with `already-there` for a name that another one has. */
  'folders.rename': { input: v.strictObject({ folder: id, name }), output: nothing },
  /** Its chats stay, and are not in it any more. */
  'folders.remove': { input: v.strictObject({ folder: id }), output: nothing },
  'folders.order': {
    input: v.strictObject({ folders: v.pipe(v.array(id), v.maxLength(MOST_FOLDERS)) }),
    output: nothing,
  },
  'chats.setFolder': { input: v.strictObject({ chat: id, folder: id, isIn: v.boolean() }), output: nothing },
} as const;
