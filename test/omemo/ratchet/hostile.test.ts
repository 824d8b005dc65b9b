/** The ratchet among enemies, in both protocols: what is changed, repeated, borrowed or too much is refused and changes nothing. */
import { describe, expect, it } from 'vitest';
import { SessionFault } from '../../../electron/omemo/fault.ts';
import { readExchange, writeExchange } from '../../../electron/omemo/ratchet/messages.ts';
import { beginSession, closeSession, sessionKey } from '../../../electron/omemo/ratchet/sessions.ts';
import { must } from '../people.ts';
import { End, meet, OURS, OURS_2, type Sealed } from './ends.ts';

const SECRET = Uint8Array.from({ length: 48 }, (_, index) => index);

/** Points whose shared secret with anybody is zero (RFC 7748 §6.1), as u-coordinates; the last two stand for others. */
const LOW_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));

async function refused(end: End, sealed: Sealed, reason?: string): Promise<void> {
  const { record, prekeys } = end;
  const before = prekeys.size;
  const error = await end.open(sealed).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SessionFault);
  if (reason !== undefined) expect(error).toMatchObject({ reason });
  expect([end.record, prekeys.size]).toEqual([record, before]);
}

describe.each([OURS, OURS_2])('$name', (engine) => {
  const { parameters } = engine;
  const isTyped = parameters.keyForm === 'typed';

  it('refuses a message with any byte changed', async () => {
    const [a, b] = await meet(engine);
    const sealed = await a.seal(SECRET);
    for (let at = 0; at < sealed.body.length; at += 1) {
      for (const flip of [0x01, 0x80]) {
        const body = sealed.body.map((byte, index) => (index === at ? byte ^ flip : byte));
        await refused(b, { ...sealed, body });
      }
    }
    expect(await b.open(sealed)).toEqual(SECRET);
  });

  it('refuses the first message of a session with any byte changed, but for the one number without a meaning', async () => {
    const [a, b] = [new End(engine, 1, 0), new End(engine, 2, 1)];
    await a.begin(b);
    const sealed = await a.seal(SECRET);
    const accepted: number[] = [];
    for (let at = 0; at < sealed.body.length; at += 1) {
      const body = sealed.body.map((byte, index) => (index === at ? byte ^ 0x01 : byte));
      const copy = new End(engine, 2, 0);
      Object.assign(copy, {
        identity: b.identity,
        prekeys: new Map(b.prekeys),
        signedPrekey: b.signedPrekey,
      });
      const opened = await copy.open({ ...sealed, body }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(SessionFault);
        expect([copy.record, copy.prekeys.size]).toEqual([undefined, b.prekeys.size]);
      });
      if (opened === undefined) continue;
      expect(opened).toEqual(SECRET);
      accepted.push(at);
    }
    // The registration of libsignal (field 5, 0x28): nothing authenticates it, nobody reads it.
    if (isTyped) expect([...sealed.body.subarray(-4)]).toEqual([0x28, 1, 0x30, 1]);
    expect(accepted).toEqual(isTyped ? [sealed.body.length - 3] : []);
    expect(await b.open(sealed)).toEqual(SECRET);
  });

  it('recognises repeated messages, also of the key exchange, whenever they come again', async () => {
    const [a, b] = [new End(engine, 1), new End(engine, 2)];
    await a.begin(b);
    const sent: Sealed[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      sent.push(await a.seal(SECRET));
      expect(await b.open(must(sent.at(-1)))).toEqual(SECRET);
      expect(await a.open(await b.seal(SECRET))).toEqual(SECRET);
      for (const sealed of sent) await refused(b, sealed, 'duplicate');
    }
  });

  it('uses a prekey once', async () => {
    const [a, mallory, b] = [new End(engine, 1), new End(engine, 3), new End(engine, 2)];
    const { bundle } = b;
    await a.begin({ bundle });
    await mallory.begin({ bundle });
    expect(await b.open(await a.seal(SECRET))).toEqual(SECRET);
    await refused(b, await mallory.seal(SECRET), 'no-session');
    // Even by the same device: a key exchange is another when its base key is.
    await a.begin({ bundle });
    await refused(b, await a.seal(SECRET), 'no-session');
  });

  it('refuses a key exchange under another’s name', async () => {
    const [a, mallory, b] = [new End(engine, 1), new End(engine, 3), new End(engine, 2)];
    await mallory.begin(b);
    const sealed = await mallory.seal(SECRET);
    const exchange = readExchange(parameters, sealed.body);
    const { publicKey, edwardsKey } = a.identity;
    const identity = { key: publicKey, sent: isTyped ? publicKey : edwardsKey };
    const renamed = writeExchange(parameters, { ...exchange, identity }, 3);
    await refused(b, { ...sealed, body: renamed }, 'forged');
    // And once the session is there, when only the message within is read.
    expect(await b.open(sealed)).toEqual(SECRET);
    const next = readExchange(parameters, (await mallory.seal(SECRET)).body);
    await refused(b, { isPrekey: true, body: writeExchange(parameters, { ...next, identity }, 3) }, 'forged');
    expect(b.partner).toEqual(mallory.identity.publicKey);
  });

  it('refuses messages of a session between others', async () => {
    const [a, b] = await meet(engine);
    const [c] = await meet(engine);
    await refused(b, await c.seal(SECRET), 'forged');
    expect(await b.open(await a.seal(SECRET))).toEqual(SECRET);
  });

  it('refuses a message of its own that comes back', async () => {
    const [a, b] = await meet(engine);
    const sealed = await a.seal(SECRET);
    await refused(a, sealed);
    expect(await b.open(sealed)).toEqual(SECRET);
  });

  it.each(LOW_ORDER.map((point) => [Buffer.from(point).toString('hex'), point] as const))(
    'refuses the public key %s everywhere',
    async (_hex, point) => {
      const form = isTyped ? Uint8Array.of(5, ...point) : point;
      const [a, b] = [new End(engine, 1), new End(engine, 2)];
      const { bundle } = b;
      const begin = (changed: typeof bundle): unknown =>
        beginSession(
          parameters,
          a.identity,
          { address: 'b', device: 2 },
          undefined,
          changed,
          must(changed.preKeys[0]),
        );
      const [first] = bundle.preKeys;
      expect(() => begin({ ...bundle, identityKey: form })).toThrow(SessionFault);
      expect(() => begin({ ...bundle, signedPreKey: { ...bundle.signedPreKey, publicKey: form } })).toThrow(
        SessionFault,
      );
      expect(() => begin({ ...bundle, preKeys: [{ ...must(first), publicKey: form }] })).toThrow(
        SessionFault,
      );

      await a.begin(b);
      const sealed = await a.seal(SECRET);
      const exchange = readExchange(parameters, sealed.body);
      const typed = Uint8Array.of(5, ...point);
      const put = (change: object): Sealed => ({
        isPrekey: true,
        body: writeExchange(parameters, { ...exchange, ...change }, 1),
      });
      await refused(b, put({ baseKey: typed }));
      await refused(b, put({ identity: { key: typed, sent: form } }));
      const at = Buffer.from(exchange.message).indexOf(Buffer.from(isTyped ? '0a2105' : '1a20', 'hex'));
      const start = at + (isTyped ? 3 : 2);
      const message = Uint8Array.from(exchange.message);
      message.set(point, start);
      await refused(b, put({ message }));
      expect(await b.open(sealed)).toEqual(SECRET);
    },
  );

  it('refuses a bundle whose signed prekey somebody else signed', () => {
    const [a, b, mallory] = [new End(engine, 1), new End(engine, 2), new End(engine, 3)];
    const { bundle } = b;
    const { signedPreKey } = mallory.bundle;
    const forged = { ...bundle, signedPreKey };
    const begin = (): unknown =>
      beginSession(
        parameters,
        a.identity,
        { address: 'b', device: 2 },
        undefined,
        forged,
        must(bundle.preKeys[0]),
      );
    expect(begin).toThrow(expect.objectContaining({ reason: 'forged' }));
  });

  it('bridges a gap of 1,000 messages, and refuses a larger one without work', async () => {
    const [a, b] = [new End(engine, 1), new End(engine, 2)];
    await a.begin(b);
    const sent: Sealed[] = [];
    for (let count = 0; count <= 1_001; count += 1) sent.push(await a.seal(SECRET));
    await refused(b, must(sent[1_001]), 'no-session');
    expect(await b.open(must(sent[1_000]))).toEqual(SECRET);
    for (const index of [999, 0, 500]) expect(await b.open(must(sent[index]))).toEqual(SECRET);
    await refused(b, must(sent[500]), 'duplicate');
    expect(await b.open(must(sent[1_001]))).toEqual(SECRET);
  });

  it('holds 1,000 skipped keys, forgets the oldest first, and goes on whatever was lost', async () => {
    const [a, b] = await meet(engine);
    const chains: Sealed[][] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const chain: Sealed[] = [];
      for (let count = 0; count < 600; count += 1) chain.push(await a.seal(SECRET));
      expect(await b.open(must(chain.at(-1)))).toEqual(SECRET);
      expect(await a.open(await b.seal(SECRET))).toEqual(SECRET);
      chains.push(chain);
    }
    expect(must(b.record).length).toBeLessThan(60_000);
    // 3 × 599 were skipped: of the first chain nothing is left, of the second the newest 401.
    await refused(b, must(chains[0]?.[598]));
    await refused(b, must(chains[1]?.[197]));
    for (const sealed of [chains[1]?.[198], chains[1]?.[598], chains[2]?.[0]]) {
      expect(await b.open(must(sealed))).toEqual(SECRET);
    }
    // 1,200 messages of a chain are lost, and the next chain begins: what is too much is given up.
    expect(await b.open(await a.seal(SECRET))).toEqual(SECRET);
    for (let count = 0; count < 1_200; count += 1) await a.seal(SECRET);
    const lost = await a.seal(SECRET);
    expect(await a.open(await b.seal(SECRET))).toEqual(SECRET);
    expect(await b.open(await a.seal(SECRET))).toEqual(SECRET);
    await refused(b, lost, 'no-session');
  });

  it('keeps its record small over 150 turns and 25 sessions', async () => {
    const [a, b] = [new End(engine, 1), new End(engine, 2)];
    await a.begin(b);
    for (let turn = 0; turn < 150; turn += 1) {
      expect(await b.open(await a.seal(SECRET))).toEqual(SECRET);
      expect(await a.open(await b.seal(SECRET))).toEqual(SECRET);
    }
    expect(Math.max(must(a.record).length, must(b.record).length)).toBeLessThan(1_200);
    for (let count = 0; count < 25; count += 1) {
      await a.begin(b);
      expect(await b.open(await a.seal(SECRET))).toEqual(SECRET);
    }
    expect(Math.max(must(a.record).length, must(b.record).length)).toBeLessThan(10_000);
  });

  it('has no session to seal with after closing it, until the other side uses it again', async () => {
    const [a, b] = await meet(engine);
    a.record = closeSession(parameters, must(a.record));
    expect(sessionKey(parameters, a.record)).toBeUndefined();
    await expect(a.seal(SECRET)).rejects.toMatchObject({ reason: 'no-session' });
    expect(await a.open(await b.seal(SECRET))).toEqual(SECRET);
    expect(sessionKey(parameters, a.record)).toEqual(b.identity.publicKey);
    expect(await b.open(await a.seal(SECRET))).toEqual(SECRET);
  });

  it('lets errors of the place where prekeys are kept pass as what they are', async () => {
    const [a, b] = [new End(engine, 1), new End(engine, 2)];
    await a.begin(b);
    const sealed = await a.seal(SECRET);
    const { prekeys } = b;
    Object.assign(b, {
      prekeys: {
        get: () => {
          throw new TypeError('the disk is gone');
        },
      },
    });
    await expect(b.open(sealed)).rejects.toThrow(TypeError);
    Object.assign(b, { prekeys });
    expect(await b.open(sealed)).toEqual(SECRET);
  });
});

it('speaks one protocol at a time: neither takes the other’s messages or records', async () => {
  const [a, b] = await meet(OURS);
  const [c, d] = await meet(OURS_2);
  await refused(b, await c.seal(SECRET), 'malformed');
  await refused(d, await a.seal(SECRET), 'malformed');
  expect(sessionKey(OURS.parameters, a.record)).toBeDefined();
  expect(sessionKey(OURS_2.parameters, a.record)).toBeUndefined();
  expect(sessionKey(OURS.parameters, c.record)).toBeUndefined();
});
