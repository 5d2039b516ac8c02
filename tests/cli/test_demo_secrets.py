"""The demo's passwords survive, and nobody else can read them."""

from __future__ import annotations

from pathlib import Path

from qvoice.cli.demo_secrets import Vault, new_password, new_pin


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "demo.json"
    first, fresh = Vault(file).secret("Acme/user/admin", new_password)
    assert fresh
    assert Vault(file).secret("Acme/user/admin", new_password) == (first, False)
    assert file.stat().st_mode & 0o777 == 0o600


def test_pins_are_four_to_six_digits_and_not_trivial() -> None:
    for _ in range(200):
        pin = new_pin()
        assert pin.isdigit()
        assert 4 <= len(pin) <= 6
        assert len(set(pin)) > 2
