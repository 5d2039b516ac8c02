"""The portal's files reach a browser in the smallest form that both have."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from qvoice.api.portal import Assets, install, packed


def test_G1_a_script_is_sent_packed_as_the_browser_takes_it(tmp_path: Path) -> None:
    script = tmp_path / "users-1a2b.js"
    for suffix in ("", ".br", ".gz"):
        script.with_name(script.name + suffix).write_text("x")
    br, gz = script.with_name("users-1a2b.js.br"), script.with_name("users-1a2b.js.gz")
    assert packed(script, "gzip, deflate, br, zstd") == (br, "br")
    assert packed(script, "gzip;q=1.0, br;q=0") == (gz, "gzip")
    assert packed(script, "GZIP") == (gz, "gzip")
    assert packed(script, "identity") == (script, "")
    assert packed(script, "") == (script, "")
    br.unlink()
    assert packed(script, "br") == (script, "")
    assert packed(script, "br, gzip") == (gz, "gzip")


@pytest.mark.anyio
async def test_G1_hashed_files_are_kept_for_ever_and_nothing_beside_them_is_reached(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (folder / "assets" / "index-1.js").write_text("one")
    (folder / "assets" / "index-1.js.br").write_bytes(b"packed")
    (folder / "index.html").write_text("page")
    app = FastAPI()
    install(app, folder)
    app.add_middleware(Assets, folder=folder)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://portal") as browser:
        script = await browser.get("/assets/index-1.js", headers={"accept-encoding": "identity"})
        assert script.text == "one"
        assert script.headers["cache-control"].endswith("immutable")
        assert script.headers["content-type"].startswith("text/javascript")
        assert script.headers["x-content-type-options"] == "nosniff"
        async with browser.stream("GET", "/assets/index-1.js", headers={"accept-encoding": "br"}) as sent:
            assert sent.headers["content-encoding"] == "br"
            assert b"".join([part async for part in sent.aiter_raw()]) == b"packed"
        for address in ("..%2f..%2fsecret", "%2fetc%2fpasswd", "none.js", "x%00.js"):
            assert (await browser.get(f"/assets/{address}")).status_code == 404
        assert (await browser.get("/a/1/users")).text == "page"
