"""Which voice speaks, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qvoice.features.speech.speak import MAX_TEXT, clean_text
from qvoice.features.speech.voices import Voice, catalogue, choose
from qvoice.kit.errors import Invalid

JOE = Voice("joe", "en-us", "male", Path("joe.onnx"))
ANNE = Voice("anne", "fr-ca", "female", Path("anne.onnx"))
PLAIN_FR, PLAIN_EN = Voice("espeak-fr", "fr", "female"), Voice("espeak-en", "en", "female")
ALL = (JOE, ANNE, PLAIN_FR, PLAIN_EN)


@pytest.mark.parametrize(
    ("voice", "language", "expected"),
    [
        ("", "en-us", JOE),
        ("", "", JOE),
        ("female/en-US", "en-us", JOE),  # a human voice of the other gender before a robot's
        ("", "fr-fr", ANNE),
        ("", "fr_CA", ANNE),
        ("female/fr-CA", "", ANNE),
        ("espeak-fr", "en-us", PLAIN_FR),  # a named voice always speaks
        ("", "not a language!", JOE),
    ],
)
def test_D13_the_best_voice_of_the_language_speaks(voice: str, language: str, expected: Voice) -> None:
    assert choose(ALL, voice=voice, language=language) == expected


def test_D13_a_language_without_a_voice_is_spoken_plainly() -> None:
    assert choose(ALL, voice="", language="sw").name == "espeak-sw"


def test_an_operators_own_voice_comes_first_and_a_broken_one_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "voices"
    folder.mkdir()
    (folder / "marie.onnx").write_bytes(b"model")
    (folder / "marie.onnx.json").write_text(json.dumps({"language": {"code": "fr_CA"}}))
    (folder / "broken.onnx").write_bytes(b"model")
    (folder / "broken.onnx.json").write_text("{")
    found = catalogue(tmp_path)
    assert found[0] == Voice("marie", "fr-ca", "", folder / "marie.onnx")
    assert "broken" not in {one.name for one in found}
    assert any(one.neural and one.language == "en-us" for one in found), "the packaged voice is missing"


@pytest.mark.parametrize("text", ["", " \n\t", "...", "\x00\x1b", "a" * (MAX_TEXT + 1)])
def test_a_text_that_cannot_be_spoken_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        clean_text(text)


def test_control_characters_never_reach_the_voice() -> None:
    assert clean_text("Hello\x00\nwor\x1bld") == "Hello wor ld"
