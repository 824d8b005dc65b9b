/** A few words of an account of a test server without an engine: to prepare what another program expects to find there. */
import { randomUUID } from 'node:crypto';
import { connectStream } from '../../electron/xmpp/stream.ts';
import type { Wire } from '../../electron/xmpp/wire.ts';
import { readBareJid } from '../../shared/jid.ts';
import type { Prosody } from './prosody.ts';

/** Signs in, does that, and signs out. @throws Error when it does not get online */
export async function speakAs(
  prosody: Prosody,
  name: string,
  work: (wire: Wire) => Promise<void>,
): Promise<void> {
  const { address, password } = prosody.account(name);
  const jid = readBareJid(address);
  if (jid === undefined) throw new Error(`${address} is no address`);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const wire = connectStream(
    {
      address: jid,
      password,
      resource: 'preparation',
      server: { host: '127.0.0.1', port: prosody.ports.starttls, security: 'starttls' },
      pins: [prosody.fingerprint],
      scramSeen: false,
      memory: { agent: randomUUID(), sasl2Seen: false },
    },
    {
      state: (state) => {
        if (state.kind === 'online') resolve(undefined);
        if (state.kind === 'closed') reject(new Error(`${address}: ${state.problem?.code ?? 'closed'}`));
      },
      stanza: () => undefined,
      acknowledged: () => undefined,
      remember: () => undefined,
    },
  );
  await promise;
  await work(wire);
  await wire.close();
}
