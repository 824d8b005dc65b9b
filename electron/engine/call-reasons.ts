/** Why a call ended, from the words of XEP-0166 to those of the window. Pure. */
import type { CallEnd } from '../../shared/contract.ts';
import type { Condition } from '../xmpp/xep/xep0166.ts';
import type { CallState } from './call-state.ts';

const ENDS: Record<Condition, CallEnd | undefined> = {
  'alternative-session': 'elsewhere',
  busy: 'busy',
  cancel: undefined,
  'connectivity-error': 'failed',
  decline: 'declined',
  expired: undefined,
  'failed-application': 'unsupported',
  'failed-transport': 'failed',
  'general-error': 'failed',
  gone: 'lost',
  'incompatible-parameters': 'unsupported',
  'media-error': 'failed',
  'security-error': 'insecure',
  success: undefined,
  timeout: undefined,
  'unsupported-applications': 'unsupported',
  'unsupported-transports': 'unsupported',
};

/** How a call ends that the other side ends: what that is called depends on how far it was. */
export function endOf(
  { stage, isOutgoing }: Pick<CallState, 'stage' | 'isOutgoing'>,
  reason: Condition | undefined,
): CallEnd {
  const named = reason && ENDS[reason];
  if (stage === 'active')
    return named === undefined || named === 'declined' || named === 'busy' ? 'hung-up' : named;
  if (stage === 'incoming') return named === 'elsewhere' || named === 'insecure' ? named : 'missed';
  if (named !== undefined) return named;
  const isAsked = stage === 'proposed' || stage === 'ringing';
  if (reason === 'timeout' || reason === 'expired') return isAsked && isOutgoing ? 'no-answer' : 'lost';
  return isAsked ? 'declined' : 'hung-up';
}
