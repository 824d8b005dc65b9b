/** A message as a screen reader says it: without marks of styling, and not what it covers. */
import type { MessageRow } from '../../shared/contract.ts';
import { previewOf } from '../../shared/preview.ts';
import type { Translate } from '../i18n/language.svelte.ts';
import { pastCallText } from './past-call.ts';

/** @param most in UTF-16 units */
export function spokenText(
  t: Translate,
  row: Pick<
    MessageRow,
    'text' | 'unreadable' | 'isUnstyled' | 'spoiler' | 'retracted' | 'call' | 'isOutgoing'
  >,
  author: string,
  most: number,
): string {
  if (row.retracted !== undefined) return t('message.retracted');
  if (row.unreadable !== undefined) return t('message.unreadable');
  if (row.call !== undefined) return pastCallText(t, row.call, row.isOutgoing);
  if (row.spoiler !== undefined)
    return row.spoiler === '' ? t('spoiler') : t('spoiler.about', { about: row.spoiler });
  return previewOf({ text: row.text.slice(0, most), isUnstyled: row.isUnstyled }, author);
}
