"""What a number says about its calls."""

from __future__ import annotations

import pytest

from qvoice.core.dialing.did import NumberSettings, settings_of


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({}, NumberSettings()),
        ({"prepend": {"enabled": True, "name": "Sales"}}, NumberSettings(prepend=("Sales ", ""))),
        ({"prepend": {"enabled": False, "name": "Sales"}}, NumberSettings()),
        ({"failover": {"e164": "+14165550199"}}, NumberSettings(failover="+14165550199")),
        ({"failover": {"sip": "sip:desk@pbx.example.com"}}, NumberSettings(failover="sip:desk@pbx.example.com")),
        ({"failover": {"sip": "sip:root@127.0.0.1"}}, NumberSettings()),
        ({"failover": "nonsense", "prepend": 3, "cnam": []}, NumberSettings()),
        ({"cnam": {"display_name": "ACME", "inbound_lookup": True}}, NumberSettings(display_name="ACME", look_up=True)),
        ({"ringback": {"early": "m" * 32}}, NumberSettings(ringback="m" * 32)),
    ],
)
def test_B2_a_numbers_document_is_read_and_nonsense_is_nothing(document, wanted):
    assert settings_of(document) == wanted
