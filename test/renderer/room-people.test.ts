import { describe, expect, it, vi } from 'vitest';
import { powersOver, type Power } from '../../renderer/lib/room-powers.ts';
import { callerOf } from '../../renderer/state/call.ts';
import { Crowd, PAGE } from '../../renderer/state/crowd.svelte.ts';
import type { Input, OccupantRow, RoomRow } from '../../shared/contract.ts';
import { ScriptedPort } from '../support/scripted-port.ts';
import { createWorld } from './world.ts';

type Rank = OccupantRow['affiliation'];
const person = (more: Partial<OccupantRow> = {}): OccupantRow => ({
  nick: 'Tybalt',
  role: 'participant',
  affiliation: 'none',
  availability: 'online',
  address: 'tybalt@capulet.example',
  ...more,
});
const us = (role: RoomRow['role'], affiliation: Rank): Pick<RoomRow, 'state' | 'role' | 'affiliation'> => ({
  state: 'in',
  role,
  affiliation,
});

describe('what we may do to somebody in a room', () => {
  const rows: readonly [string, ReturnType<typeof us>, OccupantRow, readonly Power[]][] = [
    ['a participant nothing', us('participant', 'member'), person(), []],
    ['a moderator their voice', us('moderator', 'none'), person(), ['silence', 'kick']],
    ['a moderator a visitor', us('moderator', 'none'), person({ role: 'visitor' }), ['voice', 'kick']],
    ['a moderator no admin', us('moderator', 'member'), person({ affiliation: 'admin' }), []],
    ['an admin members', us('moderator', 'admin'), person(), ['silence', 'member', 'kick', 'ban']],
    ['an admin no admin', us('moderator', 'admin'), person({ affiliation: 'admin' }), []],
    ['an admin no owner', us('moderator', 'admin'), person({ affiliation: 'owner' }), []],
    [
      'an owner everything',
      us('moderator', 'owner'),
      person({ role: 'moderator', affiliation: 'admin' }),
      ['owner', 'member', 'none', 'kick', 'ban'],
    ],
    [
      'an owner another one only after a step down',
      us('moderator', 'owner'),
      person({ role: 'moderator', affiliation: 'owner' }),
      ['admin', 'member', 'none'],
    ],
    ['nobody themselves', us('moderator', 'owner'), person({ isOwn: true }), []],
    ['nobody from outside', { ...us('moderator', 'owner'), state: 'out' }, person(), []],
  ];
  it.each(rows)('%s', (_, own, them, powers) => {
    expect(powersOver(own, them)).toEqual(powers);
  });

  it('an admin can ban nobody whose address is hidden', () => {
    const { address: _, ...hidden } = person();
    expect(powersOver(us('moderator', 'admin'), hidden)).toEqual(['silence', 'kick']);
  });
});

describe('the people in a room', () => {
  const crowdOf = (
    count: number,
  ): { crowd: Crowd; asked: Input<'rooms.occupants'>[]; refused: unknown[] } => {
    const port = new ScriptedPort(createWorld(0));
    const asked: Input<'rooms.occupants'>[] = [];
    const refused: unknown[] = [];
    const all = Array.from({ length: count }, (_, i) => person({ nick: `Guest ${String(i)}` }));
    port.answers['rooms.occupants'] = (input) => {
      asked.push(input);
      const { search = '', offset = 0, limit } = input;
      const found = all.filter(({ nick }) => nick.includes(search));
      return { occupants: found.slice(offset, offset + limit), total: found.length };
    };
    return { crowd: new Crowd(callerOf(port), 1, (failure) => refused.push(failure)), asked, refused };
  };

  it('are asked for where somebody looks, each page once', async () => {
    const { crowd, asked } = crowdOf(10_000);
    crowd.find('');
    await expect.poll(() => crowd.total).toBe(10_000);
    expect(crowd.at(PAGE)).toBeUndefined();
    for (const index of [9_990, 9_991, 9_992]) crowd.want(index);
    await expect.poll(() => crowd.at(9_992)?.nick).toBe('Guest 9992');
    expect(asked).toEqual([
      { chat: 1, offset: 0, limit: PAGE },
      { chat: 1, offset: 9_900, limit: PAGE },
    ]);
  });

  it('of an earlier search do not come back', async () => {
    const { crowd } = crowdOf(500);
    crowd.find('1');
    crowd.find('499');
    await expect.poll(() => crowd.total).toBe(1);
    expect(crowd.at(0)?.nick).toBe('Guest 499');
    expect(crowd.at(1)).toBeUndefined();
  });

  it('who come and go by hundreds are asked for once', async () => {
    vi.useFakeTimers();
    const { crowd, asked } = crowdOf(50);
    crowd.find('');
    await vi.runAllTimersAsync();
    for (let i = 0; i < 300; i++) crowd.refreshSoon();
    await vi.runAllTimersAsync();
    expect(asked).toHaveLength(2);
    crowd.refreshSoon();
    crowd.close();
    await vi.runAllTimersAsync();
    expect(asked).toHaveLength(2);
    vi.useRealTimers();
  });
});
