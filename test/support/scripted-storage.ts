/** What everything takes, in the small world of a scripted Port: amounts that follow from its messages and files. */
import type { Change } from '../../shared/contract.ts';
import type { World } from '../renderer/world.ts';
import type { Answers } from './scripted-port.ts';

type Calls =
  | 'storage.measure'
  | 'storage.largest'
  | 'storage.removeFile'
  | 'storage.removeFiles'
  | 'storage.clearCaches';

interface Scene {
  readonly world: () => World;
  readonly announce: (...changes: Change[]) => void;
}

export function scriptedStorage({ world, announce }: Scene): Pick<Required<Answers>, Calls> {
  let caches = 81_000;
  const here = (chat?: number) =>
    world().files.filter((file) => file.state === 'here' && (chat === undefined || file.chat === chat));
  const remove = (ids: readonly number[]): void => {
    const gone = world().files.filter(({ id }) => ids.includes(id));
    world().files = world().files.map((file) =>
      ids.includes(file.id) ? { ...file, state: 'offered' as const } : file,
    );
    announce(...gone.map((row): Change => ({ put: 'file', row: { ...row, state: 'offered' } })));
  };
  const sum = (sizes: readonly (number | undefined)[]): number =>
    sizes.reduce<number>((all, size = 0) => all + size, 0);
  return {
    'storage.measure': () => ({
      database: 48_234_496,
      free: 1_204_224,
      index: 6_300_000,
      pictures: 912_000,
      caches,
      chats: world().chats.map(({ id, account }, index) => ({
        chat: id,
        account,
        messages: 40_000 >> (index % 12),
        messageBytes: 18_000_000 >> (index % 12),
        indexBytes: 3_000_000 >> (index % 12),
        files: here(id).length,
        fileBytes: sum(here(id).map(({ size }) => size)),
      })),
    }),
    'storage.largest': () => ({
      sequence: 0,
      files: here().toSorted((a, b) => (b.size ?? 0) - (a.size ?? 0)),
    }),
    'storage.removeFile': ({ file }) => {
      remove([file]);
      return {};
    },
    'storage.removeFiles': ({ chat }) => {
      const files = here(chat);
      remove(files.map(({ id }) => id));
      return { files: files.length, bytes: sum(files.map(({ size }) => size)) };
    },
    'storage.clearCaches': () => {
      const bytes = caches;
      caches = 0;
      return { bytes };
    },
  };
}
