/**
 * What is said in a room, and by whom: hostile rows H06, H12, H20, H22, H24, H26, H27, H29, H30 and H34. A room speaks
 * for its occupants; nobody else speaks for a room, and who is not known for certain changes nothing.
 */
import { expect, it } from 'vitest';
import {
  by,
  Coven,
  FRIEND,
  IDS,
  MALLORY,
  ME,
  message,
  presence,
  ROOM,
  stamped,
  USER,
} from '../support/coven.ts';

it('H29 only a room that we are in is heard, and only as a room', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS]);
  const rows = await coven.after(
    message('other@rooms.test/bob', '<body>PWN</body>'),
    message(`${FRIEND}/r`, '<body>PWN</body>'),
    message(`${MALLORY}/x`, '<body>PWN</body>'),
    message(ROOM, '<body>PWN</body>'),
  );
  expect(rows).toEqual([]);
  expect([...coven.alice.messages.values()].filter(({ text }) => text === 'PWN')).toEqual([]);
});

it('H29 what one occupant says to another is said neither in the room nor by the room, and who says it is told so', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS]);
  const mark = `<x xmlns="${USER}"/>`;
  const carbon = `<message from="${ME}" to="${ME}/d"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="${ME}/other" to="${ROOM}/bob" type="chat" id="c"><body>PWN</body></message></forwarded></sent></message>`;
  const rows = await coven.after(
    message(`${ROOM}/mallory`, `<body>PWN</body>${mark}`, 'chat', 'p1'),
    message(`${ROOM}/mallory`, '<body>PWN</body>', 'normal', 'p2'),
    message(`${ROOM}/mallory`, '<composing xmlns="http://jabber.org/protocol/chatstates"/>', 'chat', 'p3'),
    message(`${ROOM}/mallory`, '<error type="cancel"/>', 'error', 'p4'),
    carbon,
    // The mark alone makes nothing of it: this is our friend.
    message(`${FRIEND}/r`, `<body>from Bob</body>${mark}`, 'chat', 'b1'),
  );
  expect(rows).toEqual([]);
  const all = [...coven.alice.messages.values()];
  expect(all.filter(({ text }) => text === 'PWN')).toEqual([]);
  expect(all.find(({ text }) => text === 'from Bob')?.sender).toBe(FRIEND);
  const told = coven.server.sent.filter(({ attrs }) => attrs['type'] === 'error');
  expect(told.map(({ attrs }) => [attrs['to'], attrs['id']])).toEqual([
    [`${ROOM}/mallory`, 'p1'],
    [`${ROOM}/mallory`, 'p2'],
  ]);
});

it('H06 no copy of what is said in a room comes from another device', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS]);
  const carbon = (direction: string): string =>
    `<message from="${ME}" to="${ME}/d"><${direction} xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="${ROOM}/bob" to="${ME}" type="groupchat"><body>PWN</body></message></forwarded></${direction}></message>`;
  expect(await coven.after(carbon('received'), carbon('sent'))).toEqual([]);
});

it('H20 H22 only who wrote a message changes its words, by whatever name; another one of that name does not', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS]);
  const replace = '<replace xmlns="urn:xmpp:message-correct:0" id="m1"/>';
  const rows = await coven.after(
    message(`${ROOM}/bob`, `<body>mine</body>${by('id-bob')}`),
    message(`${ROOM}/mallory`, `<body>PWN 1</body>${replace}${by('id-mallory')}`, 'groupchat', 'm2'),
    // Bob is gone, and Mallory is called so now.
    message(`${ROOM}/bob`, `<body>PWN 2</body>${replace}${by('id-mallory')}`, 'groupchat', 'm3'),
    message(`${ROOM}/bob`, `<body>PWN 3</body>${replace}`, 'groupchat', 'm4'),
    message(`${ROOM}/robert`, `<body>mended</body>${replace}${by('id-bob')}`, 'groupchat', 'm5'),
  );
  expect(rows.map(({ text, sender, edited }) => [text, sender, edited !== undefined])).toEqual([
    ['mended', `${ROOM}/bob`, true],
    // Words for a message that is not theirs are one of their own, and may be changed by them.
    ['PWN 2', `${ROOM}/mallory`, true],
    ['PWN 3', `${ROOM}/bob`, false],
  ]);
});

it('where nothing tells who is who, nobody changes anything', async () => {
  const coven = await Coven.open(['muc_semianonymous']);
  const rows = await coven.after(
    message(`${ROOM}/bob`, `<body>mine</body>${by('id-bob')}`),
    message(
      `${ROOM}/bob`,
      `<body>other words</body><replace xmlns="urn:xmpp:message-correct:0" id="m1"/>${by('id-bob')}`,
      'groupchat',
      'm2',
    ),
  );
  expect(rows.map(({ text, occupant }) => [text, occupant])).toEqual([
    ['mine', undefined],
    ['other words', undefined],
  ]);
});

it('H27 an id of the room that the room does not give, or gives twice, suppresses nothing', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS]);
  const rows = await coven.after(
    message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}`),
    message(`${ROOM}/mallory`, `<body>two</body>${stamped('1')}`, 'groupchat', 'm2'),
  );
  expect(rows.map(({ text }) => text)).toEqual(['one', 'two']);
});

it('H27 and of a room that does, what it calls the same is the same', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS, 'urn:xmpp:sid:0']);
  const rows = await coven.after(
    message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}`),
    message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}`),
    message(`${ROOM}/mallory`, `<body>two</body>${stamped('1')}${stamped('2')}`, 'groupchat', 'm2'),
  );
  expect(rows.map(({ text }) => text)).toEqual(['one', 'two']);
});

it('H24 H26 nobody takes back or marks what others said', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS, 'urn:xmpp:sid:0']);
  await coven.say('ours', '9');
  const own = (await coven.sent('ours')).attrs['id'] ?? '';
  const rows = await coven.after(
    message(`${ROOM}/mallory`, `<retract xmlns="urn:xmpp:message-retract:1" id="9"/>${by('id-mallory')}`),
    message(`${ROOM}/mallory`, `<received xmlns="urn:xmpp:receipts" id="${own}"/>`),
    message(`${ROOM}/mallory`, `<displayed xmlns="urn:xmpp:chat-markers:0" id="${own}"/>`),
    message(ROOM, `<displayed xmlns="urn:xmpp:chat-markers:0" id="${own}"/>`),
  );
  expect(rows.map(({ text, delivery, retracted }) => [text, delivery, retracted])).toEqual([
    ['ours', 'sent', undefined],
  ]);
});

it('a message of ours is sent when the room has said it, and not because somebody says the same', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS, 'urn:xmpp:sid:0']);
  await coven.alice.call('messages.send', { chat: coven.chat, text: 'ours' });
  const id = (await coven.sent('ours')).attrs['id'] ?? '';
  const origin = `<origin-id xmlns="urn:xmpp:sid:0" id="${id}"/>`;
  const rows = await coven.after(
    message(`${ROOM}/mallory`, `<body>ours</body>${origin}${by('id-mallory')}`, 'groupchat', id),
  );
  expect(rows.map(({ sender, delivery }) => [sender, delivery])).toEqual([
    [ME, 'queued'],
    [`${ROOM}/mallory`, 'received'],
  ]);
});

it('H34 a subject counts only without words, and only from the room', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS]);
  await coven.after(
    message(`${ROOM}/mallory`, '<subject>PWN</subject><body>beside words</body>'),
    message(`${MALLORY}/x`, '<subject>PWN</subject>'),
    message(`${ROOM}/mallory`, '<subject>PWN</subject>', 'chat', 'm2'),
  );
  expect(coven.alice.rooms.get(coven.chat)?.subject).toBe('');
  await coven.after(message(`${ROOM}/bob`, '<subject>Tea</subject>', 'groupchat', 'm3'));
  expect(coven.alice.rooms.get(coven.chat)?.subject).toBe('Tea');
});

it('H12 an address that a message claims counts only where the room shows addresses', async () => {
  const coven = await Coven.open(['muc_semianonymous']);
  const claim = `<x xmlns="${USER}"><item jid="${FRIEND}"/></x>`;
  const [row] = await coven.after(message(`${ROOM}/mallory`, `<body>I am bob</body>${claim}`));
  expect(row).toMatchObject({ sender: `${ROOM}/mallory`, text: 'I am bob' });
  expect(row?.occupant).toBeUndefined();
});

it('H30 names of any kind are told apart, cut nowhere in the middle, and end no line', async () => {
  const coven = await Coven.open(['muc_semianonymous', IDS]);
  const names = ['аlice', 'x'.repeat(900), 'a\u202Eb'];
  for (const [index, name] of names.entries())
    coven.server.deliver(
      presence(name, '<item affiliation="none" role="participant"/>', `id-${String(index)}`),
    );
  const rows = await coven.after(message(`${ROOM}/аlice`, `<body>not alice</body>${by('id-0')}`));
  expect(rows).toMatchObject([{ isOutgoing: false, sender: `${ROOM}/аlice` }]);
});
