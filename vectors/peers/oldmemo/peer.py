"""Speaks to the packages oldmemo, doubleratchet and x3dh over JSON lines; the operations stand in ../README.md.

The handshake, the ratchet and the encryption of messages are those of the packages. Envelopes are read and written here,
since the packages write only the low nibble 3 into the first byte, and refuse another.
"""
import asyncio
import json
import secrets
import sys

import doubleratchet
import x3dh
import xeddsa
from doubleratchet.recommended import diffie_hellman_ratchet_curve25519
from oldmemo.oldmemo import (
    AEADImpl, DoubleRatchetImpl, MessageChainKDFImpl, OMEMOMessage, OMEMOKeyExchange, RootChainKDFImpl, StateImpl
)
from x3dh.identity_key_pair import IdentityKeyPairPriv
from x3dh.models import BaseStateModel

TAG = AEADImpl.AUTHENTICATION_TAG_TRUNCATED_LENGTH
KEY = StateImpl.IDENTITY_KEY_ENCODING_LENGTH
MAX_SKIP = 1000  # what oldmemo takes if nobody says otherwise


class BadInput(Exception):
    pass


class Aead(AEADImpl):
    """The AEAD of oldmemo, which takes any low nibble in the first byte of a message."""

    @classmethod
    async def decrypt(cls, ciphertext, key, associated_data):
        if ciphertext[0] == 0x33:
            return await super().decrypt(ciphertext, key, associated_data)
        return await cls._decrypt_other_writer(ciphertext, key, associated_data)

    @classmethod
    async def _decrypt_other_writer(cls, ciphertext, key, associated_data):
        from doubleratchet.recommended.crypto_provider_impl import CryptoProviderImpl as Crypto
        hash_function = cls._get_hash_function()
        keys = await Crypto.hkdf_derive(hash_function, 80, bytes(32), cls._get_info(), key)
        authenticated, tag = ciphertext[:-TAG], ciphertext[-TAG:]
        expected = await Crypto.hmac_calculate(keys[32:64], hash_function, associated_data[:2 * KEY] + authenticated)
        if not secrets.compare_digest(expected[:TAG], tag):
            raise doubleratchet.AuthenticationFailedException("Authentication tags do not match.")
        body = OMEMOMessage.FromString(authenticated[1:]).ciphertext
        return await Crypto.aes_cbc_decrypt(keys[:32], keys[64:], body)


RATCHET = (
    diffie_hellman_ratchet_curve25519.DiffieHellmanRatchet,
    RootChainKDFImpl,
    MessageChainKDFImpl,
    DoubleRatchetImpl.MESSAGE_CHAIN_CONSTANT,
    MAX_SKIP,
    MAX_SKIP,
    Aead,
)


class Session:
    """A ratchet, the identities in the order of a sent message, and what a first message says."""

    def __init__(self, ratchet, associated_data, base_key, pending):
        self.ratchet, self.base_key, self.pending = ratchet, base_key, pending
        self.sent_data = associated_data
        self.received_data = associated_data[KEY:] + associated_data[:KEY]


def parse(message):
    """A message as the ratchet takes it."""
    if len(message) <= TAG or message[0] >> 4 != 3:
        raise ValueError("not a message of version 3")
    fields = OMEMOMessage.FromString(message[1:-TAG])
    header = doubleratchet.Header(StateImpl.parse_public_key(fields.dh_pub), fields.pn, fields.n)
    return doubleratchet.EncryptedMessage(header, message)


class Party:
    def __init__(self, request):
        self.registration_id = request["registrationId"]
        # Of keys in the form of Curve25519 the sign bit is 0, as in the published text of XEdDSA.
        self.x3dh = StateImpl.create(x3dh.IdentityKeyFormat.CURVE_25519, x3dh.HashFunction.SHA_256, StateImpl.INFO)
        self.signed_prekey_id = None
        self.prekeys = {}
        self.sessions = {}
        self.identities = {}

    def identity(self):
        return StateImpl.serialize_public_key(self.x3dh.bundle.identity_key)

    def trust(self, peer, identity):
        if self.identities.setdefault(peer, identity) != identity:
            raise PermissionError("another identity")

    async def publish_bundle(self, request):
        if self.signed_prekey_id is not None:
            self.x3dh.rotate_signed_pre_key()
        self.signed_prekey_id = request["signedPrekeyId"]
        bundle = self.x3dh.bundle
        published = {
            "registrationId": self.registration_id,
            "identityKey": self.identity().hex(),
            "signedPrekeyId": self.signed_prekey_id,
            "signedPrekey": StateImpl.serialize_public_key(bundle.signed_pre_key).hex(),
            "signedPrekeySignature": bundle.signed_pre_key_sig.hex(),
        }
        if "oneTimePrekeyId" in request:
            before = set(bundle.pre_keys)
            self.x3dh.generate_pre_keys(1)
            (key,) = set(self.x3dh.bundle.pre_keys) - before
            self.prekeys[request["oneTimePrekeyId"]] = key
            published["oneTimePrekeyId"] = request["oneTimePrekeyId"]
            published["oneTimePrekey"] = StateImpl.serialize_public_key(key).hex()
        return {"bundle": published}

    async def start_session(self, request):
        peer, bundle = peer_of(request), request["bundle"]
        key = lambda name: StateImpl.parse_public_key(bytes.fromhex(bundle[name]))
        identity, signature = key("identityKey"), bytearray.fromhex(bundle["signedPrekeySignature"])
        self.trust(peer, identity)
        # The top bit of the signature is the sign of the identity's Edwards point: oldmemo/etree.py.
        sign = bool(signature[63] >> 7)
        signature[63] &= 0x7F
        signed = StateImpl.serialize_public_key(key("signedPrekey"))
        if not xeddsa.ed25519_verify(bytes(signature), xeddsa.curve25519_pub_to_ed25519_pub(identity, sign), signed):
            raise ValueError("The signature of the signed pre key could not be verified.")
        prekeys = frozenset([key("oneTimePrekey")] if "oneTimePrekey" in bundle else [])
        # The state of identities in the form of Ed25519 takes either sign; it holds the same keys.
        state = self.in_edwards_form()
        edwards = xeddsa.curve25519_pub_to_ed25519_pub(identity, sign)
        secret, data, header = await state.get_shared_secret_active(
            x3dh.Bundle(edwards, key("signedPrekey"), bytes(signature), prekeys), require_pre_key=False
        )
        self.sessions[peer] = None, secret, data, key("signedPrekey"), {
            "pk_id": bundle.get("oneTimePrekeyId"),
            "spk_id": bundle["signedPrekeyId"],
            "ek": StateImpl.serialize_public_key(header.ephemeral_key),
            "ik": self.identity(),
        }
        return {}

    def in_edwards_form(self):
        model = self.x3dh.model
        return StateImpl.from_model(model, x3dh.IdentityKeyFormat.ED_25519, x3dh.HashFunction.SHA_256, StateImpl.INFO)

    async def encrypt(self, request):
        for _ in range(request.get("count", 1)):
            reply = await self.encrypt_one(peer_of(request), bytes.fromhex(request["plaintext"]))
        return reply

    async def encrypt_one(self, peer, plaintext):
        session = self.sessions[peer]
        if isinstance(session, tuple):
            _, secret, data, signed_prekey, pending = session
            ratchet, sent = await DoubleRatchetImpl.encrypt_initial_message(
                *RATCHET, secret, signed_prekey, plaintext, data
            )
            session = self.sessions[peer] = Session(ratchet, data, pending["ek"], pending)
        else:
            sent = await session.ratchet.encrypt_message(plaintext, session.sent_data)
        if session.pending is None:
            return {"kind": "signal", "message": sent.ciphertext.hex()}
        fields = {name: value for name, value in session.pending.items() if value is not None}
        # Field 5, the registration id, is unused in OMEMO.
        envelope = OMEMOKeyExchange(**fields, unused=self.registration_id, message=sent.ciphertext)
        return {"kind": "pre_key", "message": (b"\x33" + envelope.SerializePartialToString()).hex()}

    async def decrypt(self, request):
        peer, message = peer_of(request), bytes.fromhex(request["message"])
        if request["kind"] == "pre_key":
            plaintext = await self.decrypt_first(peer, message)
        else:
            plaintext = await self.decrypt_in(self.sessions[peer], parse(message))
        return {"plaintext": plaintext.hex()}

    async def decrypt_in(self, session, message):
        plaintext = await session.ratchet.decrypt_message(message, session.received_data)
        session.pending = None
        return plaintext

    async def decrypt_first(self, peer, message):
        if not message or message[0] >> 4 != 3:
            raise ValueError("not a prekey message of version 3")
        fields = partial(OMEMOKeyExchange, message[1:])
        session = self.sessions.get(peer)
        if isinstance(session, Session) and session.base_key == fields.ek:
            return await self.decrypt_in(session, parse(fields.message))
        identity = StateImpl.parse_public_key(fields.ik)
        self.trust(peer, identity)
        if fields.spk_id != self.signed_prekey_id:
            raise KeyError("no such signed prekey")
        one_time = self.prekeys[fields.pk_id] if fields.HasField("pk_id") else None
        secret, data, signed_prekey = await self.x3dh.get_shared_secret_passive(
            x3dh.Header(
                identity, StateImpl.parse_public_key(fields.ek), self.x3dh.bundle.signed_pre_key, one_time
            ),
            require_pre_key=False,
        )
        ratchet, plaintext = await DoubleRatchetImpl.decrypt_initial_message(
            *RATCHET, secret, signed_prekey.priv, parse(fields.message), data
        )
        # The identities stand in the order of the handshake, which is that of the messages received here.
        self.sessions[peer] = Session(ratchet, data[KEY:] + data[:KEY], fields.ek, None)
        if one_time is not None:
            self.x3dh.delete_pre_key(one_time)
            del self.prekeys[fields.pk_id]
        return plaintext


def peer_of(request):
    return request["peerName"], request["peerDeviceId"]


def partial(kind, data):
    """Parse without asking for fields that only OMEMO requires."""
    message = kind()
    message.MergeFromString(data)
    return message


def kind_of(error):
    kinds = {
        BadInput: "bad_input",
        PermissionError: "untrusted_identity",
        doubleratchet.DuplicateMessageException: "duplicate",
    }
    return kinds.get(type(error), "invalid")


async def answer(parties, line):
    request = json.loads(line)
    op = request["op"]
    if op == "hello":
        return {"peer": "oldmemo", "version": "oldmemo 2.1.0, doubleratchet 1.3.0, x3dh 1.3.0", "sessions": 3,
                "groups": False}
    if op == "create_party":
        party = parties[request["party"]] = Party(request)
        return {"identityKey": party.identity().hex()}
    if op not in ("publish_bundle", "start_session", "encrypt", "decrypt"):
        raise BadInput("no such operation")
    return await getattr(parties[request["party"]], op)(request)


def main():
    parties = {}
    for line in sys.stdin:
        try:
            reply = {"ok": asyncio.run(answer(parties, line))}
        except Exception as error:  # whatever the packages raise is an answer
            reply = {"error": {"kind": kind_of(error), "text": repr(error)}}
        print(json.dumps(reply), flush=True)


main()
