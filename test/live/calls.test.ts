/** Calls over each make of server, as far as signalling goes: the pages say what real ones have said. */
import { describe, expect, it } from 'vitest';
import type { CallEnd, PastCall } from '../../shared/contract.ts';
import { connect, dial, type Caller } from '../support/callers.ts';
import type { TestEngine } from '../support/engine.ts';
import { keepHouse } from '../support/household.ts';
import { openEncryptedChat, signIn } from '../support/people.ts';
import { makes } from '../support/servers.ts';

describe.each(makes)('%s', (_name, startServer) => {
  const house = keepHouse(startServer);
  const caller = (mirror: TestEngine, name: string): Caller => ({ mirror, address: `${name}@localhost` });
  const ends = (mirror: TestEngine, call: number, end: CallEnd): Promise<boolean> =>
    mirror.until(() => mirror.calls.get(call)?.end?.reason === end, end);
  /** What calls have left with somebody, the oldest first, once there are so many. */
  const traces = (mirror: TestEngine, count: number): Promise<PastCall[]> =>
    mirror.until(
      () => {
        const found = [...mirror.messages.values()].flatMap(({ call }) => call ?? []);
        return found.length === count ? found : undefined;
      },
      `${String(count)} traces`,
    );

  it('are taken on one device, declined on another, missed, and go on without the server', async () => {
    const [desk, laptop, phone] = [
      await house.start('desk'),
      await house.start('laptop'),
      await house.start('bob'),
    ];
    await signIn(desk, house.server, 'alice');
    await signIn(laptop, house.server, 'alice');
    await signIn(phone, house.server, 'bob');
    for (const each of [desk, laptop]) await openEncryptedChat(each, 'bob@localhost');
    await openEncryptedChat(phone, 'alice@localhost');
    const [alice, bob] = [caller(desk, 'alice'), caller(phone, 'bob')];

    // Out, and on: the keys are vouched for, and the other device of hers knows.
    const first = await connect(alice, bob);
    expect(desk.calls.get(first.ours)?.protection).toBe('omemo');
    expect(phone.calls.get(first.theirs)?.protection).toBe('omemo');
    await house.server.kill();
    await house.server.restart();
    for (const each of [desk, laptop, phone])
      await each.until(() => each.account().state === 'online', 'online again');
    await desk.call('calls.hold', { call: first.ours, isOnHold: true });
    await phone.until(() => phone.calls.get(first.theirs)?.isHeld === true, 'held');
    await desk.call('calls.end', { call: first.ours });
    await ends(phone, first.theirs, 'hung-up');
    expect((await traces(phone, 1)).map(({ end }) => end)).toEqual(['hung-up']);
    expect((await traces(laptop, 1)).map(({ end }) => end)).toEqual(['elsewhere']);

    // In, and declined on the other device.
    const second = await dial(bob, alice, false);
    const rings = await laptop.until(
      () => [...laptop.calls.values()].find(({ state }) => state === 'incoming')?.call,
      'the laptop rings',
    );
    await laptop.call('calls.decline', { call: rings });
    await ends(phone, second.ours, 'declined');
    await ends(desk, second.theirs, 'elsewhere');

    // In, and missed.
    const third = await dial(bob, alice, false);
    await phone.call('calls.end', { call: third.ours });
    await ends(desk, third.theirs, 'missed');
    expect((await traces(desk, 3)).map(({ end }) => end)).toEqual(['hung-up', 'elsewhere', 'missed']);
    expect((await traces(laptop, 3)).map(({ end }) => end)).toEqual(['elsewhere', 'declined', 'missed']);
    expect(desk.chatWith('bob@localhost')?.unread).toBe(1);
  });
});
