/** A file of a message as it lies in a profile, put there without a network. */
import { FileFolder } from '../../electron/files/folder.ts';
import { contentsOf } from '../../electron/engine/download.ts';
import { insertAttachment, type NewAttachment } from '../../electron/store/attachments.ts';
import type { Database } from '../../electron/store/database.ts';

/** Writes the contents into the folder of files and notes them. Returns the file's id and its name on the disk. */
export async function storeFile(
  database: Database,
  folder: string,
  file: Pick<NewAttachment, 'account' | 'message' | 'name'> & Partial<NewAttachment>,
  contents: Uint8Array,
): Promise<{ id: number; blob: string }> {
  const unfinished = await new FileFolder(folder).create();
  await unfinished.writer.write(contents);
  const known = contentsOf(unfinished, await unfinished.writer.finish());
  const id = insertAttachment(database, { description: '', state: 'here', ...known, ...file });
  return { id, blob: unfinished.name };
}
