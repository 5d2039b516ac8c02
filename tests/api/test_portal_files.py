"""The portal's files reach a browser in the smallest form that both have."""

from __future__ import annotations

from pathlib import Path

from qvoice.api.portal import packed


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
