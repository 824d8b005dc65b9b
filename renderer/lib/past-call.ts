/** What a call that is over is called, in a chat and in the list of chats. Pure. */
import type { PastCall } from '../../shared/contract.ts';
import type { Translate } from '../i18n/language.svelte.ts';
import { lengthText } from './sound.ts';

/** Somebody called, and nobody here spoke with them. */
export function isMissed({ end }: Pick<PastCall, 'end'>, isOutgoing: boolean): boolean {
  return !isOutgoing && (end === 'missed' || end === 'no-answer' || end === 'busy');
}

/** "Voice call, 3:20", "Missed video call", "Video call, declined". */
export function pastCallText(
  t: Translate,
  { hasVideo, end, seconds }: PastCall,
  isOutgoing: boolean,
): string {
  const kind = hasVideo ? 'video' : 'voice';
  if (isMissed({ end }, isOutgoing)) return t(`call.past.missed.${kind}`);
  const name = t(`call.past.${kind}`);
  if (seconds !== undefined) return `${name}, ${lengthText(seconds * 1_000)}`;
  if (end === 'hung-up') return name;
  return `${name}: ${t(end === 'missed' ? 'call.past.no-answer' : `call.past.${end}`)}`;
}
