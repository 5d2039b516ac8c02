"""The module registry describes itself completely: the builder's palette and forms are made of nothing else (G3)."""

from __future__ import annotations

from qvoice.core.flow.describe import describe_all, undescribed
from qvoice.core.flow.modules import registry


def test_G3_every_module_and_setting_has_words_in_both_languages() -> None:
    worded = {name for name, module in registry().items() if hasattr(module, "TITLE")}
    missing = [what for what in undescribed() if what.split(".")[0] in worded]
    assert missing == [], "give the module ABOUT and a FORM entry per setting (add-a-callflow-module.md)"
    assert len(worded) >= 50
    for module in describe_all():
        for words in (module["title"], module["about"], *(field["label"] for field in module["fields"])):
            assert words["en"].strip(), module["name"]
            assert words["fr"].strip(), module["name"]


def test_G3_every_module_is_described_with_its_form_and_exits() -> None:
    found = {module["name"]: module for module in describe_all()}
    assert set(found) == set(registry())
    menu, user, hangup = found["menu"], found["user"], found["hangup"]
    assert menu["exits"]["kind"] == "digits"
    assert [key["key"] for key in menu["exits"]["keys"]] == ["timeout", "max_retries"]
    assert user["exits"] == {"wildcard": True, "failures": True, "free": False, "kind": "causes", "keys": []}
    assert hangup["exits"] == {"wildcard": False, "failures": False, "free": False, "kind": "", "keys": []}
    assert user["refers_to"] == ["users"]
    assert {"key": "id", "control": "document", "of": "users"}.items() <= user["fields"][0].items()
    strategy = next(field for field in found["ring_group"]["fields"] if field["key"] == "strategy")
    assert [choice["value"] for choice in strategy["choices"]] == ["simultaneous", "single", "weighted_random"]


def test_G3_every_choice_offered_is_one_that_the_model_takes() -> None:
    for name, module in registry().items():
        for field in next(m for m in describe_all() if m["name"] == name)["fields"]:
            for choice in field["choices"]:
                module.Data.model_validate({field["key"]: choice["value"]})
        for preset in getattr(module, "PRESETS", ()):
            module.Data.model_validate(dict(preset.data))
