/**
 * `node test/fuzz/record.ts`: records what a real Prosody says to us, for the fuzzer to damage: two people meet, write,
 * publish, and read their archive. What was derived from a password is taken out. Writes recorded.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { StreamParser } from '../../electron/xmpp/transport/parser.ts';
import type { Wire } from '../../electron/xmpp/wire.ts';
import { parseXml } from '../support/xml.ts';
import { stanza, xml } from '../../electron/xmpp/xml.ts';
import { startProsody } from '../support/prosody.ts';
import { listen } from '../support/wire-listener.ts';

/** One list of texts for each stream that was opened, the first of a connection being the one before authentication. */
const streams = new Map<StreamParser, string[]>();
const prototype = StreamParser.prototype;
const write = Reflect.get(prototype, 'write');
prototype.write = function (bytes) {
  streams.set(this, [...(streams.get(this) ?? []), Buffer.from(bytes).toString()]);
  write.call(this, bytes);
};

const prosody = await startProsody({
  accounts: ['alice', 'bob'],
  contacts: [['alice', 'bob']],
  components: 'Component "rooms.localhost" "muc"',
});
const connect = (name: string): ReturnType<typeof listen> =>
  listen({
    ca: [readFileSync(prosody.authority, 'utf8')],
    server: { host: '127.0.0.1', port: prosody.ports.starttls, security: 'starttls' },
    ...prosody.account(name),
    onStanza: (_stanza, position, wire) => {
      wire.handled(position);
    },
  });

const [alice, bob] = [connect('alice'), connect('bob')];
await Promise.all([alice.online, bob.online]);
const ask = async (wire: Wire, type: 'get' | 'set', payload: string, to?: string): Promise<void> => {
  await wire
    .request({ type, payload: parseXml(payload), ...(to !== undefined && { to }) })
    .catch((error: unknown) => {
      console.log(`${payload}: ${String(error)}`);
    });
};
const say = (wire: Wire, text: string): number => wire.send(parseXml(text));

for (const { wire } of [alice, bob]) {
  await ask(wire, 'get', "<query xmlns='jabber:iq:roster'/>");
  await ask(wire, 'set', "<enable xmlns='urn:xmpp:carbons:2'/>");
  await ask(wire, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>", 'localhost');
  await ask(wire, 'get', "<query xmlns='http://jabber.org/protocol/disco#items'/>", 'localhost');
  say(wire, '<presence><show>away</show><status>日本語 😀</status><priority>5</priority></presence>');
}
for (let index = 0; index < 8; index += 1) {
  say(
    bob.wire,
    `<message to='alice@localhost' type='chat' id='m${index}'><body>Hello &lt;${index}&gt; 日本語 😀 é</body><request xmlns='urn:xmpp:receipts'/><active xmlns='http://jabber.org/protocol/chatstates'/><origin-id xmlns='urn:xmpp:sid:0' id='m${index}'/></message>`,
  );
}
say(
  bob.wire,
  "<message to='alice@localhost' type='chat' id='e1'><encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1234'><key rid='4711' prekey='true'>AAAA</key><iv>AAAAAAAAAAAAAAAA</iv></header><payload>AAAA</payload></encrypted><store xmlns='urn:xmpp:hints'/><body>fallback</body></message>",
);
await alice.received(9);
await ask(
  bob.wire,
  'set',
  "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='eu.siacs.conversations.axolotl.devicelist'><item id='current'><list xmlns='eu.siacs.conversations.axolotl'><device id='1234'/></list></item></publish></pubsub>",
);
await ask(
  alice.wire,
  'get',
  "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='eu.siacs.conversations.axolotl.devicelist'/></pubsub>",
  'bob@localhost',
);
await ask(
  alice.wire,
  'set',
  "<query xmlns='urn:xmpp:mam:2' queryid='q'><set xmlns='http://jabber.org/protocol/rsm'><max>5</max></set></query>",
);
say(
  alice.wire,
  "<presence to='room@rooms.localhost/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
);
say(alice.wire, "<message to='nobody@localhost' type='chat' id='err'><body>x</body></message>");
await ask(alice.wire, 'set', "<ping xmlns='urn:xmpp:ping'/>", 'localhost');
alice.wire.send(
  stanza('message', { to: 'bob@localhost', type: 'chat' }, xml('body', 'jabber:client', {}, 'bye')),
);
await bob.received(1);
await alice.wire.isAlive(2_000);
await Promise.all([alice.wire.close(), bob.wire.close()]);
await prosody.stop();

const withoutSecrets = (text: string): string =>
  text.replaceAll(/(<(?:challenge|success)\b[^>]*>)[^<]*</g, '$1AAAA<');
// The test's own stanzas were parsed as streams, too: those have no XML declaration.
const recorded = [...streams.values()]
  .filter(([first = '']) => first.startsWith('<?xml'))
  .map((texts) => texts.map(withoutSecrets));
writeFileSync(new URL('recorded.json', import.meta.url), `${JSON.stringify(recorded, undefined, 1)}\n`);
console.log(`${recorded.length} streams, ${JSON.stringify(recorded).length} characters`);
process.exit(0);
