/** Negotiations as other programs write them, from the files in jingle/, and what Electron's WebRTC offers and answers. */
import { readFileSync } from 'node:fs';
import type { SessionDescription } from '../../electron/xmpp/jingle.ts';
import { readSessionDescription } from '../../electron/xmpp/jingle-media.ts';
import { readJingle, type Jingle } from '../../electron/xmpp/xep/xep0166.ts';
import { parseXml } from '../support/xml.ts';

/** The text of a file in jingle/. */
export function recorded(file: string): string {
  return readFileSync(new URL(`jingle/${file}`, import.meta.url), 'utf8');
}

/** @throws when it is no Jingle */
export function recordedJingle(name: string): Jingle {
  const jingle = readJingle(parseXml(recorded(`${name}.xml`).trim()));
  if (jingle === undefined) throw new Error(`${name} is no Jingle`);
  return jingle;
}

/** @throws when it cannot be read */
export function recordedDescription(name: string): SessionDescription {
  const description = readSessionDescription(recordedJingle(name));
  if (description === undefined) throw new Error(`${name} describes nothing`);
  return description;
}

export const INITIATES = ['dino-initiate', 'conversations-initiate', 'monal-initiate', 'movim-initiate'];
