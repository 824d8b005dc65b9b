/** Over what a session goes on: only over what carried it, because a server may keep its framing. */
import { expect, it } from 'vitest';
import type { BareJid, FullJid } from '../../shared/jid.ts';
import { negotiationOptions } from '../../electron/xmpp/negotiation-options.ts';
import type { StreamOptions } from '../../electron/xmpp/stream-options.ts';

const session = { id: 's', jid: 'alice@a.test/r' as FullJid, received: 3 };

it.each([
  ['starttls', undefined, true],
  ['direct-tls', undefined, true],
  ['websocket', undefined, false],
  ['bosh', undefined, false],
  ['starttls', 'websocket', false],
  ['websocket', 'websocket', true],
  ['bosh', 'websocket', false],
] as const)('over %s one of %s resumes: %s', (transport, carrier, mayResume) => {
  const options = {
    address: 'alice@a.test' as BareJid,
    scramSeen: false,
    memory: {},
    resume: { ...session, ...(carrier !== undefined && { carrier }) },
  } as unknown as StreamOptions;
  expect(negotiationOptions(options, 'a.test', { transport }).resume !== undefined).toBe(mayResume);
});
