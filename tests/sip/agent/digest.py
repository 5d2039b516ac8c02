"""HTTP digest as SIP uses it (RFC 3261 section 22, RFC 2617): the client's half."""

from __future__ import annotations

import hashlib
import re
import secrets


def challenge(header: str) -> dict[str, str]:
    """Parse a WWW-Authenticate or Proxy-Authenticate value."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "digest":
        raise ValueError(f"not a digest challenge: {header!r}")
    return {k.lower(): quoted or bare for k, quoted, bare in re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))', rest)}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def response(asked: dict[str, str], *, username: str, password: str, method: str, uri: str, count: int = 1) -> str:
    """Return the Authorization value that answers the challenge `asked` with algorithm MD5."""
    if asked.get("algorithm", "MD5").upper() != "MD5":
        raise ValueError(f"unknown algorithm {asked['algorithm']}")
    realm, nonce = asked["realm"], asked["nonce"]
    ha1, ha2 = _md5(f"{username}:{realm}:{password}"), _md5(f"{method}:{uri}")
    fields = [f'username="{username}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"', "algorithm=MD5"]
    if "auth" in asked.get("qop", "").split(","):
        nc, cnonce = f"{count:08x}", secrets.token_hex(8)
        fields.append(f'response="{_md5(f"{ha1}:{nonce}:{nc}:{cnonce}:auth:{ha2}")}"')
        fields += ["qop=auth", f"nc={nc}", f'cnonce="{cnonce}"']
    else:
        fields.append(f'response="{_md5(f"{ha1}:{nonce}:{ha2}")}"')
    if "opaque" in asked:
        fields.append(f'opaque="{asked["opaque"]}"')
    return "Digest " + ", ".join(fields)
