"""
A device that runs python-oldmemo or python-twomemo (Debian: python3-oldmemo, python3-twomemo), which nobody here has
written: reads one request a line as JSON, and answers with one line. Keys and messages are in base64.
"""
import asyncio
import base64
import json
import sys

import x3dh
import xeddsa
from omemo.storage import Just, Nothing, Storage

PROTOCOL = sys.argv[1]
if PROTOCOL == "oldmemo":
    from oldmemo import oldmemo as memo
else:
    from twomemo import twomemo as memo

PEER = "peer@example.org"


def b64(data):
    return base64.b64encode(data).decode()


def raw(text):
    return base64.b64decode(text)


class Memory(Storage):
    def __init__(self):
        super().__init__()
        self.kept = {}

    async def _load(self, key):
        return Just(self.kept[key]) if key in self.kept else Nothing()

    async def _store(self, key, value):
        self.kept[key] = value

    async def _delete(self, key):
        self.kept.pop(key, None)


class Device:
    def __init__(self):
        backend = memo.Oldmemo if PROTOCOL == "oldmemo" else memo.Twomemo
        self.backend = backend(Memory())
        self.session = None
        # The old protocol sends identity keys without their sign: the bundle tells it, by a bit of its signature.
        self.peer_sign = False

    # ----- Keys as the protocol sends them

    def write_key(self, key):
        return memo.StateImpl.serialize_public_key(key) if PROTOCOL == "oldmemo" else key

    def read_key(self, key):
        return memo.StateImpl.parse_public_key(key) if PROTOCOL == "oldmemo" else key

    def write_identity(self, key):
        return self.write_key(xeddsa.ed25519_pub_to_curve25519_pub(key)) if PROTOCOL == "oldmemo" else key

    def read_identity(self, key, sign):
        if PROTOCOL == "oldmemo":
            return xeddsa.curve25519_pub_to_ed25519_pub(self.read_key(key), sign)
        return key

    # ----- What can be asked

    async def bundle(self, _):
        await self.backend.generate_pre_keys(20)
        own = await self.backend.get_bundle(PEER, 1)
        bundle = own.bundle
        signature = bytearray(bundle.signed_pre_key_sig)
        if PROTOCOL == "oldmemo":
            signature[63] |= bundle.identity_key[31] & 0x80
        return {
            "identityKey": b64(self.write_identity(bundle.identity_key)),
            "signedPreKey": {
                "id": own.signed_pre_key_id,
                "publicKey": b64(self.write_key(bundle.signed_pre_key)),
                "signature": b64(bytes(signature)),
            },
            "preKeys": [
                {"id": own.pre_key_ids[key], "publicKey": b64(self.write_key(key))} for key in bundle.pre_keys
            ],
        }

    async def begin(self, request):
        """Begins a session from a bundle; the first message comes with it."""
        signed = request["bundle"]["signedPreKey"]
        signature = bytearray(raw(signed["signature"]))
        if PROTOCOL == "oldmemo":
            self.peer_sign = bool(signature[63] & 0x80)
            signature[63] &= 0x7F
        prekey = self.read_key(raw(request["preKey"]["publicKey"]))
        bundle = memo.BundleImpl(
            PEER,
            1,
            x3dh.Bundle(
                self.read_identity(raw(request["bundle"]["identityKey"]), self.peer_sign),
                self.read_key(raw(signed["publicKey"])),
                bytes(signature),
                frozenset([prekey]),
            ),
            signed["id"],
            {prekey: request["preKey"]["id"]},
        )
        self.session, sealed = await self.backend.build_session_active(PEER, 1, bundle, self.material(request))
        return self.exchange(sealed)

    async def seal(self, request):
        sealed = await self.backend.encrypt_key_material(self.session, self.material(request))
        if self.session.initiation.name == "ACTIVE" and not self.session.confirmed:
            return self.exchange(sealed)
        return {"body": b64(sealed.serialize()), "isPrekey": False}

    async def open(self, request):
        body = raw(request["body"])
        if not request["isPrekey"]:
            return await self.opened(body)
        if PROTOCOL == "oldmemo":
            exchange, message = memo.KeyExchangeImpl.parse(body, request["sign"])
        else:
            exchange, message = memo.KeyExchangeImpl.parse(body)
        if self.session is not None and self.session.key_exchange.builds_same_session(exchange):
            return await self.opened(message)
        sealed = memo.EncryptedKeyMaterialImpl.parse(message, PEER, 1)
        self.session, plain = await self.backend.build_session_passive(PEER, 1, exchange, sealed)
        return self.plain(plain)

    async def encrypt(self, request):
        """Encrypts a payload; what the ratchet has to carry comes with it."""
        content, material = await self.backend.encrypt_plaintext(raw(request["plaintext"]))
        return {"payload": b64(content.ciphertext), "secret": b64(material.key + material.auth_tag)}

    async def decrypt(self, request):
        content = memo.ContentImpl(raw(request["payload"]))
        material = self.material({"plaintext": request["secret"]})
        return {"plaintext": b64(await self.backend.decrypt_plaintext(content, material))}

    # ----- Parts of them

    def material(self, request):
        plaintext = raw(request["plaintext"])
        length = memo.PlainKeyMaterialImpl.KEY_LENGTH
        return memo.PlainKeyMaterialImpl(plaintext[:length], plaintext[length:])

    def exchange(self, sealed):
        written = self.session.key_exchange.serialize(sealed.serialize())
        body = written[0] if PROTOCOL == "oldmemo" else written
        return {"body": b64(body), "isPrekey": True}

    async def opened(self, body):
        sealed = memo.EncryptedKeyMaterialImpl.parse(body, PEER, 1)
        return self.plain(await self.backend.decrypt_key_material(self.session, sealed))

    def plain(self, material):
        return {"plaintext": b64(material.key + material.auth_tag)}


async def main():
    device = Device()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = await getattr(device, request["verb"])(request)
        except Exception as error:  # whatever it is, the test has to hear it
            cause = error.__cause__
            answer = {"error": f"{type(error).__name__}: {error} {'' if cause is None else repr(cause)}"}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
