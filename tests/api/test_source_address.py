"""From where somebody comes is what limits and lists of addresses go by: nobody may choose it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvoice.api.main import serving
from qvoice.kit.settings import Network, Settings

pytestmark = [pytest.mark.anyio]


@pytest.mark.parametrize(
    ("trusted", "peer", "seen"),
    [
        ("", "127.0.0.1", "127.0.0.1"),
        ("", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "127.0.0.1", "203.0.113.9"),
        ("10.1.0.0/16, 127.0.0.1", "10.1.2.3", "203.0.113.9"),
    ],
)
async def test_A10_only_proxies_that_the_operator_names_say_who_asks(trusted, peer, seen, monkeypatch):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    sources = []

    async def app(scope, receive, send):
        sources.append(scope["client"][0])

    config = serving(app, Settings(data=Path("."), network=Network(trusted_proxies=trusted)))
    config.load()
    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    for kind in ("http", "websocket"):
        scope = {"type": kind, "client": (peer, 5000), "headers": headers, "scheme": "http"}
        await config.loaded_app(scope, None, None)
    assert sources == [seen, seen]
