/**
 * Whether what the other side says of a call's keys suffices to talk to nobody but the other side (H68). Pure; that a
 * session ends with `security-error` for any fault is the engine's business.
 */
import { withSharedTransports } from './jingle-bundle.ts';
import type { Fingerprint, MediaContent, SessionDescription } from './jingle.ts';

/**
 * - `missing`: a medium without credentials or without a fingerprint of a good hash function;
 * - `changed`: another certificate than before in the same content;
 * - `roles`: nobody or both would begin the handshake, or the sides are swapped in the middle (RFC 8842 §5.3).
 */
export type ProtectionFault = 'missing' | 'changed' | 'roles';

/**
 * @param kind an `offer` leaves open who begins or says it, an `answer` has to say it; an `info` (transport-info) may say
 * nothing of keys, but nothing else either
 * @param before what the same side said last of the contents that it had. They are told apart by their names: whoever
 * adds one, most programs call the initiator its creator
 */
export function protectionFault(
  said: SessionDescription,
  kind: 'offer' | 'answer' | 'info',
  before?: SessionDescription,
): ProtectionFault | undefined {
  for (const content of withSharedTransports(said, before).contents) {
    if (content.isRejected !== undefined) continue;
    const fault = faultOf(content, kind, fingerprintIn(before, content));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function fingerprintIn(
  before: SessionDescription | undefined,
  content: MediaContent,
): Fingerprint | undefined {
  return before?.contents.find(({ name }) => name === content.name)?.transport?.fingerprint;
}

function faultOf(
  { transport }: MediaContent,
  kind: 'offer' | 'answer' | 'info',
  before: Fingerprint | undefined,
): ProtectionFault | undefined {
  const now = transport?.fingerprint;
  if (kind !== 'info' && (now === undefined || transport?.credentials === undefined)) return 'missing';
  if (now === undefined) return undefined;
  if (before !== undefined && (before.hash !== now.hash || before.value !== now.value)) return 'changed';
  if (kind === 'answer' && now.setup === 'actpass') return 'roles';
  const [was, is] = [before?.setup, now.setup];
  return was !== undefined && was !== 'actpass' && is !== 'actpass' && was !== is ? 'roles' : undefined;
}
