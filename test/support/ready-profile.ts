/**
 * Profiles that are ready before a window opens them: made by the engine in plain Node, without a keyring and on the
 * consent that only a throwaway profile may be given, with accounts that trust the private server by its fingerprint.
 */
import { createEngine } from '../../electron/engine/engine.ts';
import type { Keyring } from '../../electron/engine/host.ts';
import { createTestHost, Mirror, type TestEngine } from './engine.ts';
import { online } from './people.ts';
import type { Prosody } from './prosody.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('there is no keyring'));
/** What a machine without a keyring answers. */
export const noKeyring: Keyring = { backend: () => Promise.resolve(undefined), wrap: refuse, unwrap: refuse };

/** Opens a profile folder, making the profile if there is none. The caller stops the engine before a window opens it. */
export async function startUnprotectedEngine(profile: string): Promise<TestEngine> {
  const engine = createEngine({ ...createTestHost({ profile }), keyring: noKeyring });
  const mirror = new Mirror(engine);
  await engine.start();
  if (mirror.profile.state === 'choose-protection') await mirror.call('profile.protect', {});
  return Object.assign(mirror, { engine, stop: () => engine.stop() });
}

/** Signs in with the server and its certificate given by hand, and waits until the account is online. */
export async function signInPinned(who: Mirror, prosody: Prosody, name: string): Promise<number> {
  const { account } = await who.call('accounts.signIn', {
    ...prosody.account(name),
    server: { host: '127.0.0.1', port: prosody.ports.starttls, security: 'starttls' },
    pins: [prosody.fingerprint],
  });
  await online(who, account);
  return account;
}
