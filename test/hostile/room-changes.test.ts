/**
 * What is said in a room about messages of it: reactions and retractions, by the room's ids (H26), from whoever the room
 * can tell from others (H24). A name proves nothing, and neither does an id that somebody chose.
 */
import { expect, it } from 'vitest';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { by, Coven, IDS, ME, message, presence, ROOM, STABLE, stamped } from '../support/coven.ts';
import { eventually } from '../support/people.ts';

const FEATURES = ['muc_semianonymous', IDS, STABLE];
const react = (id: string, ...emojis: string[]): string =>
  `<reactions xmlns="urn:xmpp:reactions:0" id="${id}">${emojis.map((each) => `<reaction>${each}</reaction>`).join('')}</reactions>`;
const retract = (id: string): string => `<retract xmlns="urn:xmpp:message-retract:1" id="${id}"/>`;
const standIn =
  '<body>/me retracted a previous message</body><fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:message-retract:1"/>';

/** By sender: what is said within one millisecond has no order. */
const feltAbout = (coven: Coven, id: number): string[][] =>
  (coven.alice.reactions.get(id) ?? []).map(({ sender, emojis }) => [sender, ...emojis]).sort();

it('what others feel counts by the id of the room, once for each person, whatever they are called', async () => {
  const coven = await Coven.open(FEATURES);
  const [row] = await coven.after(
    message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}${by('id-bob')}`),
    message(`${ROOM}/mallory`, `${react('1', '🐛')}${stamped('2')}${by('id-mallory')}`, 'groupchat', 'r1'),
    // Bob is gone, and Mallory is called so now.
    message(`${ROOM}/bob`, `${react('1', '🐞')}${stamped('3')}${by('id-mallory')}`, 'groupchat', 'r2'),
    message(`${ROOM}/robert`, `${react('1', '👍', '🎉')}${stamped('4')}${by('id-bob')}`, 'groupchat', 'r3'),
    // Not by the author’s id, not by one that is not there, not by who is nobody.
    message(`${ROOM}/eve`, `${react('m1', '💀')}${stamped('5')}${by('id-eve')}`, 'groupchat', 'r4'),
    message(`${ROOM}/eve`, `${react('1', '💀')}${stamped('6')}`, 'groupchat', 'r5'),
    message('other@rooms.test/eve', `${react('1', '💀')}${by('id-eve')}`, 'groupchat', 'r6'),
  );
  expect(feltAbout(coven, row!.id)).toEqual([
    [`${ROOM}/bob`, '🐞'],
    [`${ROOM}/robert`, '👍', '🎉'],
  ]);
  expect(coven.rows).toHaveLength(1);
});

it('a room that cannot tell who is who hears no feelings, and takes none of ours', async () => {
  const coven = await Coven.open(['muc_semianonymous', STABLE]);
  const [row] = await coven.after(
    message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}`),
    message(`${ROOM}/mallory`, `${react('1', '🐛')}${stamped('2')}${by('id-mallory')}`, 'groupchat', 'r1'),
  );
  expect(feltAbout(coven, row!.id)).toEqual([]);
  await expect(
    coven.alice.call('messages.react', { message: row!.id, emojis: ['👍'] }),
  ).rejects.toMatchObject({
    code: 'not-allowed',
  });
});

it('what we feel leaves with the id of the room, and is true once the room has said it', async () => {
  const coven = await Coven.open(FEATURES);
  const { alice, server } = coven;
  const [row] = await coven.after(message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}${by('id-bob')}`));
  await alice.call('messages.react', { message: row!.id, emojis: ['👍'] });
  const { attrs } = await coven.sent('urn:xmpp:reactions:0');
  expect(serialize(await coven.sent('urn:xmpp:reactions:0'))).toContain(react('1', '👍'));
  expect(attrs).toMatchObject({ to: ROOM, type: 'groupchat' });
  server.acknowledge(1_000);
  await coven.after();
  expect(alice.reactions.get(row!.id)).toMatchObject([{ isOwn: true, emojis: ['👍'], state: 'waiting' }]);
  coven.reflect(attrs['id'] ?? '', react('1', '👍'), '2');
  await alice.until(() => alice.reactions.get(row!.id)?.[0]?.state === undefined, 'the room has said it');
  // Said by Mallory with our id, it is hers.
  await coven.after(
    message(`${ROOM}/mallory`, `${react('1')}${stamped('3')}${by('id-mallory')}`, 'groupchat', attrs['id']),
  );
  expect(alice.reactions.get(row!.id)).toMatchObject([{ isOwn: true, emojis: ['👍'] }]);
});

it('what did not get there, because we were put out without a word, leaves again', async () => {
  const coven = await Coven.open(FEATURES);
  const { alice, server } = coven;
  const [row] = await coven.after(message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}${by('id-bob')}`));
  await alice.call('messages.react', { message: row!.id, emojis: ['👍'] });
  const { attrs } = await coven.sent('urn:xmpp:reactions:0');
  server.sent.length = 0;
  server.deliver(
    message(
      ROOM,
      '<error type="cancel"><not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>',
      'error',
      attrs['id'],
    ),
  );
  await coven.letIn();
  expect((await coven.sent('urn:xmpp:reactions:0')).attrs['id']).toBe(attrs['id']);
});

it('H24 what somebody said is taken back by them alone, whatever they are called by now', async () => {
  const coven = await Coven.open(FEATURES);
  await coven.after(
    message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}${by('id-bob')}`),
    message(`${ROOM}/bob`, `<body>two</body>${stamped('2')}${by('id-bob')}`, 'groupchat', 'm2'),
    message(`${ROOM}/mallory`, `${retract('1')}${by('id-mallory')}`, 'groupchat', 'x1'),
    message(`${ROOM}/bob`, `${retract('1')}${by('id-mallory')}`, 'groupchat', 'x2'),
    message(`${ROOM}/bob`, retract('1'), 'groupchat', 'x3'),
    message(ROOM, retract('1'), 'groupchat', 'x4'),
    message(`${ROOM}/alice`, `${retract('m1')}${by('id-me')}`, 'groupchat', 'x5'),
    message(`${ROOM}/robert`, `${standIn}${retract('2')}${by('id-bob')}`, 'groupchat', 'x6'),
  );
  expect(coven.rows.map(({ text, retracted }) => [text, retracted !== undefined])).toEqual([
    ['one', false],
    ['', true],
  ]);
});

it('H24 what is said of a message before it comes waits for the id of the room, and for nobody who chose it as theirs', async () => {
  const coven = await Coven.open(FEATURES);
  await coven.after(
    message(`${ROOM}/bob`, `${retract('7')}${stamped('5')}${by('id-bob')}`, 'groupchat', 'x1'),
    message(`${ROOM}/mallory`, `${retract('8')}${stamped('6')}${by('id-mallory')}`, 'groupchat', 'x2'),
    message(`${ROOM}/bob`, `${react('8', '👍')}${by('id-bob')}`, 'groupchat', 'x3'),
    message(`${ROOM}/bob`, `<body>mine</body>${stamped('9')}${by('id-bob')}`, 'groupchat', `${ROOM} 8`),
    message(`${ROOM}/bob`, `<body>gone</body>${stamped('7')}${by('id-bob')}`, 'groupchat', 'm2'),
    message(`${ROOM}/bob`, `<body>stays</body>${stamped('8')}${by('id-bob')}`, 'groupchat', 'm3'),
  );
  expect(coven.rows.map(({ text, retracted }) => [text, retracted !== undefined])).toEqual([
    ['mine', false],
    ['', true],
    ['stays', false],
  ]);
  expect(coven.rows.map(({ id }) => feltAbout(coven, id))).toEqual([[], [], [[`${ROOM}/bob`, '👍']]]);
});

it('H25 what the room took back before it came is gone when it comes', async () => {
  const coven = await Coven.open(FEATURES);
  const moderated = `<retract xmlns="urn:xmpp:message-retract:1" id="7"><moderated xmlns="urn:xmpp:message-moderate:1"/></retract>`;
  await coven.after(
    message(ROOM, moderated, 'groupchat', 'x1'),
    message(`${ROOM}/mallory`, moderated.replace('"7"', '"8"'), 'groupchat', 'x2'),
    message(`${ROOM}/bob`, `<body>gone</body>${stamped('7')}${by('id-bob')}`, 'groupchat', 'm2'),
    message(`${ROOM}/bob`, `<body>stays</body>${stamped('8')}${by('id-bob')}`, 'groupchat', 'm3'),
  );
  expect(coven.rows.map(({ text }) => text)).toEqual(['', 'stays']);
});

it('what we take back and change leaves as the extensions want it, and comes back as what it is', async () => {
  const coven = await Coven.open(FEATURES);
  const { alice } = coven;
  const first = await coven.say('first words', '1');
  const second = await coven.say('second words', '2');
  await alice.call('messages.correct', { message: first.id, text: 'better words' });
  const correction = await coven.sent('urn:xmpp:message-correct:0');
  const firstId = (await coven.sent('<body>first words</body>')).attrs['id'] ?? '';
  expect(serialize(correction)).toContain(`<replace xmlns="urn:xmpp:message-correct:0" id="${firstId}"/>`);
  coven.reflect(
    correction.attrs['id'] ?? '',
    `<body>better words</body><replace xmlns="urn:xmpp:message-correct:0" id="${firstId}"/>`,
    '3',
  );
  await alice.call('messages.retract', { message: second.id });
  const retraction = await coven.sent('urn:xmpp:message-retract:1');
  expect(serialize(retraction)).toContain(retract('2'));
  coven.reflect(retraction.attrs['id'] ?? '', `${standIn}${retract('2')}`, '4');
  await eventually(
    () => Promise.resolve(coven.rows.every(({ change }) => change === undefined)),
    'both are true',
  );
  await coven.after();
  expect(
    coven.rows.map(({ text, retracted, edited }) => [text, retracted !== undefined, edited !== undefined]),
  ).toEqual([
    ['better words', false, true],
    ['', true, false],
  ]);
});

it('H25 all that one person said is asked back of the room, by its ids; what it has not is passed over', async () => {
  const coven = await Coven.open([...FEATURES, 'urn:xmpp:message-moderate:1']);
  const { alice, server, chat } = coven;
  await coven.after(
    message(`${ROOM}/bob`, `<body>one</body>${stamped('1')}${by('id-bob')}`),
    message(`${ROOM}/mallory`, `<body>two</body>${stamped('2')}${by('id-mallory')}`, 'groupchat', 'm2'),
    message(`${ROOM}/bob`, `<body>three</body>${stamped('3')}${by('id-mallory')}`, 'groupchat', 'm3'),
  );
  const all = { chat, occupant: 'id:id-mallory', reason: 'Spam' };
  await expect(alice.call('rooms.takeBackAll', all)).rejects.toMatchObject({ code: 'not-allowed' });
  server.deliver(
    presence('alice', '<item affiliation="admin" role="moderator"/><status code="110"/>', 'id-me'),
  );
  await alice.until(() => alice.rooms.get(chat)?.role === 'moderator', 'she may');
  const before = server.answers;
  server.answers = (iq) =>
    iq.payload.attrs['id'] === '2' ? Promise.reject(new StanzaError('item-not-found', 'cancel')) : before(iq);
  server.requests.length = 0;
  expect(await alice.call('rooms.takeBackAll', all)).toEqual({ count: 1 });
  expect(server.requests.map(({ payload }) => serialize(payload))).toEqual(
    ['3', '2'].map(
      (id) =>
        `<moderate xmlns="urn:xmpp:message-moderate:1" id="${id}"><retract xmlns="urn:xmpp:message-retract:1"/><reason>Spam</reason></moderate>`,
    ),
  );
  expect(coven.rows.map(({ text }) => text)).toEqual(['one', 'two', 'three']); // until the room says so
});

const meant = (inner: string): string => `<mention xmlns="urn:xmpp:mentions:0" ${inner}/>`;
const referred = (uri: string): string =>
  `<reference xmlns="urn:xmpp:reference:0" type="mention" uri="${uri}"/>`;

it.each([
  ['by her id', meant('occupantid="id-me"'), true],
  ['by her address', meant(`jid="${ME}"`), true],
  ['by her name in the room', referred(`xmpp:${ROOM}/alice`), true],
  ['by her account', referred(`xmpp:${ME}`), true],
  ['in words', '', true, 'ask Alice!'],
  ['by the id of another', meant('occupantid="id-bob"'), false],
  ['by the name of another', referred(`xmpp:${ROOM}/bob`), false],
  ['in another room', referred('xmpp:other@rooms.test/alice'), false],
  ['with everybody', meant('mentions="urn:xmpp:mentions:0#channel"'), false],
  [
    'without calling',
    '<mention xmlns="urn:xmpp:mentions:0" occupantid="id-me"><noping xmlns="urn:xmpp:mentions:0"/></mention>',
    false,
    'alice said so',
  ],
])('who is mentioned %s is told so, or not', async (_, beside, isMention, words = 'hey') => {
  const coven = await Coven.open(FEATURES);
  const [row] = await coven.after(
    message(`${ROOM}/bob`, `<body>${words}</body>${beside}${stamped('1')}${by('id-bob')}`),
  );
  expect(row?.isMention).toBe(isMention ? true : undefined);
  const told = coven.notices.filter(({ chat }) => chat === coven.chat);
  expect(told.map(({ body }) => body)).toEqual(isMention ? [`bob: ${words}`] : []);
});

it('whom we call by name is said beside the words, where in them, and nobody else', async () => {
  const coven = await Coven.open(FEATURES);
  const { alice, chat } = coven;
  await alice.call('messages.send', { chat, text: '👋 bob, alice and bobby' });
  const sent = serialize(await coven.sent('bobby'));
  expect(sent).toContain(
    `<reference xmlns="urn:xmpp:reference:0" begin="2" end="5" type="mention" uri="xmpp:${ROOM}/bob"/>`,
  );
  expect(sent).toContain('<mention xmlns="urn:xmpp:mentions:0" begin="2" end="5" occupantid="id-bob"/>');
  expect(sent.match(/<mention /gu)).toHaveLength(1);
});
