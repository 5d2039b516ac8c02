"""A software authenticator: what a browser and its security key answer, by the WebAuthn standard, without either."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData


class Authenticator:
    """One passkey on one origin."""

    def __init__(self, origin: str, rp_id: str) -> None:
        self.origin, self.rp_hash = origin, hashlib.sha256(rp_id.encode()).digest()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.counter = os.urandom(32), 0

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        data = self._client_data("webauthn.create", options["publicKey"]["challenge"])
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        auth = AuthenticatorData.create(self.rp_hash, 0x45, self.counter, credential)
        attestation = AttestationObject.create("none", auth, {})
        response = {"clientDataJSON": websafe_encode(data), "attestationObject": websafe_encode(attestation)}
        return self._answer(response)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        self.counter += 1
        data = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        auth = self.rp_hash + b"\x05" + struct.pack(">I", self.counter)
        signed = self.key.sign(auth + hashlib.sha256(data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": websafe_encode(data),
                "authenticatorData": websafe_encode(auth),
                "signature": websafe_encode(signed),
            }
        )

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        id = websafe_encode(self.id)
        assert websafe_decode(id) == self.id
        return {"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}}
