/**
 * `npm run fuzz`: random damage to the bytes of a session. Whatever arrives, the parser yields elements or one named
 * violation, and the codecs read or refuse; nothing else is ever thrown. `--short` for a seeded few, `--seed=N`,
 * `--runs=N`.
 */
import { readMessage } from '../../electron/xmpp/message.ts';
import { limitsAfterLogin, StreamParser, StreamViolation } from '../../electron/xmpp/transport/parser.ts';
import { readBundle, readDeviceList, readEncrypted } from '../../electron/xmpp/xep/xep0384.ts';
import { readPresence } from '../../electron/xmpp/xep/presence.ts';
import { readRosterPush } from '../../electron/xmpp/xep/roster.ts';
import type { Element } from '../../electron/xmpp/xml.ts';
import { readJid } from '../../shared/jid.ts';
import { seededRandom } from '../support/random.ts';
import { SESSION } from './session.ts';

const words = process.argv.slice(2);
const number = (name: string): number | undefined => {
  const text = words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
  return text === undefined ? undefined : Number(text);
};
const isShort = words.includes('--short');
const seed = number('seed') ?? (isShort ? 20_261_121 : Date.now() % 2 ** 31);
const runs = number('runs') ?? (isShort ? 5_000 : 1_000_000);

const random = seededRandom(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const session = Buffer.from(SESSION);
const FRAGMENTS = [
  '<',
  '>',
  '&',
  '<!--',
  '<?x?>',
  '<!DOCTYPE a>',
  '&#0;',
  '&x;',
  ']]>',
  '\u0000',
  'ÿ',
  "'",
  '"',
  '</message>',
  'xmlns=""',
];

/** One to eight injuries: a byte changed, removed, doubled, a piece moved, or something nasty put in. */
function damage(): Buffer {
  let bytes = Buffer.from(session);
  for (let count = 1 + below(8); count > 0; count -= 1) {
    const at = below(bytes.length);
    const length = below(40);
    const before = bytes.subarray(0, at);
    const after = bytes.subarray(at);
    switch (below(5)) {
      case 0:
        bytes = Buffer.from(bytes);
        bytes[at] = below(256);
        break;
      case 1:
        bytes = Buffer.concat([before, after.subarray(length)]);
        break;
      case 2:
        bytes = Buffer.concat([before, after.subarray(0, length), after]);
        break;
      case 3:
        bytes = Buffer.concat([
          before,
          session.subarray(below(session.length), below(session.length)),
          after,
        ]);
        break;
      default:
        bytes = Buffer.concat([before, Buffer.from(FRAGMENTS[below(FRAGMENTS.length)] ?? ''), after]);
    }
  }
  return bytes;
}

/** Every reader sees every element: a hostile server puts anything anywhere. */
function read(element: Element): void {
  readMessage(element);
  readPresence(element);
  readRosterPush(element);
  readEncrypted(element);
  readDeviceList(element);
  readBundle(element);
  for (const value of Object.values(element.attrs)) readJid(value);
  for (const child of element.children) if (typeof child !== 'string') read(child);
}

let violations = 0;
let elements = 0;
for (let run = 0; run < runs; run += 1) {
  const bytes = damage();
  const parser = new StreamParser(
    {
      start: () => undefined,
      element: (element) => {
        elements += 1;
        read(element);
      },
      end: () => undefined,
    },
    limitsAfterLogin,
  );
  try {
    for (let at = 0; at < bytes.length;) {
      const size = 1 + below(600);
      parser.write(bytes.subarray(at, at + size));
      at += size;
    }
  } catch (error) {
    if (!(error instanceof StreamViolation)) {
      console.error(`seed ${seed}, run ${run}: ${bytes.toString('base64')}`);
      throw error;
    }
    violations += 1;
  }
}
console.log(
  `${runs} damaged sessions (seed ${seed}): ${violations} refused, ${elements} elements read, nothing else thrown`,
);
