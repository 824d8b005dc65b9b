/** A folder of chats. */
import * as v from 'valibot';
import { id } from '../parts.ts';

/** Characters of a name, and folders of a profile. */
export const LONGEST_FOLDER_NAME = 60;
export const MOST_FOLDERS = 50;

export const folderSchema = v.strictObject({ id, name: v.string() });
export type FolderRow = v.InferOutput<typeof folderSchema>;
