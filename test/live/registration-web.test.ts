/** An account made where TCP is blocked: over WebSocket and BOSH, on each make of server, and signed in to right after. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegistration } from '../../electron/xmpp/registration.ts';
import type { BareJid } from '../../shared/jid.ts';
import { startEjabberd } from '../support/ejabberd.ts';
import { startProsody } from '../support/prosody.ts';
import type { XmppServer } from '../support/server.ts';
import { listen } from '../support/wire-listener.ts';

interface Make {
  readonly name: string;
  readonly start: () => Promise<XmppServer>;
  readonly paths: Readonly<Record<'wss' | 'https', string>>;
}

const makes: readonly Make[] = [
  {
    name: 'Prosody',
    start: () =>
      startProsody({
        accounts: [],
        web: true,
        modules: ['register_ibr'],
        config: 'allow_registration = true',
      }),
    paths: { wss: 'xmpp-websocket', https: 'http-bind' },
  },
  {
    name: 'ejabberd',
    start: () => startEjabberd({ accounts: [] }),
    paths: { wss: 'ws', https: 'bosh' },
  },
];

describe.each(makes)('$name', ({ start, paths }) => {
  let made: XmppServer;

  beforeAll(async () => {
    made = await start();
  });

  afterAll(async () => {
    await made.stop();
  });

  it.each([
    ['WebSocket', 'wss', 'juliet'],
    ['BOSH', 'https', 'nurse'],
  ] as const)('over %s', async (_way, scheme, name) => {
    const ca = [readFileSync(made.authority, 'utf8')];
    const server = { url: `${scheme}://localhost:${String(made.ports.web)}/${paths[scheme]}` };
    const domain = 'localhost' as BareJid;
    const registration = await openRegistration(
      { domain, server, ca, pins: [] },
      AbortSignal.timeout(20_000),
    );
    expect(registration.offer.fields.map((field) => field.name)).toEqual(
      expect.arrayContaining(['username', 'password']),
    );
    await registration.submit(
      new Map([
        ['username', [name]],
        ['password', ['a new secret']],
      ]),
    );
    registration.close();
    const { online, wire } = listen({ ca, server, address: `${name}@localhost`, password: 'a new secret' });
    expect((await online).jid.startsWith(`${name}@localhost/`)).toBe(true);
    wire.drop();
  });
});
