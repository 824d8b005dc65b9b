/** The published library, unchanged and in memory: node stock.mjs <count> <repeats> prints its rates as JSON. */
import { createRequire } from 'node:module';

const signal = createRequire(import.meta.url)('libsignal-protocol-typescript');
const [count, repeats] = process.argv.slice(2).map(Number);

function storage() {
  const kept = new Map();
  const put = (kind) => async (id, value) => void kept.set(`${kind}${id}`, value);
  const get = (kind) => async (id) => kept.get(`${kind}${id}`);
  return {
    getIdentityKeyPair: get('identity').bind(undefined, ''),
    getLocalRegistrationId: async () => 1,
    isTrustedIdentity: async () => true,
    saveIdentity: async () => false,
    loadPreKey: get('pre'),
    storePreKey: put('pre'),
    removePreKey: async (id) => void kept.delete(`pre${id}`),
    loadSession: get('session'),
    storeSession: put('session'),
    loadSignedPreKey: get('signed'),
    storeSignedPreKey: put('signed'),
    removeSignedPreKey: async () => undefined,
    put,
  };
}

async function device(prekeys) {
  const store = storage();
  const identity = await signal.KeyHelper.generateIdentityKeyPair();
  await store.put('identity')('', identity);
  const signed = await signal.KeyHelper.generateSignedPreKey(identity, 1);
  await store.storeSignedPreKey(1, signed.keyPair);
  const pairs = [];
  for (let id = 1; id <= prekeys; id += 1) {
    const { keyPair } = await signal.KeyHelper.generatePreKey(id);
    await store.storePreKey(id, keyPair);
    pairs.push(keyPair);
  }
  const bundle = (id) => ({
    registrationId: 1,
    identityKey: identity.pubKey,
    signedPreKey: { keyId: 1, publicKey: signed.keyPair.pubKey, signature: signed.signature },
    preKey: { keyId: id, publicKey: pairs[id - 1].pubKey },
  });
  return { store, bundle };
}

const perSecond = (amount, since) => (amount * 1000) / (performance.now() - since);
const binary = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)).buffer;
const rates = { sessions: [], encrypt: [], decrypt: [] };
const secret = new Uint8Array(32).buffer;

for (let repeat = 0; repeat < repeats; repeat += 1) {
  const alice = await device(0);
  const friends = Math.ceil(count / 10);
  const bob = await device(friends + 1);
  let since = performance.now();
  for (let index = 1; index <= friends; index += 1) {
    const address = new signal.SignalProtocolAddress(`friend${index}`, 1);
    await new signal.SessionBuilder(alice.store, address).processPreKey(bob.bundle(index));
    await new signal.SessionCipher(alice.store, address).encrypt(secret);
  }
  rates.sessions.push(perSecond(friends, since));

  const toBob = new signal.SignalProtocolAddress('bob', 1);
  const toAlice = new signal.SignalProtocolAddress('alice', 1);
  await new signal.SessionBuilder(alice.store, toBob).processPreKey(bob.bundle(friends + 1));
  const out = new signal.SessionCipher(alice.store, toBob);
  const back = new signal.SessionCipher(bob.store, toAlice);
  await back.decryptPreKeyWhisperMessage((await out.encrypt(secret)).body, 'binary');
  await out.decryptWhisperMessage((await back.encrypt(secret)).body, 'binary');
  since = performance.now();
  const sealed = [];
  for (let index = 0; index < count; index += 1) sealed.push((await out.encrypt(secret)).body);
  rates.encrypt.push(perSecond(count, since));
  since = performance.now();
  for (const body of sealed) await back.decryptWhisperMessage(binary(body));
  rates.decrypt.push(perSecond(count, since));
}
process.stdout.write(JSON.stringify(rates));
