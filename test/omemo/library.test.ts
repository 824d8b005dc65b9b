/** The library beneath: that it is the one which checks, what loading it leaves behind, and that it is still understood. */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { openText, sealText } from '../../electron/omemo/legacy-payload.ts';
import { boundSkipping, harden, type SignalModules } from './libsignal/hardening.ts';
import { seededRandom } from '../support/random.ts';
import { Device, jid, must, Net } from './people.ts';
import { startStock } from './stock.ts';

const ALICE = jid('alice@wonderland.example');
const STOCK = jid('stock@library.example');

describe('loading the library', () => {
  it('leaves no handler behind that ends the process, and takes away nobody else’s', async () => {
    // In a fresh thread, because here it is loaded already.
    const script = `
      const { parentPort } = require('node:worker_threads');
      const mine = () => undefined;
      process.on('unhandledRejection', mine);
      process.on('uncaughtException', mine);
      import(${JSON.stringify(new URL('./libsignal/sessions.ts', import.meta.url).href)}).then(() => {
        const count = (event) => process.listeners(event).map((listener) => listener === mine);
        parentPort.postMessage([count('unhandledRejection'), count('uncaughtException')]);
      });`;
    const worker = new Worker(script, { eval: true });
    const left = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(left).toEqual([[true], [true]]);
    // Were this 0, the test above would prove nothing.
    expect(await startStock()('handlers', {})).toBe(1);
  });

  it('is of the genuine package, at the version that the patches were written for', () => {
    const require = createRequire(import.meta.url);
    expect(require('libsignal-protocol-typescript/package.json')).toMatchObject({
      name: '@privacyresearch/libsignal-protocol-typescript',
      version: '0.0.16',
    });
  });
});

describe('a patch', () => {
  /** The record class, without one of its methods. */
  function records(missing?: string): SignalModules['record'] {
    const nothing = (): void => undefined;
    const methods = ['removeOldChains', 'removeOldSessions'].filter((name) => name !== missing);
    const prototype = Object.fromEntries(methods.map((name) => [name, nothing]));
    const SessionRecord = { prototype, ...(missing !== 'deserialize' && { deserialize: nothing }) };
    return { SessionRecord } as SignalModules['record'];
  }

  /** Modules as the patches expect them, each a fresh object. */
  function modules(): SignalModules {
    const nothing = (): void => undefined;
    const crypto: { verifyMAC: unknown } = { verifyMAC: nothing };
    return {
      main: {
        setCurve: nothing,
        setWebCrypto: nothing,
        SessionCipher: { prototype: { decryptWithSessionList: nothing, doDecryptWhisperMessage: nothing } },
        SessionBuilder: { prototype: { processV3: nothing } },
      },
      internal: {
        get verifyMAC() {
          return crypto.verifyMAC;
        },
      },
      crypto,
      record: records(),
      lock: { SessionLock: { errors: [], _promises: [] } },
      protobuf: { WhisperMessage: { decode: nothing } },
    };
  }

  it('of a single cipher finds its method, or stops the program', () => {
    expect(() => boundSkipping({ fillMessageKeys: () => undefined })).not.toThrow();
    expect(() => boundSkipping({})).toThrow('fillMessageKeys');
  });

  it('that finds what it replaces is applied', () => {
    expect(() => {
      harden(modules());
    }).not.toThrow();
  });

  it.each<[string, (whole: SignalModules) => Partial<SignalModules>]>([
    ['verifyMAC', () => ({ crypto: { verifyMAC: undefined } })],
    ['the way from the cipher to verifyMAC', () => ({ internal: { verifyMAC: () => true } })],
    ['removeOldChains', () => ({ record: records('removeOldChains') })],
    ['removeOldSessions', () => ({ record: records('removeOldSessions') })],
    ['deserialize', () => ({ record: records('deserialize') })],
    ['SessionLock', () => ({ lock: { SessionLock: { errors: [], _promises: undefined } } })],
    [
      'decryptWithSessionList',
      ({ main }) => ({
        main: { ...main, SessionCipher: { prototype: { doDecryptWhisperMessage: () => true } } },
      }),
    ],
    [
      'doDecryptWhisperMessage',
      ({ main }) => ({
        main: { ...main, SessionCipher: { prototype: { decryptWithSessionList: () => true } } },
      }),
    ],
    ['processV3', ({ main }) => ({ main: { ...main, SessionBuilder: { prototype: {} } } })],
  ])('that does not find %s stops the program', (what, change) => {
    const whole = modules();
    // A copy with its getters: `internal` has to follow what is written into `crypto`.
    const changed = Object.defineProperties({}, Object.getOwnPropertyDescriptors(whole)) as SignalModules;
    Object.assign(changed, change(whole));
    expect(() => {
      harden(changed);
    }).toThrow(what);
  });
});

describe('the unchanged library', () => {
  const devices: Device[] = [];
  afterEach(() => {
    for (const device of devices.splice(0)) device.close();
  });

  it('and ours understand each other in any order, with losses and repeats', async () => {
    const net = new Net();
    const alice = await Device.online(net, ALICE);
    devices.push(alice);
    const stock = startStock();
    const id = 4711;
    net.bundles.set(`${STOCK}/${id}`, await stock('begin', { device: id, count: 5 }));
    net.lists.set(STOCK, [id]);
    const peer = { address: ALICE, device: alice.id };
    const next = seededRandom(20261121);
    const roll = (sides: number): number => Math.floor(next() * sides);

    for (let turn = 0; turn < 40; turn++) {
      const count = 1 + roll(4);
      if (turn % 2 === 0) {
        const sent = [];
        for (let index = 0; index < count; index++) {
          sent.push({ text: `${turn}.${index}`, encrypted: await alice.send(STOCK, `${turn}.${index}`) });
        }
        if (roll(3) === 0) sent.reverse();
        for (const { text, encrypted } of sent) {
          if (turn > 0 && roll(8) === 0) continue;
          const key = must(encrypted.keys.find(({ device }) => device === id));
          const secret = await stock('open', { peer, isPreKey: key.isPreKey, data: key.data });
          expect(openText({ iv: encrypted.iv, payload: must(encrypted.payload), secret })).toBe(text);
        }
      } else {
        const sent = [];
        for (let index = 0; index < count; index++) {
          const { iv, payload, secret } = sealText(`${turn}.${index}`);
          const key = { device: alice.id, ...(await stock('seal', { peer, plaintext: secret })) };
          sent.push({ text: `${turn}.${index}`, encrypted: { device: id, iv, payload, keys: [key] } });
        }
        if (roll(3) === 0) sent.reverse();
        for (const { text, encrypted } of sent) {
          if (turn > 1 && roll(8) === 0) continue;
          expect(await alice.read(encrypted, STOCK)).toBe(text);
          if (roll(4) === 0) expect(await alice.read(encrypted, STOCK)).toBe('duplicate');
        }
      }
    }
  }, 60_000);

  it('accepts our bundle and begins with us', async () => {
    const net = new Net();
    const alice = await Device.online(net, ALICE);
    devices.push(alice);
    const stock = startStock();
    await stock('begin', { device: 4711, count: 1 });
    const peer = { address: ALICE, device: alice.id };
    const bundle = net.bundle(ALICE, alice.id);
    await stock('meet', { peer, bundle, preKey: must(bundle.preKeys[7]) });
    const { iv, payload, secret } = sealText('first');
    const key = { device: alice.id, ...(await stock('seal', { peer, plaintext: secret })) };
    expect(key.isPreKey).toBe(true);
    expect(await alice.receive({ device: 4711, iv, payload, keys: [key] }, STOCK)).toMatchObject({
      kind: 'content',
      text: 'first',
      needsAnswer: ['legacy'],
    });
    const answer = await alice.answer(STOCK, 4711);
    const answered = must(answer.keys[0]);
    expect(answered.isPreKey).toBe(false);
    await stock('open', { peer, isPreKey: false, data: answered.data });
    expect((await stock('seal', { peer, plaintext: secret })).isPreKey).toBe(false);
    // A signature that is not ours is refused by it, so that accepting ours means something.
    const signature = Uint8Array.from(bundle.signedPreKey.signature, (byte, index) =>
      index === 3 ? byte ^ 1 : byte,
    );
    const forged = { ...bundle, signedPreKey: { ...bundle.signedPreKey, signature } };
    await expect(stock('meet', { peer, bundle: forged, preKey: must(bundle.preKeys[8]) })).rejects.toThrow(
      'signature',
    );
  });
});
