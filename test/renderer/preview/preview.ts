/**
 * The window on a scripted world, for looking at it without an engine. The address chooses the scene:
 * `?scene=first-run|locked|keyring-lost|damaged|welcome|chats|offline|many|key-changed|new-device&dir=rtl&theme=dark`.
 */
import { mount } from 'svelte';
import Root from '../../../renderer/App.svelte';
import { App } from '../../../renderer/state/app.svelte.ts';
import '../../../renderer/style/tokens.css';
import '../../../renderer/style/base.css';
import { ScriptedPort } from '../../support/scripted-port.ts';
import { arrange } from './arranged-world.ts';
import { createFarSide } from './far-side.ts';
import { withFiles } from './file-world.ts';
import { withRooms } from './room-world.ts';
import { withText } from './text-world.ts';
import { withFaces } from './people-world.ts';
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
    case 'screen-locked':
      world.profile = { state: 'screen-locked', protection: 'keyring', nextTry: Date.now() + 300_000 };
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
    case 'key-changed':
      doubt(world, true);
      break;
    case 'new-device':
      doubt(world, false);
      break;
    case 'files':
      withFiles(world, now);
      break;
    case 'text':
      withText(world, now);
      break;
    case 'arranged':
      arrange(world, now);
      break;
    case 'rooms':
      withRooms(world, now);
      break;
    case 'faces':
      withFaces(world, now);
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

/** Juliet's device shows another key than before, or a new one appears. */
function doubt(world: World, isChange: boolean): void {
  const [juliet] = world.chats;
  const device = world.devices.find((row) => row.address === juliet?.address && row.trust === 'undecided');
  if (juliet === undefined || device?.fingerprint === undefined) return;
  const { address, device: number, fingerprint } = device;
  const earlier = '3fa1c9d07be2'.repeat(6).slice(0, 64);
  const told = { address, device: number, label: 'New phone', fingerprint, ...(isChange && { earlier }) };
  const more = { ...told, device: 4711, fingerprint: 'e'.repeat(64) };
  world.chats[0] = { ...juliet, doubts: [told, ...(isChange ? [] : [more])] };
  const last = world.messages.findLast((row) => row.chat === juliet.id);
  if (!isChange || last === undefined) return;
  world.messages.push({
    ...last,
    id: last.id + 1_000,
    at: last.at + 1,
    isOutgoing: true,
    sender: 'romeo@montague.example',
    text: 'Are you still at the balcony?',
    delivery: 'queued',
    encryption: 'none',
  });
}

let far: ReturnType<typeof createFarSide> | undefined;
const world = createWorld(now);
setScene(world, query.get('scene') ?? 'chats');
const port = new ScriptedPort(world, (work, milliseconds) => setTimeout(work, milliseconds));
Object.defineProperty(port.calls, 'far', { get: () => (far ??= createFarSide()) });
const app = new App(port, { languages: navigator.languages, memory: localStorage });
Object.assign(window, { port, waxwing: app });

const target = document.getElementById('app');
if (target) mount(Root, { target, props: { app } });

const direction = query.get('dir');
if (direction) setTimeout(() => (document.documentElement.dir = direction));
