/** All readers of elements that the protocol files have, found by their form, so that none is forgotten. */
import { readFileSync, readdirSync } from 'node:fs';
import { readMessage } from '../../electron/xmpp/message.ts';
import type { Element } from '../../electron/xmpp/xml.ts';

type Reader = (element: Element) => unknown;

const folder = new URL('../../electron/xmpp/xep/', import.meta.url);
const found: Reader[] = [readMessage];
for (const file of readdirSync(folder)) {
  const url = new URL(file, folder);
  const names = readFileSync(url, 'utf8').matchAll(/^export function (read\w*)\(\w+: Element\)/gm);
  const module = (await import(url.href)) as Readonly<Record<string, Reader>>;
  for (const [, name = ''] of names) {
    const reader = module[name];
    if (reader !== undefined) found.push(reader);
  }
}
if (found.length < 30) throw new Error('the readers are not where they were');

export const readers: readonly Reader[] = found;
