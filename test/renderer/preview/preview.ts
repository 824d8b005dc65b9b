/**
 * The window on a scripted world, for looking at it without an engine. The address chooses the scene:
 * `?scene=first-run|locked|keyring-lost|damaged|welcome|chats|offline|many&dir=rtl&theme=dark`.
 */
import { mount } from 'svelte';
import Root from '../../../renderer/App.svelte';
import { App } from '../../../renderer/state/app.svelte.ts';
import '../../../renderer/style/tokens.css';
import '../../../renderer/style/base.css';
import { ScriptedPort } from '../../support/scripted-port.ts';
import { createWorld, problemFor, type World } from '../world.ts';

const query = new URLSearchParams(location.search);
const now = Date.now();

function setScene(world: World, scene: string): void {
  const empty = (): void =>
    void Object.assign(world, { accounts: [], contacts: [], requests: [], chats: [], messages: [] });
  switch (scene) {
    case 'first-run':
      empty();
      world.profile = { state: 'choose-protection' };
      break;
    case 'locked':
      world.profile = { state: 'locked', protection: 'passphrase' };
      break;
    case 'keyring-lost':
      world.profile = { state: 'keyring-lost', protection: 'keyring' };
      break;
    case 'damaged':
      world.profile = { state: 'damaged', problem: 'SQLITE_CORRUPT: database disk image is malformed' };
      break;
    case 'welcome':
      empty();
      break;
    case 'empty':
      Object.assign(world, {
        contacts: [],
        requests: [],
        chats: [],
        messages: [],
        accounts: world.accounts.slice(0, 1),
      });
      break;
    case 'offline':
      world.accounts = world.accounts.map((row, i) => ({
        ...row,
        state: 'offline',
        problem: i === 0 ? { code: 'offline' } : { ...problemFor('certificate'), host: 'work.example' },
        nextTry: now + 42_000,
        ...(i === 1 && {
          outage: {
            isPlanned: true,
            beginning: now - 1_800_000,
            expectedEnd: now + 5_400_000,
            messages: { default: 'Umzug', en: 'We are moving to a new machine. Messages wait for you.' },
          },
        }),
      }));
      break;
    case 'many':
      for (let i = 0; i < 1_000; i++) {
        const template = world.chats[i % 12];
        if (template)
          world.chats.push({ ...template, id: 1_000 + i, address: `person${i}@many.example`, unread: 0 });
      }
      break;
    default:
  }
}

const world = createWorld(now);
setScene(world, query.get('scene') ?? 'chats');
const port = new ScriptedPort(world, (work, milliseconds) => setTimeout(work, milliseconds));
const app = new App(port, { languages: navigator.languages, memory: localStorage });
Object.assign(window, { port, waxwing: app });

const target = document.getElementById('app');
if (target) mount(Root, { target, props: { app } });

const direction = query.get('dir');
if (direction) setTimeout(() => (document.documentElement.dir = direction));
