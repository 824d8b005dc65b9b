/** The keys of the window as the person has them: the usual ones, and in their place what was chosen; kept with the looks. */
import {
  isSame,
  objectionTo,
  shortcuts,
  type Combination,
  type Shortcut,
  type ShortcutName,
} from '../lib/shortcuts.ts';
import type { Memory } from './appearance.svelte.ts';

/** `null`: none at all. */
type Chosen = Readonly<Partial<Record<ShortcutName, Combination | null>>>;

const KEPT = 'shortcuts';

export class Shortcuts {
  readonly #memory: Memory | undefined;
  #chosen = $state.raw<Chosen>({});
  /** Those that have keys now. */
  readonly all = $derived.by((): readonly Shortcut[] =>
    shortcuts.flatMap((usual) => {
      const chosen = this.#chosen[usual.name];
      if (chosen === undefined) return [usual];
      return chosen === null ? [] : [{ ...chosen, name: usual.name }];
    }),
  );

  constructor(memory: Memory | undefined) {
    this.#memory = memory;
    this.#chosen = read(memory?.getItem(KEPT));
  }

  get isChanged(): boolean {
    return Object.keys(this.#chosen).length > 0;
  }

  /** The keys of something; none when it has none. */
  of(name: ShortcutName): Shortcut | undefined {
    return this.all.find((shortcut) => shortcut.name === name);
  }

  /** What has these keys already, other than this. */
  takenBy(keys: Combination, name: ShortcutName): ShortcutName | undefined {
    return this.all.find((shortcut) => shortcut.name !== name && isSame(shortcut, keys))?.name;
  }

  /** Gives something other keys, or none; what had them has none then. */
  set(name: ShortcutName, keys: Combination | undefined): void {
    if (keys !== undefined && objectionTo(keys) !== undefined) return;
    const taken = keys && this.takenBy(keys, name);
    const usual = shortcuts.find((shortcut) => shortcut.name === name);
    const { [name]: _, ...others } = this.#chosen;
    this.#keep({
      ...others,
      ...(keys !== undefined && usual !== undefined && isSame(usual, keys) ? {} : { [name]: keys ?? null }),
      ...(taken !== undefined && { [taken]: null }),
    });
  }

  reset(): void {
    this.#keep({});
  }

  #keep(chosen: Chosen): void {
    this.#chosen = chosen;
    this.#memory?.setItem(KEPT, JSON.stringify(chosen));
  }
}

/** What was kept, as far as it makes sense: a file that somebody changed may hold anything. */
function read(text: string | null | undefined): Chosen {
  let found: unknown;
  try {
    found = JSON.parse(text ?? '{}');
  } catch {
    return {}; // not ours: the usual keys
  }
  const chosen: Partial<Record<ShortcutName, Combination | null>> = {};
  for (const [name, value] of Object.entries(typeof found === 'object' && found !== null ? found : {})) {
    const known = shortcuts.find((shortcut) => shortcut.name === name);
    const keys: Combination | null | undefined = value === null ? null : readCombination(value);
    if (known !== undefined && keys !== undefined) chosen[known.name] = keys;
  }
  return chosen;
}

function readCombination(value: unknown): Combination | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { key, ctrl, alt, shift } = value as Readonly<Record<string, unknown>>;
  if (typeof key !== 'string' || key === '' || key.length > 20) return undefined;
  const keys: Combination = {
    key,
    ...(ctrl === true && { ctrl }),
    ...(alt === true && { alt }),
    ...(shift === true && { shift }),
  };
  return objectionTo(keys) === undefined ? keys : undefined;
}
