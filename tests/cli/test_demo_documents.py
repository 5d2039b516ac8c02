"""The demo's documents are valid by the features' own models and show what the demo promises."""

from __future__ import annotations

import re

from qvoice.cli import demo_documents as demo
from qvoice.features.menus.schemas import Menu
from qvoice.features.resources.schemas import Trunk
from qvoice.features.temporal_rules.schemas import TemporalRule
from qvoice.features.vmboxes.schemas import VoicemailBox


def test_A3_both_customers_have_the_same_extensions_and_different_realms() -> None:
    acme, globex = demo.CUSTOMERS
    assert (
        [p.extension for p in acme.people] == [p.extension for p in globex.people] == ["1000", "1001", "1002", "1003"]
    )
    assert acme.realm != globex.realm
    assert not set(acme.numbers) & set(globex.numbers)
    assert all(re.fullmatch(r"\+[1-9]\d{6,14}", number) for c in demo.CUSTOMERS for number in c.numbers)


def test_every_document_satisfies_its_model() -> None:
    acme = demo.CUSTOMERS[0]
    Menu.model_validate(demo.menu("MainOpenHoursMenu"))
    for day in demo.WEEKDAYS:
        TemporalRule.model_validate(demo.weekday_rule(day))
    TemporalRule.model_validate(demo.holiday_rule())
    VoicemailBox.model_validate(demo.voicemail_box(acme.people[0], acme, owner_id="0" * 32, pin="482913"))
    for emergency in (False, True):
        trunk = Trunk.model_validate(demo.trunk("Demo carrier", host="127.0.0.2", port=5060, emergency=emergency))
        assert trunk.gateways[0].server == "127.0.0.2"


def test_B5_the_demo_trunk_takes_e164_and_the_emergency_trunk_only_emergencies() -> None:
    normal = re.compile(demo.trunk("x", host="h", port=1, emergency=False)["rules"][0])
    emergency = re.compile(demo.trunk("x", host="h", port=1, emergency=True)["rules"][0])
    assert normal.match("+14165551234")
    assert not normal.match("911")
    assert emergency.match("911")
    assert not emergency.match("+14165551234")
