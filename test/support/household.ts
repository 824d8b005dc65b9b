/** Devices of Alice and Bob at a server of one make: started when a test wants them, and stopped with it. */
import { afterAll, beforeAll } from 'vitest';
import { startTestEngine, type TestEngine } from './engine.ts';
import { temporaryFolder } from './folder.ts';
import type { XmppServer } from './server.ts';
import type { makes } from './servers.ts';

export interface Household {
  readonly server: XmppServer;
  /** Starts a device on its folder, also once more after it was stopped. */
  readonly start: (name: string) => Promise<TestEngine>;
  /** As it was started last. */
  readonly device: (name: string) => TestEngine;
}

/** Sets hooks of the file or block that calls it; Alice and Bob have accounts and know each other. */
export function keepHouse(startServer: (typeof makes)[number][1]): Household {
  let server: XmppServer | undefined;
  const folders = new Map<string, ReturnType<typeof temporaryFolder>>();
  const engines = new Map<string, TestEngine>();

  beforeAll(async () => {
    server = await startServer({ accounts: ['alice', 'bob'], contacts: [['alice', 'bob']] });
  });

  afterAll(async () => {
    await Promise.all([...engines.values()].map((engine) => engine.stop()));
    await server?.stop();
    for (const folder of folders.values()) folder.remove();
  });

  const there = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('it was not started yet');
    return thing;
  };
  return {
    get server() {
      return there(server);
    },
    device: (name) => there(engines.get(name)),
    start: async (name) => {
      const folder = folders.get(name) ?? temporaryFolder(name);
      folders.set(name, folder);
      const engine = await startTestEngine({ profile: folder.path, authority: there(server).authority });
      engines.set(name, engine);
      return engine;
    },
  };
}
