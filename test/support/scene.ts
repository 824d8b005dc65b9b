/**
 * How an end-to-end test begins and ends: a server, friends at engines of their own, and Alice at a window. What fails
 * leaves a screenshot and what the program printed.
 */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { goWithoutProtection, signInByTyping, trustCertificate, untilOnline } from './drive.ts';
import { startTestEngine, type TestEngine } from './engine.ts';
import { temporaryFolder } from './folder.ts';
import { signIn } from './people.ts';
import { startProsody, type Prosody, type ProsodyOptions } from './prosody.ts';
import { openWindow, type AppWindow } from './window.ts';

export interface Scene {
  readonly prosody: Prosody;
  readonly alice: AppWindow;
  readonly bob: TestEngine;
  /** A friend by the name of the account. */
  readonly friend: (name: string) => TestEngine;
  /** Alice signs in as somebody does who starts for the first time, and is online after it. */
  readonly signIn: () => Promise<void>;
  /** Alice closes the window and starts the program again. */
  readonly restart: () => Promise<void>;
}

export interface SceneOptions extends Omit<ProsodyOptions, 'accounts' | 'contacts'> {
  /** Contacts of Alice's, who are online from the beginning. */
  readonly friends?: readonly string[];
}

/**
 * Sets the scene with hooks of the file that calls it.
 * @param name of the screenshot of what fails
 */
export function setScene(name: string, { friends = ['bob'], ...options }: SceneOptions = {}): Scene {
  let prosody: Prosody | undefined;
  let alice: AppWindow | undefined;
  const engines = new Map<string, TestEngine>();
  const folders = friends.map((friend) => temporaryFolder(friend));

  beforeAll(async () => {
    prosody = await startProsody({
      ...options,
      accounts: ['alice', ...friends],
      contacts: friends.map((friend) => ['alice', friend] as const),
    });
    for (const [index, friend] of friends.entries()) {
      const profile = folders[index]!.path;
      const engine = await startTestEngine({ profile, authority: prosody.authority });
      engines.set(friend, engine);
      await signIn(engine, prosody, friend);
    }
    alice = await openWindow();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    console.log(alice?.output());
    await alice?.screenshot(`failed-${name}`).catch(() => undefined); // it may be closed
  });

  afterAll(async () => {
    await alice?.close();
    for (const engine of engines.values()) await engine.stop();
    await prosody?.stop();
    for (const folder of folders) folder.remove();
  });

  const there = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('the scene is not set yet');
    return thing;
  };

  return {
    get prosody() {
      return there(prosody);
    },
    get alice() {
      return there(alice);
    },
    get bob() {
      return there(engines.get('bob'));
    },
    friend: (friend) => there(engines.get(friend)),
    signIn: async () => {
      const { page } = there(alice);
      const { account, ports } = there(prosody);
      await goWithoutProtection(page);
      await signInByTyping(page, {
        ...account('alice'),
        server: { host: '127.0.0.1', port: ports.starttls },
      });
      await trustCertificate(page);
      await untilOnline(page, 'alice@localhost');
    },
    restart: async () => {
      const { profile, close } = there(alice);
      await close();
      alice = await openWindow({ profile });
    },
  };
}
