/** Pictures, names and cards over each make of server: published, seen by a contact, and withdrawn. */
import { describe, expect, it } from 'vitest';
import { keepHouse } from '../support/household.ts';
import { signIn } from '../support/people.ts';
import { pngOf, sha1 } from '../support/pictures.ts';
import { makes } from '../support/servers.ts';

const ALICE = 'alice@localhost';
const PICTURE = pngOf([180, 90, 20], 64);
const CARD = {
  fullName: 'Alice Liddell',
  nickname: 'Ally',
  birthday: '1852-05-04',
  note: 'Follow the rabbit.\nThen fall.',
  emails: ['alice@wonder.example'],
  phones: ['+44 20 7946 0000'],
  pages: ['https://wonder.example/'],
};

describe.each(makes)('%s', (_name, startServer) => {
  const house = keepHouse(startServer);

  it('a picture, a name and a card reach a contact and another device of ours, and go again', async () => {
    const [alice, bob] = [await house.start('alice'), await house.start('bob')];
    await signIn(alice, house.server, 'alice');
    await signIn(bob, house.server, 'bob');
    await bob.until(() => bob.contacts.get(ALICE)?.availability === 'online', 'alice is there');
    const account = alice.account().id;
    const seen = () => bob.contacts.get(ALICE);

    await alice.call('self.setPicture', { account, picture: Uint8Array.from(PICTURE) });
    expect(alice.account().avatar).toBe(sha1(PICTURE));
    await bob.until(() => seen()?.avatar === sha1(PICTURE), 'bob sees the picture');

    await alice.call('self.saveCard', { account, card: CARD });
    await bob.until(() => seen()?.called === 'Ally', 'bob sees the name');
    const { card } = await bob.call('people.card', { account: bob.account().id, address: ALICE });
    expect(card).toEqual(CARD);
    expect((await alice.call('self.card', { account })).card).toEqual(CARD);
    // The card did not take the picture along.
    expect(seen()?.avatar).toBe(sha1(PICTURE));

    // A second time, with a field less: it is the same card, and not another beside it.
    const { birthday: _, ...less } = { ...CARD, nickname: 'Alice' };
    await alice.call('self.saveCard', { account, card: less });
    expect((await alice.call('self.card', { account })).card).toEqual(less);

    const laptop = await house.start('laptop');
    await signIn(laptop, house.server, 'alice');
    await laptop.until(() => laptop.account().avatar === sha1(PICTURE), 'our other device has it, too');
    await laptop.until(() => laptop.account().nickname === 'Alice', 'and the name');

    await laptop.call('self.removePicture', { account: laptop.account().id });
    await bob.until(() => seen()?.avatar === undefined, 'bob sees that it is gone');
    await alice.until(() => alice.account().avatar === undefined, 'alice sees it, too');
  });
});
