"""Taken ports are told before anything starts: which, by whom, what to do."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from qvoice.engine import addresses
from qvoice.kit.errors import Invalid
from qvoice.kit.settings import load


def test_a_taken_port_is_told_with_its_holder_and_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = load(tmp_path, environ={"QVOICE_PORTS_API": str(port)})
        with pytest.raises(addresses.PortTaken) as caught:
            addresses.refuse_taken_ports(settings)
    assert f"tcp 127.0.0.1:{port} (ports.api: Address already in use" in caught.value.message
    assert f"(pid {os.getpid()})" in caught.value.message
    assert "QVOICE_PORTS_OFFSET" in caught.value.message


def test_the_offset_moves_every_port(tmp_path: Path) -> None:
    plain = addresses.listened(load(tmp_path, environ={}))
    moved = addresses.listened(load(tmp_path, environ={"QVOICE_PORTS_OFFSET": "100"}))
    assert {(kind, host, port + 100) for kind, host, port in plain} == set(moved)


def test_a_public_address_must_be_an_address(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        addresses.given(tmp_path, public_ip="phones.example.com")


def test_a_public_address_of_this_machine_is_bound(tmp_path: Path) -> None:
    found = addresses.given(tmp_path, public_ip="127.0.0.9")["network"]
    assert (found["public_ip"], found["bind"]) == ("127.0.0.9", "127.0.0.9")
