import { expect, it } from 'vitest';
import { withAddresses } from '../../electron/engine/service-addresses.ts';
import type { ExternalService } from '../../electron/xmpp/xep/xep0215.ts';

const service = (type: ExternalService['type'], host: string): ExternalService => ({
  type,
  host,
  port: 3478,
  transport: 'udp',
  isRestricted: false,
});
const lookup = (name: string): Promise<string[]> =>
  Promise.resolve(
    {
      'turn.example': ['192.0.2.7', '2001:db8::7'],
      'many.example': ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'],
    }[name] ?? [],
  );
const hosts = async (given: ExternalService, ask?: typeof lookup): Promise<string[]> =>
  (await withAddresses([given], ask)).map(({ host }) => host);

it.each([
  ['turn', 'turn.example', ['192.0.2.7', '2001:db8::7']],
  ['stun', '192.0.2.9', ['192.0.2.9']],
  ['turn', '2001:db8::9', ['2001:db8::9']],
  ['turn', 'many.example', ['1.1.1.1', '1.1.1.2', '1.1.1.3']],
  ['turn', 'gone.example', []],
  ['turns', 'turn.example', []],
] as const)('%s at %s is reached at %j', async (type, host, at) => {
  expect(await hosts(service(type, host), lookup)).toEqual(at);
});

it('who hides behind a proxy has no names resolved beside it', async () => {
  expect(await hosts(service('turn', 'turn.example'))).toEqual([]);
  expect(await hosts(service('turn', '192.0.2.9'))).toEqual(['192.0.2.9']);
});
