/**
 * Files from client to client (H69): nobody begins a session unasked, nobody but the one who was asked is heard in it, and
 * what comes is bounded by what was said. The whole engine on a scripted server.
 */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import type { IqRequest } from '../../electron/xmpp/wire.ts';
import { serialize, stanza, type Element } from '../../electron/xmpp/xml.ts';
import type { FileRow } from '../../shared/contract.ts';
import { createTestHost, Mirror } from '../support/engine.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';
import { temporaryProfile } from '../support/template.ts';
import { parseXml } from '../support/xml.ts';

const ME = 'alice@a.test';
const FRIEND = 'bob@b.test/desk';
const MALLORY = 'mallory@evil.example/x';
const IBB = 'http://jabber.org/protocol/ibb';
const FILE = 'urn:xmpp:jingle:apps:file-transfer:5';

let server: ScriptedServer;
let engine: Engine;
let alice: Mirror;
let folder: Awaited<ReturnType<typeof temporaryProfile>>;
let count = 0;

beforeEach(async () => {
  folder = await temporaryProfile('direct');
  server = new ScriptedServer([
    { jid: 'bob@b.test', subscription: 'both' },
    { jid: 'mallory@evil.example', subscription: 'both' },
  ]);
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect: server.connect });
  alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: ME, password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
  server.sent.length = 0;
  server.requests.length = 0;
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

const ask = (from: string, payload: string, type = 'set'): void =>
  server.deliver(
    `<iq type='${type}' id='q${String((count += 1))}' from='${from}' to='${ME}/r'>${payload}</iq>`,
  );

const block = (seq: number, text: string): string =>
  `<data xmlns='${IBB}' sid='ib' seq='${String(seq)}'>${Buffer.from(text).toString('base64')}</data>`;
const open = `<open xmlns='${IBB}' sid='ib' block-size='4' stanza='iq'/>`;
const close = `<close xmlns='${IBB}' sid='ib'/>`;
const IN_BAND = `<transport xmlns='urn:xmpp:jingle:transports:ibb:1' sid='ib' block-size='4'/>`;

const initiate = (size = 6, transport = IN_BAND, sid = 's'): string =>
  `<jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='${sid}'>
     <content creator='initiator' name='file' senders='initiator'><description xmlns='${FILE}'>
       <file><size>${String(size)}</size><range/></file></description>${transport}</content></jingle>`;

/** Bob offers a file of six bytes that lies with `publisher`, and it is fetched. */
async function fetchFrom(publisher: string): Promise<FileRow> {
  server.deliver(`<message type='chat' id='m' from='${FRIEND}' to='${ME}'><body>f.bin</body>
    <file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>f.bin</name><size>6</size></file>
    <sources><jinglepub xmlns='urn:xmpp:jinglepub:1' from='${publisher}' id='p'><description xmlns='${FILE}'/></jinglepub>
    </sources></file-sharing></message>`);
  const { id } = await alice.until(() => [...alice.files.values()][0], 'the offer');
  await alice.call('files.fetch', { file: id });
  return alice.until(() => {
    const file = alice.files.get(id);
    return file?.state === 'here' || file?.state === 'failed' ? file : undefined;
  }, 'the end of it');
}

/** The other side's part: the offer when it is asked to start, the rest when that was accepted. */
function plays(offer: string, ...rest: (readonly [from: string, payload: string])[]): void {
  server.answers = ({ payload }: IqRequest): Element | undefined => {
    const result = stanza('iq', { type: 'result' });
    if (payload.name === 'start') {
      queueMicrotask(() => ask(FRIEND, offer));
      return { ...result, children: [parseXml(`<starting xmlns='urn:xmpp:jinglepub:1' sid='s'/>`)] };
    }
    if (payload.name !== 'jingle') return undefined;
    if (payload.attrs['action'] === 'session-accept')
      queueMicrotask(() => {
        for (const [from, each] of rest) ask(from, each);
      });
    return result;
  };
}

const fromFriend = (...payloads: string[]): (readonly [string, string])[] =>
  payloads.map((payload) => [FRIEND, payload] as const);
const endings = (): (string | undefined)[] =>
  server.requests.flatMap(({ payload }) =>
    payload.attrs['action'] === 'session-terminate'
      ? [/<reason><([a-z-]+)/.exec(serialize(payload))?.[1]]
      : [],
  );

it('comes whole from the one who was asked, whatever others say meanwhile', async () => {
  const others = [block(0, 'evil'), close, open].map((payload) => [MALLORY, payload] as const);
  plays(
    initiate(),
    ...fromFriend(open),
    ...others,
    ...fromFriend(block(0, 'abcd')),
    ...others,
    ...fromFriend(block(1, 'ef'), close),
  );
  const file = await fetchFrom(FRIEND);
  expect(file).toMatchObject({ state: 'here', size: 6 });
  expect(Buffer.from((await engine.readFile(file.id, 0, 9))?.bytes ?? []).toString()).toBe('abcdef');
  await expect.poll(endings).toEqual(['success']);
});

describe('is nothing', () => {
  test.each<[string, FileRow['failure'], string, string[]]>([
    ['with a block missing', 'refused', initiate(), [open, block(1, 'abcd')]],
    ['with a block twice', 'refused', initiate(), [open, block(0, 'abcd'), block(0, 'abcd')]],
    ['with a block too large', 'refused', initiate(), [open, block(0, 'abcde')]],
    ['before it is opened', 'refused', initiate(), [block(0, 'abcd')]],
    ['when it is opened for larger blocks', 'refused', initiate(), [open.replace("'4'", "'65535'")]],
    ['longer than was said', 'too-large', initiate(), [open, block(0, 'abcd'), block(1, 'efgh')]],
    ['shorter than was said', 'unreachable', initiate(), [open, block(0, 'abcd'), close]],
    ['larger than the message said', 'too-large', initiate(1_000_000_000_000), []],
    ['over messages', 'unreachable', initiate(6, IN_BAND.replace('sid=', "stanza='message' sid=")), []],
    ['over a transport that we do not speak', 'unreachable', initiate(6, "<transport xmlns='urn:x'/>"), []],
  ])('%s', async (_, failure, offer, payloads) => {
    plays(offer, ...fromFriend(...payloads));
    expect(await fetchFrom(FRIEND)).toMatchObject({ state: 'failed', failure });
    await expect.poll(endings).toHaveLength(1);
    expect(endings()).not.toContain('success');
  });

  it('when a message names a client of somebody else, who hears nothing of us', async () => {
    expect(await fetchFrom(MALLORY)).toMatchObject({ state: 'failed', failure: 'not-allowed' });
    expect(server.requests.filter(({ to }) => to === MALLORY)).toEqual([]);
  });
});

describe('nobody is told', () => {
  const answered = (): string[] =>
    server.sent.filter(({ name }) => name === 'iq').map((each) => serialize(each));

  test.each([
    ['a session that we did not ask for', initiate(), 'set'],
    ['blocks of none', block(0, 'abcd'), 'set'],
    ['a file that is not there', `<start xmlns='urn:xmpp:jinglepub:1' id='p'/>`, 'get'],
  ])('more than that we do not serve it: %s', async (_, payload, type) => {
    ask(MALLORY, payload, type);
    await expect.poll(answered).toHaveLength(1);
    expect(answered()[0]).toContain('service-unavailable');
    expect(server.requests).toEqual([]);
  });
});
