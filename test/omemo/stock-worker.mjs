/**
 * The library exactly as it is published, in a thread of its own so that nothing we change reaches it: another person's
 * device to talk to, and an oracle for signatures. Answers one message at a time.
 */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const signal = require('libsignal-protocol-typescript');
const { Curve25519Wrapper } = require('@privacyresearch/curve25519-typescript');

const handlersAtLoad = process.listenerCount('unhandledRejection');
const buffer = (bytes) => Uint8Array.from(bytes).buffer;
const bytes = (data) => new Uint8Array(data);

const sessions = new Map();
const prekeys = new Map();
const signedPrekeys = new Map();
let identity;
let device;

const storage = {
  getIdentityKeyPair: async () => identity,
  getLocalRegistrationId: async () => device,
  isTrustedIdentity: async () => true,
  saveIdentity: async () => false,
  loadPreKey: async (id) => prekeys.get(id),
  storePreKey: async (id, pair) => void prekeys.set(id, pair),
  removePreKey: async (id) => void prekeys.delete(id),
  loadSession: async (address) => sessions.get(address),
  storeSession: async (address, record) => void sessions.set(address, record),
  loadSignedPreKey: async (id) => signedPrekeys.get(id),
  storeSignedPreKey: async (id, pair) => void signedPrekeys.set(id, pair),
  removeSignedPreKey: async (id) => void signedPrekeys.delete(id),
};

const addressOf = ({ address, device: id }) => new signal.SignalProtocolAddress(address, id);

const verbs = {
  async begin({ device: id, count }) {
    device = id;
    identity = await signal.KeyHelper.generateIdentityKeyPair();
    const signed = await signal.KeyHelper.generateSignedPreKey(identity, 1);
    signedPrekeys.set(1, signed.keyPair);
    for (let each = 1; each <= count; each++) {
      prekeys.set(each, (await signal.KeyHelper.generatePreKey(each)).keyPair);
    }
    return {
      identityKey: bytes(identity.pubKey),
      signedPreKey: { id: 1, publicKey: bytes(signed.keyPair.pubKey), signature: bytes(signed.signature) },
      preKeys: [...prekeys].map(([key, pair]) => ({ id: key, publicKey: bytes(pair.pubKey) })),
    };
  },
  async meet({ peer, bundle, preKey }) {
    await new signal.SessionBuilder(storage, addressOf(peer)).processPreKey({
      registrationId: peer.device,
      identityKey: buffer(bundle.identityKey),
      signedPreKey: {
        keyId: bundle.signedPreKey.id,
        publicKey: buffer(bundle.signedPreKey.publicKey),
        signature: buffer(bundle.signedPreKey.signature),
      },
      preKey: { keyId: preKey.id, publicKey: buffer(preKey.publicKey) },
    });
  },
  async seal({ peer, plaintext }) {
    const cipher = new signal.SessionCipher(storage, addressOf(peer));
    const { type, body } = await cipher.encrypt(buffer(plaintext));
    return { isPreKey: type === 3, data: new Uint8Array(Buffer.from(body, 'latin1')) };
  },
  async open({ peer, isPreKey, data }) {
    const cipher = new signal.SessionCipher(storage, addressOf(peer));
    const body = buffer(data);
    return bytes(
      await (isPreKey ? cipher.decryptPreKeyWhisperMessage(body) : cipher.decryptWhisperMessage(body)),
    );
  },
  /** A key pair and its signature by the library's own compiled curve. */
  async sign({ secret, message }) {
    const curve = await Curve25519Wrapper.create();
    const { pubKey, privKey } = curve.keyPair(buffer(secret));
    return { publicKey: bytes(pubKey), signature: bytes(curve.sign(privKey, buffer(message))) };
  },
  async verify({ publicKey, message, signature }) {
    const curve = await Curve25519Wrapper.create();
    return curve.signatureIsValid(buffer(publicKey), buffer(message), buffer(signature));
  },
  async handlers() {
    return handlersAtLoad;
  },
};

parentPort.on('message', async ({ id, verb, input }) => {
  try {
    parentPort.postMessage({ id, value: await verbs[verb](input) });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error) });
  }
});
