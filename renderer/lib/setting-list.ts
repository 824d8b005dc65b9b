/**
 * Every setting by name, with the section it stands in and the sentence that names it: for the search over the settings
 * and for the commands. Where and how one is shown is the components' business; they wear the name.
 */
import type { MessageKey } from '../i18n/language.svelte.ts';

export const settingsSections = [
  'accounts',
  'appearance',
  'writing',
  'notifications',
  'calls',
  'desktop',
  'privacy',
  'blocked',
  'protection',
  'data',
  'advanced',
  'about',
] as const;
export type SettingsSection = (typeof settingsSections)[number];

interface Entry {
  readonly name: string;
  readonly section: SettingsSection;
  /** What it is called in the settings. Further words that lead there are in the sentence `find.<name>`. */
  readonly label: MessageKey;
}

export const settingList = [
  { name: 'account-add', section: 'accounts', label: 'sign-in.another' },
  { name: 'account-profile', section: 'accounts', label: 'account.profile' },
  { name: 'account-password', section: 'accounts', label: 'account.password' },
  { name: 'account-server', section: 'accounts', label: 'account.server' },
  { name: 'account-about', section: 'accounts', label: 'account.about' },
  { name: 'account-remove', section: 'accounts', label: 'account.remove' },
  { name: 'theme', section: 'appearance', label: 'settings.theme' },
  { name: 'text-size', section: 'appearance', label: 'settings.text-size' },
  { name: 'language', section: 'appearance', label: 'settings.language' },
  { name: 'send-key', section: 'writing', label: 'settings.send-key' },
  { name: 'format-bar', section: 'writing', label: 'settings.format-bar' },
  { name: 'shortcuts', section: 'writing', label: 'shortcuts.title' },
  { name: 'mute', section: 'notifications', label: 'notifications.mute' },
  { name: 'preview', section: 'notifications', label: 'notifications.preview' },
  { name: 'quiet', section: 'notifications', label: 'notifications.quiet' },
  { name: 'rules', section: 'notifications', label: 'notifications.rules' },
  { name: 'call-contacts', section: 'calls', label: 'call.contacts-only' },
  { name: 'call-relay', section: 'calls', label: 'call.relay-only' },
  { name: 'call-devices', section: 'calls', label: 'call.devices' },
  { name: 'closing', section: 'desktop', label: 'settings.closing' },
  { name: 'login', section: 'desktop', label: 'settings.login' },
  { name: 'minimizing', section: 'desktop', label: 'settings.minimizes' },
  { name: 'away', section: 'privacy', label: 'privacy.away' },
  { name: 'time', section: 'privacy', label: 'privacy.time' },
  { name: 'system', section: 'privacy', label: 'privacy.system' },
  { name: 'blocked', section: 'blocked', label: 'blocked.add' },
  { name: 'recovery', section: 'protection', label: 'recovery.title' },
  { name: 'lock', section: 'protection', label: 'lock.title' },
  { name: 'automatic-files', section: 'data', label: 'files.automatic' },
  { name: 'storage', section: 'data', label: 'storage.title' },
  { name: 'retention', section: 'data', label: 'retention.label' },
  { name: 'backup', section: 'data', label: 'backup.start' },
  { name: 'export', section: 'data', label: 'export.everything' },
  { name: 'import', section: 'data', label: 'import.start' },
  { name: 'console', section: 'advanced', label: 'console.setting' },
  { name: 'updates', section: 'about', label: 'update.title' },
  { name: 'diagnosis', section: 'about', label: 'diagnosis.title' },
  { name: 'crashes', section: 'about', label: 'crashes.title' },
] as const satisfies readonly Entry[];

export type SettingName = (typeof settingList)[number]['name'];
