/** Which settings a few typed words mean, in the person's language. Pure. */
import type { Translate } from '../../i18n/language.svelte.ts';
import { bestScore } from '../../lib/fuzzy.ts';
import { settingList, type SettingName, type SettingsSection } from '../../lib/setting-list.ts';

export interface FoundSetting {
  readonly name: SettingName;
  readonly section: SettingsSection;
  readonly label: string;
  /** All that it answers to, its own name first. */
  readonly texts: readonly string[];
}

/** Letters that merely occur in their order mean a chat whose name one half remembers, and no setting. */
const LEAST = 50;

/** All settings in words. */
export function allSettings(t: Translate): FoundSetting[] {
  return settingList.map(({ name, section, label }) => ({
    name,
    section,
    label: t(label),
    texts: [
      t(label),
      ...t(`find.${name}`)
        .split(',')
        .map((words) => words.trim()),
      t(`settings.${section}`),
    ],
  }));
}

/** Those that fit, the best first. @param query as typed; nothing fits an empty one */
export function findSettings(t: Translate, query: string): FoundSetting[] {
  if (query.trim() === '') return [];
  return allSettings(t)
    .map((setting) => ({ setting, score: bestScore(query, setting.texts) }))
    .filter(({ score }) => score >= LEAST)
    .sort((a, b) => b.score - a.score) // stable: in the order of the settings where they fit equally well
    .map(({ setting }) => setting);
}
