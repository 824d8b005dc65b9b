/** What the fuzzer damages: sessions recorded from a real Prosody, and by hand what no released server does yet. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StreamParser, limitsAfterLogin } from '../../electron/xmpp/transport/parser.ts';
import type { Element } from '../../electron/xmpp/xml.ts';
import { TOKEN, type Scene } from './replay.ts';
import { SESSION } from './session.ts';

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as string[][];

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='a.test' version='1.0' xml:lang='en'>";
const proof = createHmac('sha256', TOKEN.secret).update('Responder').digest('base64');
const MESSAGE = "<message from='bob@b.test/r' to='alice@a.test/d1' id='m1'><body>Hello</body></message>";
const ANSWERS = `${MESSAGE}<a xmlns='urn:xmpp:sm:3' h='1'/><r xmlns='urn:xmpp:sm:3'/>${MESSAGE}`;

/** SASL2, Bind 2 and FAST in one flight (XEP-0388, XEP-0386, XEP-0484). */
const oneFlight = [
  `${HEADER}<stream:features><authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-256</mechanism><inline><bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:sm:3'/><feature var='urn:xmpp:carbons:2'/></inline></bind><sm xmlns='urn:xmpp:sm:3'/><fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast></inline></authentication></stream:features>`,
  `<success xmlns='urn:xmpp:sasl:2'><additional-data>${proof}</additional-data><authorization-identifier>alice@a.test/d1</authorization-identifier><bound xmlns='urn:xmpp:bind:0'><enabled xmlns='urn:xmpp:sm:3' id='s' resume='true'/></bound></success><stream:features><sm xmlns='urn:xmpp:sm:3'/></stream:features>${ANSWERS}`,
];
const resumption = [
  `${HEADER}<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>`,
  `<resumed xmlns='urn:xmpp:sm:3' previd='old' h='0'/>${ANSWERS}`,
];

const scene = (
  name: string,
  begins: Scene['begins'],
  address: string,
  texts: readonly string[],
  end = 'quiet',
): Scene => ({
  name,
  begins,
  address,
  end,
  flights: texts.map((text) => Buffer.from(text)),
});

export const scenes: readonly Scene[] = [
  ...recorded.map((texts, index) => {
    const isBefore = texts.some((text) => /<mechanisms|<starttls/.test(text));
    const address = /\bto='(\w+@localhost)/.exec(texts[0] ?? '')?.[1] ?? 'alice@localhost';
    const whole = texts.join('');
    // Nobody has the other half of a recorded authentication: it has to end there.
    const end = !isBefore
      ? 'quiet'
      : whole.includes('<success')
        ? 'problem not-authentic'
        : 'problem weak-authentication';
    return scene(`recorded ${index}`, isBefore ? 'negotiation' : 'session', address, texts, end);
  }),
  scene('one flight', 'negotiation', 'alice@a.test', oneFlight),
  scene('resumption', 'resumption', 'alice@a.test', resumption),
  scene('everything', 'resumption', 'alice@a.test', [
    SESSION.replace(
      "<sm xmlns='urn:xmpp:sm:3'/></stream:features>",
      "<sm xmlns='urn:xmpp:sm:3'/></stream:features><resumed xmlns='urn:xmpp:sm:3' previd='old' h='0'/>",
    ),
  ]),
];

/** What a parser that is not damaged reports of a scene. */
export function elementsOf({ flights }: Scene): Element[] {
  const elements: Element[] = [];
  const parser = new StreamParser(
    { start: () => undefined, element: (element) => elements.push(element), end: () => undefined },
    limitsAfterLogin,
  );
  for (const flight of flights) parser.write(flight);
  return elements;
}
