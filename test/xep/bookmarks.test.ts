/** Our rooms on the server, as programs of today and of yesterday keep them; nothing that others put there is lost. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StanzaError, type Wire } from '../../electron/xmpp/wire.ts';
import { serialize, xml, type Element } from '../../electron/xmpp/xml.ts';
import * as old from '../../electron/xmpp/xep/xep0048.ts';
import * as privately from '../../electron/xmpp/xep/xep0049.ts';
import { FEATURE_PUBLISH_OPTIONS } from '../../electron/xmpp/xep/xep0060.ts';
import * as bookmarks from '../../electron/xmpp/xep/xep0402.ts';
import * as pinning from '../../electron/xmpp/xep/xep0469.ts';
import * as notification from '../../electron/xmpp/xep/xep0492.ts';
import { bare, damaged, nonEmptyText, overWire, parseXml, scriptedWire, shape } from '../support/xml.ts';

const play = bare('theplay@conference.shakespeare.lit');
const ns = "xmlns='urn:xmpp:bookmarks:1'";
const offered = new Set([FEATURE_PUBLISH_OPTIONS]);

const name = nonEmptyText.map((each) => each.trim()).filter((each) => each !== '');
const nick = fc.constantFrom('JC', 'a/b', '\u00FC', '__proto__');
const foreign = fc.constantFrom(
  xml('state', 'http://myclient.example/bookmark/state', { minimized: true }),
  xml('group', 'xmpp:gajim.org/bookmarks', {}, 'Work'),
);
const address = fc.constantFrom(
  play,
  bare('orchard@conference.shakespeare.lit'),
  bare('__proto__@muc.a.test'),
);
const base = { address, name, autojoin: fc.boolean(), nick, password: nonEmptyText };
const bookmark = shape<bookmarks.Bookmark>(
  {
    ...base,
    isPinned: fc.boolean(),
    notify: fc.constantFrom(...notification.SETTINGS),
    extensions: fc.array(foreign, { maxLength: 2 }),
    others: fc.array(foreign, { maxLength: 2 }),
  },
  ['address', 'autojoin', 'isPinned', 'extensions', 'others'],
);
const oldBookmark = shape<old.OldBookmark>(base, ['address', 'autojoin']);

const read = (text: string, id: string = play): bookmarks.Bookmark | undefined =>
  bookmarks.readBookmark({ id, payload: parseXml(text) });

test('read(write(x)) = x, with all that was in the extensions before', () => {
  fc.assert(
    fc.property(bookmark, (value) => {
      const payload = overWire(bookmarks.writeBookmark(value));
      const again = bookmarks.readBookmark({ id: value.address, payload });
      const { extensions, ...rest } = value;
      const kept = again?.extensions.filter(({ ns }) => ns !== pinning.NS && ns !== notification.NS);
      expect({ ...again, extensions: kept }).toEqual({ ...rest, extensions });
      // Written again, it is the same again.
      expect(again && serialize(bookmarks.writeBookmark(again))).toBe(serialize(payload));
    }),
  );
});

test('damaged ones do not throw', () => {
  fc.assert(
    fc.property(damaged(bookmark.map(bookmarks.writeBookmark)), (payload) => {
      const again = bookmarks.readBookmark({ id: play, payload });
      if (again !== undefined) bookmarks.writeBookmark(again);
    }),
  );
  const storages = fc.array(oldBookmark, { maxLength: 3 }).map((all) => old.writeStorage(all));
  fc.assert(
    fc.property(damaged(storages), (element) => {
      old.readStorage(element);
      old.writeStorage([], element);
    }),
  );
});

test('the example of the document (XEP-0402 #retrieving-bookmarks)', async () => {
  const wire = scriptedWire(
    `<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='urn:xmpp:bookmarks:1'>
      <item id='theplay@conference.shakespeare.lit'>
        <conference ${ns} name='The Play&apos;s the Thing' autojoin='true'><nick>JC</nick></conference>
      </item>
      <item id='orchard@conference.shakespeare.lit'>
        <conference ${ns} name='The Orcard' autojoin='1'><nick>JC</nick><extensions>
          <state xmlns='http://myclient.example/bookmark/state' minimized='true'/></extensions></conference>
      </item>
      <item id='not an address@'><conference ${ns}/></item>
    </items></pubsub></iq>`,
    new StanzaError('item-not-found', 'cancel'),
    new StanzaError('forbidden', 'auth'),
  );
  expect(await bookmarks.askBookmarks(wire)).toEqual([
    {
      address: play,
      name: "The Play's the Thing",
      autojoin: true,
      nick: 'JC',
      isPinned: false,
      extensions: [],
      others: [],
    },
    {
      address: 'orchard@conference.shakespeare.lit',
      name: 'The Orcard',
      autojoin: true,
      nick: 'JC',
      isPinned: false,
      extensions: [xml('state', 'http://myclient.example/bookmark/state', { minimized: true })],
      others: [],
    },
  ]);
  expect(await bookmarks.askBookmarks(wire)).toEqual([]);
  await expect(bookmarks.askBookmarks(wire)).rejects.toThrow('forbidden');
});

test.each([
  ['no room: a service', `<conference ${ns}/>`, 'conference.shakespeare.lit'],
  ['no room: an occupant', `<conference ${ns}/>`, `${play}/JC`],
  ['no room: nothing', `<conference ${ns}/>`, ''],
  ['an old conference', "<conference xmlns='storage:bookmarks'/>", play],
  ['another element', `<room ${ns}/>`, play],
])('reads no bookmark of %s', (_what, text, id) => {
  expect(read(text, id)).toBeUndefined();
  expect(bookmarks.readBookmark({ id })).toBeUndefined();
});

test('what is odd in a bookmark is left out, and the room stays', () => {
  const odd = `<conference ${ns} name='  ' autojoin='yes'><nick> </nick><password>${'p'.repeat(2_000)}</password></conference>`;
  expect(read(odd)).toEqual({
    address: play,
    autojoin: false,
    isPinned: false,
    extensions: [],
    others: [],
  });
  expect(read(`<conference ${ns} name='${'n'.repeat(9_000)}'/>`)?.name).toHaveLength(512);
});

test('is published where only we can read it, and not at all where that cannot be said (H19)', async () => {
  const value = { address: play, autojoin: true, isPinned: false, extensions: [], others: [] };
  const wire = scriptedWire("<iq type='result'/>", "<iq type='result'/>");
  await expect(bookmarks.askPublishBookmark(wire, value, new Set())).rejects.toThrow(
    'feature-not-implemented',
  );
  expect(wire.asked).toEqual([]);
  await bookmarks.askPublishBookmark(wire, value, offered);
  const text = serialize(wire.asked[0]?.payload ?? xml('none', ''));
  for (const option of ['whitelist', 'max', 'never', 'true'])
    expect(text).toContain(`<value>${option}</value>`);
  expect(text).toContain(
    `<item id="${play}"><conference xmlns="urn:xmpp:bookmarks:1" autojoin="true"/></item>`,
  );
  await bookmarks.askRetractBookmark(wire, play);
  expect(serialize(wire.asked[1]?.payload ?? xml('none', ''))).toContain(
    `<retract node="urn:xmpp:bookmarks:1" notify="true"><item id="${play}"/></retract>`,
  );
});

test('a node that others may read is configured anew before anything goes there', async () => {
  const wire = scriptedWire("<iq type='result'/>", "<iq type='result'/>", "<iq type='result'/>");
  const refusing = {
    asked: wire.asked,
    request: (iq: Parameters<typeof wire.request>[0]) =>
      wire.asked.length === 0
        ? wire.request(iq).then(() => Promise.reject(new StanzaError('conflict', 'cancel')))
        : wire.request(iq),
  };
  const value = { address: play, autojoin: true, isPinned: false, extensions: [], others: [] };
  await bookmarks.askPublishBookmark(refusing, value, offered);
  const texts = wire.asked.map(({ payload }) => serialize(payload));
  expect(texts.map((text) => /<(publish|configure) /.exec(text)?.[1])).toEqual([
    'publish',
    'configure',
    'publish',
  ]);
  expect(texts[1]).toContain('<value>whitelist</value>');
});

/** As ejabberd before 23.04 is: of the options it knows two, and a node made with them keeps one item. */
function oldServer(hasNode: boolean): Pick<Wire, 'request'> & { readonly done: string[] } {
  const done: string[] = [];
  return {
    done,
    request: ({ payload }) => {
      const text = serialize(payload);
      const what = /<(publish|configure) /.exec(text)?.[1] ?? 'what';
      if (what === 'publish' && text.includes('max_items')) {
        return Promise.reject(new StanzaError('resource-constraint', 'modify', 'Unknown field'));
      }
      if (what === 'configure' && !hasNode && !done.includes('publish')) {
        return Promise.reject(new StanzaError('item-not-found', 'cancel'));
      }
      done.push(what);
      expect(text).toContain('<value>whitelist</value>');
      return Promise.resolve(parseXml("<iq type='result'/>"));
    },
  };
}

test.each([
  [true, ['configure', 'publish']],
  [false, ['publish', 'configure']],
])(
  'where a node would keep one item, it is told to keep all (it is there: %s)',
  async (hasNode, expected) => {
    const wire = oldServer(hasNode);
    const value = { address: play, autojoin: true, isPinned: false, extensions: [], others: [] };
    await bookmarks.askPublishBookmark(wire, value, offered);
    expect(wire.done).toEqual(expected);
  },
);

test('what others removed is removed already', async () => {
  const wire = scriptedWire(
    new StanzaError('item-not-found', 'cancel'),
    new StanzaError('forbidden', 'auth'),
  );
  await bookmarks.askRetractBookmark(wire, play);
  await expect(bookmarks.askRetractBookmark(wire, play)).rejects.toThrow('forbidden');
});

test('reads what changed at the node, and only at that', () => {
  const item = { id: play, payload: parseXml(`<conference ${ns} autojoin='1'/>`) };
  const event = { node: bookmarks.NS, items: [item], retracted: ['orchard@conference.shakespeare.lit', '@'] };
  expect(bookmarks.readBookmarkEvent(event)).toEqual({
    changed: [{ address: play, autojoin: true, isPinned: false, extensions: [], others: [] }],
    removed: ['orchard@conference.shakespeare.lit'],
    isCleared: false,
  });
  expect(bookmarks.readBookmarkEvent({ ...event, node: 'storage:bookmarks' })).toBeUndefined();
  expect(
    bookmarks.readBookmarkEvent({ node: bookmarks.NS, items: [], retracted: [], end: 'purged' }),
  ).toEqual({ changed: [], removed: [], isCleared: true });
});

// ————— Pins and notifications ———————————————————————————————————————————————————————————————————————————————

test('pins and unpins, and leaves the rest', () => {
  const pinned = read(
    `<conference ${ns}><extensions><a xmlns='urn:x'/><pinned xmlns='urn:xmpp:bookmarks-pinning:0'/></extensions></conference>`,
  );
  expect(pinned?.isPinned).toBe(true);
  const again = pinned && read(serialize(bookmarks.writeBookmark({ ...pinned, isPinned: false })));
  expect(again).toMatchObject({ isPinned: false, extensions: [xml('a', 'urn:x')] });
});

const settings = (inner: string): Element[] => [
  parseXml(`<notify xmlns='urn:xmpp:notification-settings:1'>${inner}</notify>`),
];
const PC = "identity-category='client' identity-type='pc'";
const PHONE = "identity-category='client' identity-type='phone'";

test.each([
  ['<never/>', 'never'],
  [`<never ${PC}/><on-mention ${PHONE}/><on-mention identity-category='gateway'/><always/>`, 'never'],
  [`<always/><on-mention identity-category='client'/>`, 'on-mention'],
  [`<never ${PHONE}/><always/>`, 'always'],
  [`<never ${PHONE}/>`, undefined],
  [`<never identity-type='pc'/>`, undefined],
  ['<sometimes/>', undefined],
  ["<never xmlns='urn:x'/>", undefined],
  ['', undefined],
])('of %s holds %s', (inner, expected) => {
  expect(notification.readNotification(settings(inner))).toBe(expected);
});

test.each([
  // What holds for us is changed, and what is for others stays as it is (#rules).
  [`<never/>`, '<always/>'],
  [`<never ${PC}/><on-mention ${PHONE}/><never/>`, `<on-mention ${PHONE}/><always ${PC}/><never/>`],
  [`<never ${PC}/>`, `<always ${PC}/><always/>`],
  [
    `<never><advanced><x xmlns='urn:x'/></advanced></never>`,
    `<always><advanced><x xmlns='urn:x'/></advanced></always>`,
  ],
  [`<never/><never/><on-mention/>`, '<always/>'],
  ['', '<always/>'],
])('of %s becomes %s', (inner, expected) => {
  const written = notification.writeNotification(settings(inner), 'always');
  expect(written.map((each) => serialize(each))).toEqual(settings(expected).map((each) => serialize(each)));
  expect(notification.readNotification(written)).toBe('always');
});

test('nothing set for us is nothing set', () => {
  const phone = settings(`<never ${PHONE}/>`);
  expect(notification.writeNotification(settings(`<never/><never ${PHONE}/>`), undefined)).toEqual(phone);
  expect(notification.writeNotification(settings('<never/>'), undefined)).toEqual([]);
});

// ————— The older ones ————————————————————————————————————————————————————————————————————————————————————————

test('older ones: read(write(x)) = x', () => {
  const all = fc.uniqueArray(oldBookmark, { maxLength: 3, selector: ({ address: each }) => each });
  fc.assert(
    fc.property(all, (values) => {
      expect(old.readStorage(overWire(old.writeStorage(values)))).toEqual(values);
    }),
  );
});

const storage = `<storage xmlns='storage:bookmarks'>
  <url name='Complete Works of Shakespeare' url='http://the-tech.mit.edu/Shakespeare/'/>
  <conference name='Council of Oberon' autojoin='true' jid='Council@conference.underhill.org' minimize='1'>
    <nick>Puck</nick><print_status xmlns='urn:x'>all</print_status></conference>
  <conference jid='council@conference.underhill.org' name='twice'/>
  <conference name='nowhere'/><conference jid='conference.underhill.org'/>
</storage>`;

test('reads the example of the older document, each room once', () => {
  expect(old.readStorage(parseXml(storage))).toEqual([
    { address: 'council@conference.underhill.org', name: 'Council of Oberon', autojoin: true, nick: 'Puck' },
  ]);
  expect(old.readStorage(parseXml("<storage xmlns='urn:x'/>"))).toBeUndefined();
});

test('writes what changed, and keeps pages and what other programs added', () => {
  const before = parseXml(storage);
  const council = bare('council@conference.underhill.org');
  const written = old.writeStorage(
    [
      { address: council, autojoin: false, nick: 'Robin' },
      { address: play, autojoin: true },
    ],
    before,
  );
  const text = serialize(written);
  expect(old.readStorage(written)).toEqual([
    { address: council, autojoin: false, nick: 'Robin' },
    { address: play, autojoin: true },
  ]);
  expect(text).toContain('<url name="Complete Works of Shakespeare"');
  expect(text).toContain('minimize="1"');
  expect(text).toContain('<print_status xmlns="urn:x">all</print_status>');
  expect(text).not.toContain('Puck');
  expect(serialize(old.writeStorage([], before))).toContain('<url ');
  expect(old.readStorage(old.writeStorage([], before))).toEqual([]);
});

test('asks for them where they may be, and finds none where there are none', async () => {
  const wire = scriptedWire(
    `<iq type='result'><query xmlns='jabber:iq:private'>${storage}</query></iq>`,
    `<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='storage:bookmarks'>
       <item id='current'>${storage}</item></items></pubsub></iq>`,
    `<iq type='result'/>`,
    new StanzaError('item-not-found', 'cancel'),
    new StanzaError('service-unavailable', 'cancel'),
  );
  expect(old.readStorage(await old.askStorage(wire, 'private'))).toHaveLength(1);
  expect(old.readStorage(await old.askStorage(wire, 'pep'))).toHaveLength(1);
  expect(await old.askStorage(wire, 'private')).toEqual(xml('storage', old.NS));
  expect(await old.askStorage(wire, 'pep')).toEqual(xml('storage', old.NS));
  await expect(old.askStorage(wire, 'private')).rejects.toThrow('service-unavailable');
  expect(serialize(wire.asked[0]?.payload ?? xml('none', ''))).toBe(
    '<query xmlns="jabber:iq:private"><storage xmlns="storage:bookmarks"/></query>',
  );
});

test('keeps them where they were, on a node only with its options (H19)', async () => {
  const wire = scriptedWire("<iq type='result'/>", "<iq type='result'/>");
  const element = old.writeStorage([{ address: play, autojoin: true }]);
  await expect(old.askSetStorage(wire, 'pep', element, new Set())).rejects.toThrow('feature-not-implemented');
  expect(wire.asked).toEqual([]);
  await old.askSetStorage(wire, 'private', element, new Set());
  await old.askSetStorage(wire, 'pep', element, offered);
  const texts = wire.asked.map(({ type, payload }) => `${type} ${serialize(payload)}`);
  expect(texts[0]).toBe(
    `set <query xmlns="${privately.NS}"><storage xmlns="storage:bookmarks"><conference jid="${play}" autojoin="true"/></storage></query>`,
  );
  expect(texts[1]).toContain('<item id="current"><storage ');
  expect(texts[1]).toContain('<value>whitelist</value>');
});
