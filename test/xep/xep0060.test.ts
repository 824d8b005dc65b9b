import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as pubsub from '../../electron/xmpp/xep/xep0060.ts';
import { StanzaError } from '../../electron/xmpp/wire.ts';
import { serialize, xml } from '../../electron/xmpp/xml.ts';
import { damaged, jid, nonEmptyText, overWire, parseXml, scriptedWire, shape, text } from '../support/xml.ts';

const payload = text.map((content) => overWire(xml('list', 'urn:x', {}, content)));
const item = shape<pubsub.Item>({ id: text, publisher: jid, payload }, []);
const anyEvent: fc.Arbitrary<pubsub.PubsubEvent> = fc.oneof(
  fc.record({
    node: nonEmptyText,
    items: fc.array(item, { maxLength: 3 }),
    retracted: fc.array(text, { maxLength: 3 }),
  }),
  fc.record({
    node: nonEmptyText,
    items: fc.constant([]),
    retracted: fc.constant([]),
    end: fc.constantFrom('purged', 'deleted'),
  }),
);

test('read(write(x)) = x', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      expect(pubsub.readEvent(overWire(pubsub.writeEvent(event)))).toEqual(event);
    }),
  );
});

test('damaged events do not throw', () => {
  fc.assert(
    fc.property(damaged(anyEvent.map(pubsub.writeEvent)), (element) => {
      pubsub.readEvent(element);
    }),
  );
});

test('an event without a node, or of something else, is none', () => {
  const event = (content: string): ReturnType<typeof parseXml> =>
    parseXml(`<event xmlns='http://jabber.org/protocol/pubsub#event'>${content}</event>`);
  expect(pubsub.readEvent(event(''))).toBeUndefined();
  expect(pubsub.readEvent(event('<items/>'))).toBeUndefined();
  expect(pubsub.readEvent(event("<items node=''/>"))).toBeUndefined();
  expect(pubsub.readEvent(event("<subscription node='n'/>"))).toBeUndefined();
  expect(pubsub.readEvent(event("<items xmlns='urn:x' node='n'/>"))).toBeUndefined();
});

test('publishes with the options that the node has to have (#publisher-publish-options)', async () => {
  const wire = scriptedWire("<iq type='result'/>");
  const id = await pubsub.askPublish(wire, {
    node: 'n',
    id: 'current',
    payload: xml('list', 'urn:x'),
    options: { access_model: 'open', persist_items: true, max_items: 1 },
  });
  expect(id).toBe('current');
  const field = (name: string, value: string): string =>
    `<field var="pubsub#${name}"><value>${value}</value></field>`;
  expect(wire.asked.map(({ type, to, payload: sent }) => [type, to, serialize(sent)])).toEqual([
    [
      'set',
      undefined,
      '<pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node="n"><item id="current"><list xmlns="urn:x"/></item>' +
        '</publish><publish-options><x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE" type="hidden">' +
        '<value>http://jabber.org/protocol/pubsub#publish-options</value></field>' +
        `${field('access_model', 'open')}${field('persist_items', 'true')}${field('max_items', '1')}` +
        '</x></publish-options></pubsub>',
    ],
  ]);
});

test('an old server is told the options that it knows; other errors are passed on', async () => {
  const item = { node: 'n', id: 'current', payload: xml('list', 'urn:x') };
  const options = { access_model: 'open', persist_items: true, max_items: 1 };
  const unknown = new StanzaError('resource-constraint', 'wait', "Unknown field 'pubsub#max_items'");
  const old = scriptedWire(unknown, "<iq type='result'/>");
  expect(await pubsub.askPublish(old, { ...item, options })).toBe('current');
  const sent = old.asked.map(({ payload: each }) => serialize(each));
  expect(sent).toHaveLength(2);
  expect(sent[1]).toContain('pubsub#access_model');
  expect(sent[1]).not.toContain('max_items');

  // Not for ever, not without a reason, and never without what keeps the node from strangers.
  const refusing = scriptedWire(unknown, unknown);
  await expect(pubsub.askPublish(refusing, { ...item, options })).rejects.toBe(unknown);
  const strict = scriptedWire(new StanzaError('conflict', 'cancel'));
  await expect(pubsub.askPublish(strict, { ...item, options })).rejects.toThrow('conflict');
  const full = scriptedWire(unknown);
  await expect(pubsub.askPublish(full, item)).rejects.toBe(unknown);
});

test('learns the id that the server chose', async () => {
  const wire = scriptedWire(
    "<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='n'><item id='7'/></publish></pubsub></iq>",
  );
  expect(await pubsub.askPublish(wire, { node: 'n', payload: xml('x', 'urn:x') })).toBe('7');
});

test('fetches items of the node that was asked for, and only of that', async () => {
  const reply = (node: string): string =>
    `<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${node}'>` +
    "<item id='1' publisher='Bob@b.test/r'><x xmlns='urn:x'/></item><item publisher='a@b@c'/></items></pubsub></iq>";
  const wire = scriptedWire(reply('n'), reply('m'), "<iq type='result'/>");
  const ask = (): Promise<pubsub.Item[]> =>
    pubsub.askItems(wire, { to: 'bob@b.test', node: 'n', ids: ['1'] });
  expect(await ask()).toEqual([
    { id: '1', publisher: 'bob@b.test/r', payload: parseXml("<x xmlns='urn:x'/>") },
    {},
  ]);
  expect(await ask()).toEqual([]);
  expect(await ask()).toEqual([]);
});

test('withdraws, deletes and configures', async () => {
  const done = "<iq type='result'/>";
  const wire = scriptedWire(done, done, done);
  await pubsub.askRetract(wire, { node: 'n', id: '1' });
  await pubsub.askDeleteNode(wire, 'n');
  await pubsub.askConfigureNode(wire, 'n', { access_model: 'open' });
  const owner = 'http://jabber.org/protocol/pubsub#owner';
  expect(wire.asked.map(({ payload: sent }) => serialize(sent))).toEqual([
    '<pubsub xmlns="http://jabber.org/protocol/pubsub"><retract node="n" notify="true"><item id="1"/></retract></pubsub>',
    `<pubsub xmlns="${owner}"><delete node="n"/></pubsub>`,
    `<pubsub xmlns="${owner}"><configure node="n"><x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE" ` +
      'type="hidden"><value>http://jabber.org/protocol/pubsub#node_config</value></field>' +
      '<field var="pubsub#access_model"><value>open</value></field></x></configure></pubsub>',
  ]);
});
