/**
 * XEP-0492 Chat notification settings, version 0.2.0. https://xmpp.org/extensions/xep-0492.html
 * Which chats may disturb, for all our devices, as an extension of bookmarks (XEP-0402). Settings for other kinds of
 * devices, and finer ones that we do not know, stay as they are (#rules).
 */
import { child, childElements, is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:notification-settings:1';
/** It concerns our own devices only. */
export const features: readonly string[] = [];

export const SETTINGS = ['always', 'on-mention', 'never'] as const;
export type NotificationSetting = (typeof SETTINGS)[number];

/** What we are, from the most to the least specific (#rules); the last is what holds for all. */
const OURS = [
  { category: 'client', type: 'pc' },
  { category: 'client', type: undefined },
  { category: undefined, type: undefined },
] as const;

const settingOf = (element: Element): NotificationSetting | undefined =>
  element.ns === NS ? SETTINGS.find((each) => each === element.name) : undefined;

/** True for a setting for just this kind of device. */
function isFor(element: Element, ours: (typeof OURS)[number]): boolean {
  return (
    settingOf(element) !== undefined &&
    element.attrs['identity-category'] === ours.category &&
    element.attrs['identity-type'] === ours.type
  );
}

/** What holds for us; `undefined` when nothing is set. @param extensions of a bookmark */
export function readNotification(extensions: readonly Element[]): NotificationSetting | undefined {
  const notify = extensions.find((each) => is(each, 'notify', NS));
  const settings = notify === undefined ? [] : childElements(notify);
  const found = OURS.flatMap((ours) => settings.find((each) => isFor(each, ours)) ?? [])[0];
  return found && settingOf(found);
}

/**
 * The same extensions with another setting, or with none that holds for us. The most specific one that holds is changed,
 * so that it holds; where there is none, one for all our devices is added.
 */
export function writeNotification(
  extensions: readonly Element[],
  setting: NotificationSetting | undefined,
): Element[] {
  const before = extensions.find((each) => is(each, 'notify', NS));
  const others = extensions.filter((each) => !is(each, 'notify', NS));
  const settings = before === undefined ? [] : childElements(before);
  const kept = settings.filter((each) => !OURS.some((ours) => isFor(each, ours)));
  const held = OURS.flatMap((ours) => {
    const found = settings.find((each) => isFor(each, ours));
    return found === undefined ? [] : [found];
  });
  const next = [...kept, ...(setting === undefined ? [] : change(held, setting))];
  return next.length === 0 ? others : [...others, xml('notify', NS, {}, next)];
}

/** @param held what holds for us, the most specific first, one for each kind */
function change([first, ...rest]: readonly Element[], setting: NotificationSetting): Element[] {
  if (first === undefined) return [xml(setting, NS)];
  const advanced = child(first, 'advanced', NS);
  const changed = xml(setting, NS, first.attrs, advanced);
  const all = [changed, ...rest];
  // #rules: others need something to fall back on.
  const hasFallback = all.some((each) => isFor(each, OURS[2]));
  return hasFallback ? all : [...all, xml(setting, NS)];
}
