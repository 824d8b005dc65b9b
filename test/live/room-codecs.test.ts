/** What we say to rooms is what servers of each make understand, and what they say is what we read. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMessage, writeMessage } from '../../electron/xmpp/message.ts';
import type { Element } from '../../electron/xmpp/xml.ts';
import { writePresence } from '../../electron/xmpp/xep/presence.ts';
import { askInfo } from '../../electron/xmpp/xep/xep0030.ts';
import { setAffiliation, setRole, askAffiliations } from '../../electron/xmpp/xep/xep0045-admin.ts';
import { askRooms, readRoomFeatures } from '../../electron/xmpp/xep/xep0045-info.ts';
import { readInvite, writeInvite } from '../../electron/xmpp/xep/xep0045-invite.ts';
import { askConfiguration, configure, destroy } from '../../electron/xmpp/xep/xep0045-owner.ts';
import {
  readVoiceRequest,
  writeVoiceApproval,
  writeVoiceRequest,
} from '../../electron/xmpp/xep/xep0045-voice.ts';
import {
  readRoomUser,
  readSubject,
  writeJoin,
  writeSubject,
  type RoomUser,
} from '../../electron/xmpp/xep/xep0045.ts';
import { askSetStorage, askStorage, readStorage, writeStorage } from '../../electron/xmpp/xep/xep0048.ts';
import { askBookmarks, askPublishBookmark, askRetractBookmark } from '../../electron/xmpp/xep/xep0402.ts';
import { askSelfPing } from '../../electron/xmpp/xep/xep0410.ts';
import { readOccupantId } from '../../electron/xmpp/xep/xep0421.ts';
import { eventually } from '../support/people.ts';
import type { XmppServer } from '../support/server.ts';
import { makes, ROOMS } from '../support/servers.ts';
import { listen, type Listener } from '../support/wire-listener.ts';
import { bare } from '../support/xml.ts';

const coven = bare(`coven@${ROOMS}`);

describe.each(makes)('%s', (make, startServer) => {
  let server: XmppServer;
  let alice: Listener;
  let bob: Listener;

  const connect = (name: string): Listener =>
    listen({
      ca: [readFileSync(server.authority, 'utf8')],
      server: { host: '127.0.0.1', port: server.ports.starttls, security: 'starttls' },
      ...server.account(name),
      onStanza: (_stanza, position, wire) => {
        wire.handled(position);
      },
    });
  /** The first thing that somebody hears and that can be read so. */
  const hears = async <T>(
    who: Listener,
    read: (stanza: Element) => T | undefined,
    what: string,
  ): Promise<T> => {
    let found: T | undefined;
    await eventually(() => {
      found = who.stanzas.map(({ stanza }) => read(stanza)).find((each) => each !== undefined);
      return Promise.resolve(found !== undefined);
    }, what);
    return found as T;
  };
  /** What the room last said of an occupant. */
  const seen = (who: Listener, nick: string): RoomUser | undefined =>
    who.stanzas
      .filter(({ stanza }) => stanza.name === 'presence' && stanza.attrs['from'] === `${coven}/${nick}`)
      .flatMap(({ stanza }) => readRoomUser(stanza) ?? [])
      .at(-1);
  const sees = async (who: Listener, nick: string, isSo: (user: RoomUser) => boolean): Promise<RoomUser> => {
    await eventually(() => {
      const user = seen(who, nick);
      return Promise.resolve(user !== undefined && isSo(user));
    }, `${nick} is so`);
    return seen(who, nick)!;
  };

  beforeAll(async () => {
    server = await startServer({ accounts: ['alice', 'bob'] });
    [alice, bob] = [connect('alice'), connect('bob')];
    await Promise.all([alice.online, bob.online]);
    // Without it no message reaches our bare address.
    for (const { wire } of [alice, bob]) wire.send(writePresence({}));
  });

  afterAll(async () => {
    await Promise.all([alice.wire.close(), bob.wire.close()]);
    await server.stop();
  });

  it('a room is made, configured and described', async () => {
    alice.wire.send(writeJoin({ room: coven, nick: 'witch' }));
    const user = await sees(alice, 'witch', ({ statuses }) => statuses.includes(110));
    expect(user.statuses).toContain(201);
    expect(user.item).toMatchObject({ affiliation: 'owner', role: 'moderator' });
    const form = await askConfiguration(alice.wire, coven);
    expect(form?.fields.map(({ name }) => name)).toContain('muc#roomconfig_roomname');
    await configure(
      alice.wire,
      coven,
      new Map([
        ['muc#roomconfig_roomname', ['A Dark Cave']],
        ['muc#roomconfig_persistentroom', ['1']],
        ['muc#roomconfig_publicroom', ['1']],
        ['muc#roomconfig_moderatedroom', ['1']],
        ['muc#roomconfig_whois', ['anyone']],
        // Prosody and ejabberd each have a name of their own for who may speak at once.
        ['members_by_default', ['0']],
      ]),
    );
    expect(readRoomFeatures(await askInfo(bob.wire, coven))).toMatchObject({
      isRoom: true,
      name: 'A Dark Cave',
      isPersistent: true,
      isHidden: false,
      isModerated: true,
      isNonAnonymous: true,
      isMembersOnly: false,
      // ejabberd has had them since 23.10.
      hasOccupantIds: make === 'Prosody',
      hasArchive: true,
      hasStableIds: true,
    });
    const { rooms } = await askRooms(bob.wire, bare(ROOMS), { max: 10 });
    expect(rooms.map(({ address }) => address)).toEqual([coven]);
  });

  it('a visitor asks for voice and gets it; ids stay the same, and a subject is one', async () => {
    bob.wire.send(writeJoin({ room: coven, nick: 'hag' }));
    const user = await sees(alice, 'hag', () => true);
    expect(user.item).toMatchObject({ affiliation: 'none', role: 'visitor' });
    expect(user.item?.jid?.startsWith('bob@localhost/')).toBe(true);
    bob.wire.send(writeVoiceRequest(coven, 'v1'));
    const request = await hears(alice, readVoiceRequest, 'a request for voice');
    expect(request).toMatchObject({ room: coven, nick: 'hag' });
    alice.wire.send(writeVoiceApproval(request, true, 'v2'));
    await sees(bob, 'hag', ({ item }) => item?.role === 'participant');
    alice.wire.send(writeSubject(coven, 's1', 'Fire Burn'));
    const isNew = (stanza: Element): true | undefined =>
      readSubject(stanza) === 'Fire Burn' ? true : undefined;
    await hears(bob, isNew, 'the subject');
    alice.wire.send(writeMessage({ to: coven, type: 'groupchat', id: 'm1', body: 'Double, double' }));
    const body = (stanza: Element): Element | undefined =>
      readMessage(stanza)?.body === 'Double, double' ? stanza : undefined;
    const message = await hears(bob, body, 'what was said');
    const presence = bob.stanzas.find(({ stanza }) => stanza.attrs['from'] === `${coven}/witch`)?.stanza;
    const ids = [message, presence ?? message].map(readOccupantId);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0] !== undefined).toBe(make === 'Prosody');
  });

  it('we are inside, and after a kick we are not', async () => {
    expect(await askSelfPing(bob.wire, coven, 'hag')).toBe('joined');
    await setRole(alice.wire, coven, 'hag', 'none', 'Avaunt, you cullion!');
    const kicked = await sees(bob, 'hag', ({ statuses }) => statuses.includes(307));
    expect(kicked.item).toMatchObject({ role: 'none', reason: 'Avaunt, you cullion!' });
    expect(await askSelfPing(bob.wire, coven, 'hag')).toBe('not-joined');
  });

  it('members are listed, and invited by the room', async () => {
    await setAffiliation(alice.wire, coven, bare('bob@localhost'), 'member', 'A worthy witch indeed!');
    const members = await askAffiliations(alice.wire, coven, 'member');
    expect(members.map(({ jid, affiliation }) => [jid, affiliation])).toEqual([['bob@localhost', 'member']]);
    alice.wire.send(writeInvite(coven, bare('bob@localhost'), 'this is the place', 'i1'));
    const invite = await hears(bob, readInvite, 'the invitation');
    expect(invite).toMatchObject({
      room: coven,
      reason: expect.stringContaining('this is the place') as unknown,
    });
  });

  it('bookmarks are kept, and those of older programs beside them', async () => {
    const { features } = await askInfo(alice.wire, 'alice@localhost');
    const bookmark = { address: coven, name: 'Cave', autojoin: true, nick: 'witch', others: [] };
    const value = { ...bookmark, isPinned: true, notify: 'never', extensions: [] } as const;
    expect(await askBookmarks(alice.wire)).toEqual([]);
    const heath = { ...value, address: bare(`heath@${ROOMS}`) };
    await askPublishBookmark(alice.wire, value, features);
    await askPublishBookmark(alice.wire, heath, features);
    const kept = (await askBookmarks(alice.wire)).toSorted((a, b) => a.address.localeCompare(b.address));
    expect(kept).toMatchObject([
      { ...bookmark, isPinned: true, notify: 'never' },
      { ...bookmark, address: heath.address },
    ]);
    await askRetractBookmark(alice.wire, coven);
    expect((await askBookmarks(alice.wire)).map(({ address }) => address)).toEqual([heath.address]);
    const old = { address: coven, autojoin: true, nick: 'witch' };
    // The ejabberd of the tests has no private XML.
    const place = make === 'Prosody' ? 'private' : 'pep';
    await askSetStorage(bob.wire, place, writeStorage([old]), features);
    expect(readStorage(await askStorage(bob.wire, place))).toEqual([old]);
  });

  it('a room ends, and says where to go instead', async () => {
    await destroy(alice.wire, coven, 'Macbeth doth come.', bare(`heath@${ROOMS}`));
    const end = await sees(alice, 'witch', ({ destroyed }) => destroyed !== undefined);
    expect(end.destroyed).toEqual({ alternate: `heath@${ROOMS}`, reason: 'Macbeth doth come.' });
  });
});
