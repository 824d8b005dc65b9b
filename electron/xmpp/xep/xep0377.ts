/**
 * XEP-0377 Blocking Command Reports, version 0.4.1. https://xmpp.org/extensions/xep-0377.html
 * What a person tells the operators of their server about somebody whom they block; part of the blocking command.
 */
import { child, childText, is, xml, type Element } from '../xml.ts';

export const NS = 'urn:xmpp:reporting:1';
/** Servers advertise it (#disco); a client has nothing to. */
export const features: readonly string[] = [];

const REASONS = { spam: 'urn:xmpp:reporting:spam', abuse: 'urn:xmpp:reporting:abuse' } as const;

export interface Report {
  readonly reason: keyof typeof REASONS;
  /** What the person adds; empty for nothing. */
  readonly text: string;
  /** The person allows it to be passed on to the operators of the other server (#processing). */
  readonly mayForward: boolean;
}

/** One with a reason that the document does not know says nothing (#payload). */
export function read(element: Element): Report | undefined {
  if (!is(element, 'report', NS)) return undefined;
  const reason = (['spam', 'abuse'] as const).find((each) => REASONS[each] === element.attrs['reason']);
  return (
    reason && {
      reason,
      text: childText(element, 'text', NS) ?? '',
      mayForward: child(element, 'report-origin', NS) !== undefined,
    }
  );
}

export function write({ reason, text, mayForward }: Report): Element {
  return xml(
    'report',
    NS,
    { reason: REASONS[reason] },
    text !== '' && xml('text', NS, {}, text),
    mayForward && xml('report-origin', NS),
  );
}
