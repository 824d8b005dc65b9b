/** A world in which the person has put things in order, blocked somebody, and is flooded with requests. */
import type { ChatRow } from '../../../shared/contract.ts';
import { FOREVER } from '../../../shared/mute.ts';
import type { World } from '../world.ts';

export function arrange(world: World, now: number): void {
  const change = (index: number, more: Partial<ChatRow>): void => {
    const chat = world.chats[index];
    if (chat !== undefined) world.chats[index] = { ...chat, ...more };
  };
  change(3, { pinned: 1 });
  change(4, { pinned: 2, mutedUntil: FOREVER });
  change(1, { mutedUntil: now + 3_600_000 });
  change(6, { isMarkedUnread: true });
  change(7, { isArchived: true });
  change(8, { isArchived: true, mutedUntil: FOREVER });
  world.blocked = [
    {
      account: 1,
      isOffered: true,
      canReport: true,
      addresses: ['spam.example', 'tybalt@capulet.example'],
    },
    { account: 2, isOffered: false, canReport: false, addresses: [] },
  ];
  for (let i = 0; i < 37; i++) {
    const note = i % 4 === 0 ? 'Hi dear, I saw your profile and want to know you better' : '';
    world.requests.push({
      account: 1,
      address: `lonely${String(i)}@flood.example`,
      note,
      at: now - i * 150_000,
    });
  }
}
