/**
 * A device of ours with one that runs python-twomemo, which nobody here has written: bundles, sessions, payloads and the
 * envelopes in them, in both directions.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseStanza } from '../../electron/xmpp/transport/parser.ts';
import type { Encrypted } from '../../electron/xmpp/xep/xep0384-2.ts';
import { readEnvelope } from '../../electron/xmpp/xep/xep0420.ts';
import { serialize, textOf } from '../../electron/xmpp/xml.ts';
import { hasPythonOmemo, PythonDevice, type SealedBody } from '../support/python-omemo.ts';
import { Device, jid, must, Net } from './people.ts';

const ALICE = jid('alice@wonderland.example');
const PEER = jid('peer@example.org');
const ID = 4711;
const isThere = hasPythonOmemo('twomemo');

describe.skipIf(!isThere)(`python-twomemo${isThere ? '' : ' (not installed)'}`, () => {
  let net: Net;
  let alice: Device;
  let python: PythonDevice;

  beforeAll(async () => {
    net = new Net('omemo2');
    alice = await Device.online(net, ALICE);
    python = new PythonDevice('twomemo');
    net.newer.lists.set(PEER, [{ id: ID }]);
    net.newer.bundles.set(`${PEER}/${String(ID)}`, await python.bundle());
  });

  afterAll(async () => {
    alice.close();
    await python.stop();
  });

  const keyOf = ({ keys }: Encrypted): SealedBody => {
    const { data, isKeyExchange } = must(keys[0]);
    return { body: data, isPrekey: isKeyExchange };
  };

  /** What Python reads of what Alice says. */
  async function pythonReads(said: Encrypted): Promise<string> {
    const secret = await python.open(keyOf(said));
    return Buffer.from(await python.decrypt({ payload: must(said.payload), secret })).toString();
  }

  async function pythonSays(envelope: string): Promise<Encrypted> {
    const { payload, secret } = await python.encrypt(Buffer.from(envelope));
    const { body, isPrekey } = await python.seal(secret);
    return {
      device: ID,
      payload,
      keys: [{ address: ALICE, device: alice.id, isKeyExchange: isPrekey, data: body }],
    };
  }

  const envelopeOf = (text: string): string =>
    `<envelope xmlns='urn:xmpp:sce:1'><content><body xmlns='jabber:client'>${text}</body></content>` +
    `<rpad>xyz</rpad><from jid='${PEER}'/></envelope>`;

  it('reads what we say, envelope and all, from the first message on', async () => {
    for (const text of ['Grüße 👋', '<b>&amp;</b>', '']) {
      const said = await alice.send2(PEER, text);
      const envelope = must(parseStanza(await pythonReads(said)));
      const around = {
        from: ALICE,
        to: PEER,
        at: net.time,
        required: ['rpad', 'from', 'to', 'time'],
      } as const;
      const read = must(readEnvelope(envelope, around));
      expect(read.content.map(textOf)).toEqual([text]);
      expect(serialize(envelope).length).toBeGreaterThan(500);
    }
  });

  it('is read by us, and we answer until the other side knows of the session', async () => {
    expect(await alice.read(await pythonSays(envelopeOf('hello')), PEER)).toBe('hello');
    for (let turn = 0; turn < 5; turn += 1) {
      expect(await pythonReads(await alice.send2(PEER, `question ${String(turn)}`))).toContain('question');
      expect(await alice.read(await pythonSays(envelopeOf(`answer ${String(turn)}`)), PEER)).toBe(
        `answer ${String(turn)}`,
      );
    }
    expect(keyOf(await alice.send2(PEER, 'x')).isPrekey).toBe(false);
  });

  it('takes our empty message for one, and its own is one for us', async () => {
    const empty = must((await alice.answerOn({ protocol: 'omemo2', address: PEER, device: ID })).omemo2);
    expect(await python.open(keyOf(empty))).toEqual(new Uint8Array(32));
    const { body, isPrekey } = await python.seal(new Uint8Array(32));
    const key = { address: ALICE, device: alice.id, isKeyExchange: isPrekey, data: body };
    expect(await alice.receive({ device: ID, keys: [key] }, PEER)).toMatchObject({ kind: 'key-transport' });
  });

  it('refuses what was changed, and so do we what it did not say', async () => {
    const said = await alice.send2(PEER, 'genuine');
    const secret = await python.open(keyOf(said));
    const payload = Uint8Array.from(must(said.payload), (byte, index) => (index === 3 ? byte ^ 1 : byte));
    await expect(python.decrypt({ payload, secret })).rejects.toThrow('DecryptionFailed');
    const forged = envelopeOf('x').replace(PEER, 'mallory@evil.example');
    expect(await alice.read(await pythonSays(forged), PEER)).toBe('forged');
  });
});
