/**
 * The parser: archive pages as servers send them, and one text of 8 MiB in pieces of a segment; beside the fastest strict
 * streaming parser of the registry that needs no compiler, and the parser that @xmpp/client brings along.
 */
import XmppParser from '@xmpp/xml/lib/Parser.js';
import { SaxesParser } from 'saxes';
import { StreamParser, limitsAfterLogin } from '../../electron/xmpp/transport/parser.ts';
import { serialize, xml, type Element } from '../../electron/xmpp/xml.ts';
import { seededRandom } from '../support/random.ts';
import { sentence } from './languages.ts';
import { sampleOf, type Row } from './table.ts';

const OPEN =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='a.test' version='1.0'>";
const CLOSE = '</stream:stream>';
/** What TLS hands over at a time, and what one segment carries. */
const RECORD = 16_384;
const SEGMENT = 1_400;
const MIB = 2 ** 20;

/** A result of an archive query (XEP-0313), a third of them encrypted. */
function result(random: () => number, index: number): string {
  const base64 = (bytes: number): string =>
    Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256))).toString('base64');
  const body = (text: string): Element => xml('body', 'jabber:client', {}, text);
  const OMEMO = 'eu.siacs.conversations.axolotl';
  const keys = [4711, 4712, 4713].map((rid) => xml('key', OMEMO, { rid }, base64(70)));
  const content =
    index % 3 === 0
      ? [
          xml(
            'encrypted',
            OMEMO,
            {},
            xml('header', OMEMO, { sid: 1234 }, ...keys, xml('iv', OMEMO, {}, base64(12))),
            xml('payload', OMEMO, {}, base64(60)),
          ),
          xml('encryption', 'urn:xmpp:eme:0', { namespace: OMEMO, name: 'OMEMO' }),
          xml('store', 'urn:xmpp:hints'),
          body('I sent you an OMEMO encrypted message'),
        ]
      : [
          body(sentence(random)),
          xml('active', 'http://jabber.org/protocol/chatstates'),
          xml('request', 'urn:xmpp:receipts'),
          xml('markable', 'urn:xmpp:chat-markers:0'),
        ];
  const id = base64(18);
  const message = xml(
    'message',
    'jabber:client',
    { 'xml:lang': 'en', to: 'bob@b.test', from: 'alice@a.test/phone.1234', type: 'chat', id },
    ...content,
    xml('origin-id', 'urn:xmpp:sid:0', { id }),
    xml('stanza-id', 'urn:xmpp:sid:0', { by: 'alice@a.test', id: base64(12) }),
  );
  const stamp = new Date(Date.UTC(2026, 0, 1) + index * 61_000).toISOString();
  const forwarded = xml(
    'forwarded',
    'urn:xmpp:forward:0',
    {},
    xml('delay', 'urn:xmpp:delay', { stamp }),
    message,
  );
  const archived = xml('result', 'urn:xmpp:mam:2', { queryid: 'q1', id: base64(12) }, forwarded);
  return serialize(
    xml('message', 'jabber:client', { to: 'alice@a.test/d1', from: 'alice@a.test' }, archived),
  );
}

type Parse = (pieces: readonly Buffer[]) => void;

const ours: Parse = (pieces) => {
  const parser = new StreamParser(
    { start: () => undefined, element: () => undefined, end: () => undefined },
    { ...limitsAfterLogin, stanzaBytes: 64 * MIB },
  );
  for (const piece of pieces) parser.write(piece);
};

/** With namespaces and without building anything, which is less than we do. */
const saxes: Parse = (pieces) => {
  const parser = new SaxesParser({ xmlns: true });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let events = 0;
  const count = (): void => {
    events += 1;
  };
  parser.on('opentag', count);
  parser.on('closetag', count);
  parser.on('text', count);
  for (const piece of pieces) parser.write(decoder.decode(piece, { stream: true }));
  if (events === 0) throw new Error('saxes saw nothing');
};

/** As @xmpp/connection uses it. */
const stock: Parse = (pieces) => {
  const parser = new XmppParser();
  for (const piece of pieces) parser.write(piece.toString('utf8'));
};

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** Seconds of this thread: the machine may be busy with something else. */
function seconds(parse: Parse, pieces: readonly Buffer[]): number {
  const since = process.threadCpuUsage();
  parse(pieces);
  const { user, system } = process.threadCpuUsage(since);
  return (user + system) / 1_000_000;
}

export function measureParser({ isShort }: { isShort: boolean }): Row[] {
  const random = seededRandom(1);
  const [stanzas, repeats, megabytes] = isShort ? [50, 1, 0.1] : [5_000, 15, 8];
  let pages = '';
  for (let index = 0; index < stanzas; index += 1) pages += result(random, index);
  let text = '';
  while (text.length < megabytes * MIB) text += `${sentence(random)} `;
  const page = Buffer.from(OPEN + pages + CLOSE);
  const long = Buffer.from(
    `${OPEN}${serialize(xml('message', 'jabber:client', {}, text.slice(0, megabytes * MIB)))}${CLOSE}`,
  );
  const rows: Row[] = [];
  const measure = (
    name: string,
    [bytes, size]: readonly [Buffer, number],
    amounts: readonly (readonly [string, number])[],
    floors: readonly (readonly [string, Parse, number])[],
  ): void => {
    const pieces = cut(bytes, size);
    const taken = [['ours', ours, repeats] as const, ...floors].map(() => [] as number[]);
    // In turns, so that whatever disturbs disturbs all of them.
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      [['ours', ours, repeats] as const, ...floors].forEach(([, parse, most], index) => {
        if (repeat < most) taken[index]?.push(seconds(parse, pieces));
      });
    }
    for (const [unit, amount] of amounts) {
      const rates = taken.map((times) => sampleOf(times.map((time) => amount / time)));
      floors.forEach(([floor], index) => {
        const [mine, sample] = [rates[0], rates[index + 1]];
        if (mine !== undefined && sample !== undefined)
          rows.push({ name, unit, ours: mine, floor: { name: floor, sample } });
      });
    }
  };
  const both = [
    ['saxes', saxes, repeats],
    ['the parser of @xmpp/client', stock, repeats],
  ] as const;
  const amounts = [
    ['MiB/s', page.length / MIB],
    ['stanzas/s', stanzas],
  ] as const;
  measure('parser, archive pages in TLS records', [page, RECORD], amounts, both);
  measure('parser, archive pages in segments', [page, SEGMENT], amounts.slice(0, 1), both);
  measure(
    'parser, 8 MiB of text in segments',
    [long, SEGMENT],
    [['MiB/s', long.length / MIB]],
    // Its time is quadratic: once is enough.
    [
      ['saxes', saxes, repeats],
      ['the parser of @xmpp/client', stock, 1],
    ],
  );
  return rows;
}
