import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BareJid } from '../../shared/jid.ts';
import {
  askPositions,
  askPublishPosition,
  readPosition,
  writePosition,
} from '../../electron/xmpp/xep/xep0490.ts';
import type { IqRequest } from '../../electron/xmpp/wire.ts';
import { serialize } from '../../electron/xmpp/xml.ts';
import { parseXml as parse } from '../support/xml.ts';

const payload = (inner: string): string => `<displayed xmlns="urn:xmpp:mds:displayed:0">${inner}</displayed>`;
const stanzaId = (id: string, by = 'juliet@capulet.lit'): string =>
  `<stanza-id xmlns="urn:xmpp:sid:0" by="${by}" id="${id}"/>`;

test('reads the example of the text', () => {
  expect(
    readPosition({
      id: 'romeo@montegue.lit',
      payload: parse(payload(stanzaId('0f710f2b-52ed-4d52-b928-784dad74a52b'))),
    }),
  ).toEqual({
    chat: 'romeo@montegue.lit',
    by: 'juliet@capulet.lit',
    archiveId: '0f710f2b-52ed-4d52-b928-784dad74a52b',
  });
});

test.each([
  ['no id', undefined, payload(stanzaId('1'))],
  ['an id that is no address', 'not an address@', payload(stanzaId('1'))],
  ['a full address', 'romeo@montegue.lit/orchard', payload(stanzaId('1'))],
  ['nothing in it', 'romeo@montegue.lit', payload('')],
  ['two ids', 'romeo@montegue.lit', payload(stanzaId('1') + stanzaId('2'))],
  ['an empty id', 'romeo@montegue.lit', payload(stanzaId(''))],
  ['an endless id', 'romeo@montegue.lit', payload(stanzaId('x'.repeat(5_000)))],
  ['an id by nobody', 'romeo@montegue.lit', payload(stanzaId('1', ''))],
  ['another element', 'romeo@montegue.lit', `<displayed xmlns="urn:xmpp:chat-markers:0" id="1"/>`],
  [
    'an id in another namespace',
    'romeo@montegue.lit',
    payload('<stanza-id xmlns="urn:x" by="a@b.test" id="1"/>'),
  ],
])('refuses an item with %s', (_name, id, text) => {
  expect(readPosition({ ...(id !== undefined && { id }), payload: parse(text) })).toBeUndefined();
  expect(readPosition({ ...(id !== undefined && { id }) })).toBeUndefined();
});

test('what is written is read', () => {
  const chat = 'romeo@montegue.lit' as BareJid;
  fc.assert(
    fc.property(fc.stringMatching(/^[\x20-\x7e]{1,60}$/), (archiveId) => {
      const position = { chat, by: 'juliet@capulet.lit', archiveId };
      expect(readPosition({ id: chat, payload: parse(serialize(writePosition(position))) })).toEqual(
        position,
      );
    }),
  );
});

test('publishes on a node that only we can read, and that forgets nothing', async () => {
  const asked: IqRequest[] = [];
  await askPublishPosition(
    {
      request: (iq) => {
        asked.push(iq);
        return Promise.resolve(parse('<iq xmlns="jabber:client" type="result"/>'));
      },
    },
    { chat: 'romeo@montegue.lit' as BareJid, by: 'juliet@capulet.lit', archiveId: 'a1' },
  );
  const text = serialize(asked[0]!.payload);
  for (const value of ['whitelist', 'max', 'never', 'true'])
    expect(text).toContain(`<value>${value}</value>`);
  expect(text).toContain('<item id="romeo@montegue.lit">');
});

test('fetches all of them, and leaves out what is none', async () => {
  const reply = `<iq xmlns="jabber:client" type="result"><pubsub xmlns="http://jabber.org/protocol/pubsub">
    <items node="urn:xmpp:mds:displayed:0"><item id="romeo@montegue.lit">${payload(stanzaId('1'))}</item>
    <item id="broken@montegue.lit"/><item id="example@conference.shakespeare.lit">${payload(
      stanzaId('2', 'example@conference.shakespeare.lit'),
    )}</item></items></pubsub></iq>`;
  expect(await askPositions({ request: () => Promise.resolve(parse(reply)) })).toEqual([
    { chat: 'romeo@montegue.lit', by: 'juliet@capulet.lit', archiveId: '1' },
    { chat: 'example@conference.shakespeare.lit', by: 'example@conference.shakespeare.lit', archiveId: '2' },
  ]);
});
