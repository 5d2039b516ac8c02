"""Passkeys (WebAuthn) as second factors: challenges, registration and assertions, by Yubico's `fido2`.

The state between challenge and answer travels with the client, sealed and short-lived; each is accepted once.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from fastapi import Request
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.auth.tokens import TokenKey
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Invalid

LIFE = timedelta(minutes=5)


def party(portal_url: str) -> tuple[str, str]:
    """Return (relying party id, origin) of the portal: the host that people see in their browser.

    No passkey is bound to an IP address (WebAuthn Level 2, 5.1.2). An installation tried out on this machine, reached
    at a loopback address, has its passkeys at `localhost`, which browsers take without TLS.
    """
    parts = urlsplit(portal_url)
    host = parts.hostname or "localhost"
    if host not in ("127.0.0.1", "::1"):
        return host, portal_url.rstrip("/")
    return "localhost", f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else "")


def server(request: Request) -> Fido2Server:
    """Return the relying party that judges this portal's passkeys."""
    host, expected = party(request.app.state.settings.portal_url)
    found = Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name="QVOICE"),
        verify_origin=lambda origin: origin.rstrip("/") == expected,
    )
    found.timeout = int(LIFE.total_seconds() * 1000)
    return found


def _sealed(key: TokenKey, purpose: str, state: Any) -> str:
    body = {"state": state, "until": int((utcnow() + LIFE).timestamp()), "id": secrets.token_hex(16)}
    return websafe_encode(key.seal(msgspec.json.encode(body), context=f"passkey-{purpose}"))


async def _opened(s: AsyncSession, key: TokenKey, purpose: str, given: Any) -> Any:
    """Return the state, once; None when it is not ours, too old or used."""
    if not isinstance(given, str) or len(given) > 4096:
        return None
    try:
        body = msgspec.json.decode(key.unseal(websafe_decode(given), context=f"passkey-{purpose}"))
    except ValueError:
        return None
    if body["until"] < utcnow().timestamp():
        return None
    taken = await s.execute(
        text(
            "insert into revoked_tokens (token_id, expires) values (:id, :until) on conflict do nothing"
            " returning token_id"
        ),
        {"id": f"passkey-{body['id']}", "until": datetime.fromtimestamp(body["until"], UTC)},
    )
    return body["state"] if taken.first() is not None else None


def _credentials(key: TokenKey, rows: list[Any]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(key.unseal(bytes(row.secret), context=row.id.hex)) for row in rows]


def challenge(request: Request, key: TokenKey, rows: list[Any]) -> dict[str, Any]:
    """Return what the browser's `navigator.credentials.get` takes (JSON form) and the sealed `state`."""
    options, state = server(request).authenticate_begin(
        _credentials(key, rows), user_verification=UserVerificationRequirement.PREFERRED
    )
    return {**dict(options), "state": _sealed(key, "use", state)}


async def verify(s: AsyncSession, request: Request, key: TokenKey, rows: list[Any], given: dict[str, Any]) -> bool:
    """Tell whether an assertion is of one of these passkeys. `given`: `{state, credential}`."""
    state = await _opened(s, key, "use", given.get("state"))
    if state is None or not rows:
        return False
    try:
        used = server(request).authenticate_complete(state, _credentials(key, rows), given.get("credential"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    for row, credential in zip(rows, _credentials(key, rows), strict=True):
        if credential.credential_id == used.credential_id:
            await s.execute(text("update second_factors set last_used = now() where id = :id"), {"id": row.id})
    return True


def registration(request: Request, key: TokenKey, user_id: str, name: str, rows: list[Any]) -> dict[str, Any]:
    """Return what `navigator.credentials.create` takes (JSON form) and the sealed `state`."""
    person = PublicKeyCredentialUserEntity(id=bytes.fromhex(user_id), name=name, display_name=name)
    options, state = server(request).register_begin(
        person, _credentials(key, rows), user_verification=UserVerificationRequirement.PREFERRED
    )
    return {**dict(options), "state": _sealed(key, f"make-{user_id}", state)}


async def registered(s: AsyncSession, request: Request, key: TokenKey, user_id: str, given: dict[str, Any]) -> bytes:
    """Return the credential of an answered registration, to be stored sealed; raises Invalid."""
    state = await _opened(s, key, f"make-{user_id}", given.get("state"))
    if state is None:
        raise Invalid.field("state", "expired", "the registration took too long or was answered already: begin again")
    try:
        made = server(request).register_complete(state, given.get("credential"))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Invalid.field("credential", "invalid", "this is no answer to the registration: try again") from problem
    if made.credential_data is None:
        raise Invalid.field("credential", "invalid", "the passkey gave no credential: try again")
    return bytes(made.credential_data)
