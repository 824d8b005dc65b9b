import { describe, expect, it } from 'vitest';
import { roomProblems, type MessageRow } from '../../shared/contract.ts';
import { roomRemedies } from '../../renderer/lib/room-problems.ts';
import { timelineItems } from '../../renderer/lib/rows.ts';
import { nickOf, roomName } from '../../renderer/lib/rooms.ts';
import { App } from '../../renderer/state/app.svelte.ts';
import { chatEntries } from '../../renderer/state/found.ts';
import { choicesFor } from '../../renderer/views/palette/choices.ts';
import { ScriptedPort } from '../support/scripted-port.ts';
import { must } from './must.ts';
import { SQUARE, withRooms } from './preview/room-world.ts';
import { createWorld } from './world.ts';

const NOW = Date.UTC(2026, 10, 20, 12);

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

async function started(): Promise<{ app: App; port: ScriptedPort }> {
  const world = createWorld(NOW);
  withRooms(world, NOW);
  const port = new ScriptedPort(world);
  const app = new App(port);
  app.start();
  await settled();
  return { app, port };
}

describe('names', () => {
  it.each([
    ['', 'square@rooms.example', 'square'],
    ['The \u202Esquare', 'square@rooms.example', 'The square'],
    ['', 'rooms.example', 'rooms.example'],
    [' ', 'square@rooms.example', 'square'],
  ])('a room called %j at %s is %s', (name, address, shown) => {
    expect(roomName(name, address)).toBe(shown);
  });

  it('knows what somebody calls themselves, whatever they put into it', () => {
    expect(nickOf('square@rooms.example/a/b@c')).toBe('a/b@c');
    expect(nickOf('square@rooms.example')).toBeUndefined();
  });
});

describe('what is said in a room', () => {
  const row = (more: Partial<MessageRow>): MessageRow => ({
    id: 1,
    account: 1,
    chat: SQUARE,
    isOutgoing: false,
    sender: 'square@rooms.example/Tybalt',
    text: '',
    at: NOW,
    delivery: 'received',
    encryption: 'none',
    ...more,
  });

  it('stands together as long as it is the same person, whatever they are called', () => {
    const items = timelineItems(
      [
        row({ id: 1, occupant: 'a' }),
        row({ id: 2, occupant: 'a' }),
        row({ id: 3, occupant: 'b' }), // took the name of the one before
        row({ id: 4, occupant: 'b', sender: 'square@rooms.example/Paris' }),
      ],
      { unreadAfter: undefined, hasOlder: true },
    );
    expect(items.map(({ isFirst }) => isFirst)).toEqual([true, false, true, true]);
  });

  it('and felt is told of its author', async () => {
    const { app } = await started();
    const chat = must(app.chats.get(SQUARE));
    const sender = `${chat.address}/Paris`;
    const felt = { sender, emojis: ['👍'], at: NOW, encryption: 'none' as const };
    expect(app.reactorOf(chat, { ...felt, isOwn: false })).toBe('Paris');
    expect(app.reactorOf(chat, { ...felt, isOwn: true })).toBe('You');
  });
});

it('every way to be kept out has something to do', () => {
  for (const code of roomProblems) expect(roomRemedies[code].length, code).toBeGreaterThan(0);
});

describe('rooms', () => {
  it('are called by their names, and people in them by what they call themselves', async () => {
    const { app, port } = await started();
    const room = must(app.rooms.get(SQUARE));
    expect(app.nameOf(1, room.address)).toBe('Verona Square');
    expect(app.nameOf(1, `${room.address}/Ty\u202Ebalt`)).toBe('Tybalt');
    // The same address is another room for another account, or none.
    expect(app.nameOf(2, room.address)).toBe(room.address);
    port.announce({ put: 'room', row: { ...room, name: '' } });
    expect(app.nameOf(1, room.address)).toBe('verona-square');
    const own = { account: 1, chat: SQUARE, sender: 'romeo@montague.example', isOutgoing: true };
    expect(app.authorOf(own)).toBe('Romeo');
    expect(app.authorOf({ ...own, sender: `${room.address}/Tybalt`, isOutgoing: false })).toBe('Tybalt');
  });

  it('go with their chat and their account', async () => {
    const { app, port } = await started();
    port.announce({ put: 'no-chat', chat: SQUARE });
    expect(app.rooms.get(SQUARE)).toBeUndefined();
    expect(app.rooms.all.length).toBeGreaterThan(0);
    expect(app.rooms.invites).toHaveLength(2);
    port.announce({ put: 'no-account', account: 1 });
    expect(app.rooms.all).toEqual([]);
    expect(app.rooms.invites).toEqual([]);
  });

  it('say that those who are in them have changed', async () => {
    const { app, port } = await started();
    const before = app.rooms.crowdOf(SQUARE);
    port.announce({ put: 'occupants', chat: 301 });
    expect(app.rooms.crowdOf(SQUARE)).toBe(before);
    port.announce({ put: 'occupants', chat: SQUARE });
    expect(app.rooms.crowdOf(SQUARE)).not.toBe(before);
  });

  it('stand among the chats, are found by their names, and can be shown alone', async () => {
    const { app } = await started();
    app.navigation.listView = 'rooms';
    const shown = chatEntries(app, '', undefined);
    expect(shown).toHaveLength(app.rooms.all.length);
    expect(shown[0]?.name).toBe('Verona Square');
    app.navigation.listView = 'all';
    expect(chatEntries(app, '', undefined).length).toBeGreaterThan(shown.length);
    expect(chatEntries(app, 'square', undefined)[0]?.name).toBe('Verona Square');
    const [choice] = must(choicesFor(app, 'verona sq')[0]).choices;
    expect(choice).toMatchObject({ label: 'Verona Square', person: { isRoom: true } });
  });

  it('are left by an invitation that is answered', async () => {
    const { app, port } = await started();
    const [first, second] = app.rooms.invites;
    const chat = await app.rooms.accept(must(first));
    await app.rooms.decline(must(second));
    expect(app.rooms.invites).toEqual([]);
    expect(app.rooms.get(chat)).toMatchObject({ address: must(first).address, state: 'in' });
    expect(port.asked.filter(({ name }) => name.startsWith('rooms.')).map(({ name }) => name)).toEqual([
      'rooms.acceptInvite',
      'rooms.declineInvite',
    ]);
  });
});
