"""Signed tokens (JWT, HS256) with the claims the dialect's clients read: account_id, owner_id, method, exp.

A token carries a signature of the identity secrets of its account and user. Changing the password (or the API key)
changes the
secret, so every older token dies with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from qvoice.kit import ids

ISSUER = "qvoice"
DEFAULT_LIFETIME_S = 3600
SHORTEST_S, LONGEST_S = 300, 2_592_000
"""What an account may set instead."""
KEY_PREFIX = "qvk_"
"""How an API key with scopes begins (features/api_keys)."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Who acts as somebody else: account, user (None: an API key), and the token it was asked for with."""

    account_id: str
    owner_id: str | None
    token_id: str

    @property
    def id(self) -> str:
        """The user, or the account where there is none."""
        return self.owner_id or self.account_id


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `owner_id` None: made with an API key. `expires` Unix seconds."""

    account_id: str
    owner_id: str | None
    method: str
    token_id: str
    identity: str
    expires: int
    impersonated_by: Behind | None = None
    api_key_id: str | None = None
    only_enrol: bool = False
    """A second factor is wanted and not there yet: good for setting one up, and nothing else."""


class TokenKey:
    """The installation's secret (`token-key`) and all that is derived from it."""

    def __init__(self, secret: str) -> None:
        """`secret`: at least 16 characters of the secret `token-key`."""
        if len(secret) < 16:
            raise ValueError("the token key is too short")
        material = secret.encode()
        self._jwt = OctKey.import_key(hmac.new(material, b"jwt", hashlib.sha256).digest())
        self._identity = hmac.new(material, b"identity", hashlib.sha256).digest()
        self._credential = hmac.new(material, b"credential", hashlib.sha256).digest()
        self._api_key = hmac.new(material, b"api-key", hashlib.sha256).digest()
        self.recovery = hmac.new(material, b"recovery-code", hashlib.sha256).digest()
        self._seal = AESGCM(hmac.new(material, b"seal", hashlib.sha256).digest())
        self._link = hmac.new(material, b"login-link", hashlib.sha256).digest()

    def identity(self, account_secret: str, user_secret: str | None) -> str:
        """Return the identity signature over an account's and a user's secret."""
        text = f"{account_secret}|{user_secret or ''}".encode()
        return hmac.new(self._identity, text, hashlib.sha256).hexdigest()[:32]

    def api_key(self, account_id: str, nonce: str) -> str:
        """Return an account's API key (64 hex). Only the nonce is stored: a copy of the database gives no keys."""
        return hmac.new(self._api_key, f"{account_id}|{nonce}".encode(), hashlib.sha256).hexdigest()

    def login_link(self, link_id: str, nonce: str) -> str:
        """Return the token of a link that logs in once: 32 characters that are safe in a URL (192 bits)."""
        digest = hmac.new(self._link, f"{link_id}|{nonce}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()

    def seal(self, secret: bytes, *, context: str) -> bytes:
        """Encrypt what must be read again (AES-256-GCM), bound to `context`: a copy of the database does not give it,
        and nobody puts one user's secret in another's place.
        """
        nonce = secrets.token_bytes(12)
        return nonce + self._seal.encrypt(nonce, secret, context.encode())

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed; raises ValueError when it is not ours."""
        try:
            return self._seal.decrypt(sealed[:12], sealed[12:], context.encode())
        except InvalidTag as problem:
            raise ValueError("sealed with another key, or for another purpose") from problem

    def credential_key(self, kind: str, credential: str) -> str:
        """Return the lookup key of a credential (`md5` or `sha1` of `username:password`): twelve bits of a keyed hash.

        The dialect's login names no user. This narrows an account's users to the few whose argon2 hash is worth trying,
        and tells a guesser who has the database (but not the token key) nothing.
        """
        digest = hmac.new(self._credential, f"{kind}|{credential.lower()}".encode(), hashlib.sha256).hexdigest()
        return f"{kind}:{digest[:3]}"

    def issue(
        self,
        *,
        account_id: str,
        owner_id: str | None,
        method: str,
        identity: str,
        now: datetime,
        lifetime_s: int = DEFAULT_LIFETIME_S,
        impersonated_by: Behind | None = None,
        api_key_id: str | None = None,
        only_enrol: bool = False,
        token_id: str | None = None,
    ) -> str:
        """Return a new token."""
        issued = int(now.timestamp())
        claims = {
            "iss": ISSUER,
            "account_id": account_id,
            "method": method,
            "identity_sig": identity,
            "iat": issued,
            "exp": issued + lifetime_s,
            "jti": token_id or secrets.token_hex(16),
        }
        if api_key_id:
            claims["api_key_id"] = api_key_id
        if only_enrol:
            claims["only_enrol"] = True
        if owner_id:
            claims["owner_id"] = owner_id
        if impersonated_by:
            claims["impersonated_by"] = asdict(impersonated_by)
        return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, self._jwt)

    def read(self, token: str, now: datetime) -> Claims | None:
        """Return the claims of a token that we signed and that has not expired, else None."""
        if len(token) > 4096 or token.count(".") != 2:
            return None
        try:
            claims = jwt.decode(token, self._jwt, algorithms=["HS256"]).claims
        except (JoseError, ValueError, UnicodeError):
            return None
        account, owner, expires = claims.get("account_id"), claims.get("owner_id"), claims.get("exp")
        if claims.get("iss") != ISSUER or not isinstance(account, str) or not ids.is_id(account):
            return None
        if (
            not isinstance(expires, int)
            or expires <= now.timestamp()
            or (owner is not None and not ids.is_id(str(owner)))
        ):
            return None
        return Claims(
            account_id=account,
            owner_id=owner,
            method=str(claims.get("method", "")),
            token_id=str(claims.get("jti", "")),
            identity=str(claims.get("identity_sig", "")),
            expires=expires,
            impersonated_by=Behind(**behind) if isinstance(behind := claims.get("impersonated_by"), dict) else None,
            api_key_id=claims.get("api_key_id"),
            only_enrol=claims.get("only_enrol") is True,
        )


def api_key_hash(api_key: str) -> str:
    """Return what is stored and looked up for an API key (it is random: a plain hash is enough)."""
    return hashlib.sha256(api_key.encode()).hexdigest()
