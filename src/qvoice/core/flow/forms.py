"""How a module presents itself to whoever builds flows: its words in every language, and how each setting is asked for.

A module file may have `TITLE`, `ABOUT`, `FORM`, `EXIT_WORDS`, `EXIT_KIND` and `PRESETS` (see `describe.py`, which puts
them together with the JSON schema of its `Data`). The builder's palette and forms are made of nothing else, so that
adding a module stays one file. Settings that several modules share are named here once, to read the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the languages of the product."""

    en: str
    fr: str

    def to_json(self) -> dict[str, str]:
        """Return {language: text}."""
        return {"en": self.en, "fr": self.fr}


@dataclass(frozen=True, slots=True)
class Field:
    """How one key of `data` is asked for.

    `control`: '' (by the schema's type), `document` (pick one of type `of`), `documents` (several, in order), `media`
    (a media document, system prompt or address), `members` (ring group members), `seconds`, `ms`, `keys` (telephone
    keys), `number` (phone number), `pattern` (regular expression), `timezone`, `language`, `pairs` (name → value).
    `choices`: the values there are. `advanced`: shown on demand only. `needed`: the node does
    nothing without it, which a builder warns of.
    """

    label: Words
    help: Words | None = None
    control: str = ""
    of: str = ""
    choices: tuple[tuple[Any, Words], ...] = ()
    advanced: bool = False
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """An entry of its own in the palette: the module with some `data` already set."""

    title: Words
    data: Mapping[str, Any]


def document(type: str, en: str, fr: str, *, needed: bool = False) -> Field:
    """Return a picker of one document of a type (its URL collection)."""
    return Field(Words(en, fr), control="document", of=type, needed=needed)


def choice(en: str, fr: str, *choices: tuple[Any, str, str], advanced: bool = False) -> Field:
    """Return a choice among (value, English, French)."""
    return Field(Words(en, fr), choices=tuple((v, Words(e, f)) for v, e, f in choices), advanced=advanced)


def field(
    en: str, fr: str, help_en: str = "", help_fr: str = "", *, control: str = "", advanced: bool = False
) -> Field:
    """Return a setting with a label and, if given, a sentence of help."""
    return Field(Words(en, fr), Words(help_en, help_fr) if help_en else None, control=control, advanced=advanced)


RING_SECONDS = field("Ring for", "Sonner pendant", control="seconds")
DELAY = field("Wait before ringing", "Attendre avant de sonner", control="seconds", advanced=True)
STRATEGY = choice(
    "Ring",
    "Ordre de sonnerie",
    ("simultaneous", "All at once", "Tous en même temps"),
    ("single", "One after the other", "L’un après l’autre"),
)
CAN_CALL_SELF = field("May ring the caller’s own phone", "Peut sonner le poste de l’appelant", advanced=True)
SUPPRESS_CLID = field("Hide the caller’s number", "Masquer le numéro de l’appelant", advanced=True)
STATIC_INVITE = field("Fixed SIP user part", "Partie utilisateur SIP fixe", advanced=True)
SIP_HEADERS = field("Extra SIP headers", "En-têtes SIP ajoutés", control="pairs", advanced=True)
FAIL_ON_REJECT = field(
    "One refusal ends the ringing",
    "Un refus met fin à la sonnerie",
    "Otherwise the others go on ringing when somebody declines.",
    "Sinon, les autres continuent de sonner quand quelqu’un refuse.",
    advanced=True,
)
INTERDIGIT = field("Wait between digits", "Attente entre les chiffres", control="ms", advanced=True)
RINGBACK = field(
    "Played while it rings",
    "Diffusé pendant la sonnerie",
    "Empty: the usual ringing tone.",
    "Vide : la tonalité habituelle.",
    control="media",
    advanced=True,
)
TERMINATORS = field("Keys that end it", "Touches qui l’arrêtent", control="keys", advanced=True)
COLLECTION = field("Kept under the name", "Conservé sous le nom")
SKIP = field(
    "Skip this step",
    "Sauter cette étape",
    "Calls go straight on to the next step, as if this one were not there.",
    "Les appels passent directement à l’étape suivante.",
    advanced=True,
)
TARGET = {
    "group_id": document("groups", "Group", "Groupe"),
    "user_id": document("users", "or user", "ou utilisateur"),
    "device_id": document("devices", "or device", "ou poste"),
    "approved_user_id": Field(
        Words("Only for the user", "Seulement pour"), control="document", of="users", advanced=True
    ),
    "approved_group_id": Field(
        Words("Only for the group", "Seulement pour le groupe"), control="document", of="groups", advanced=True
    ),
    "approved_device_id": Field(
        Words("Only for the device", "Seulement pour le poste"), control="document", of="devices", advanced=True
    ),
}
"""Whose calls are taken, and who may (pickup, intercept, eavesdrop)."""
TARGET_TYPE = choice(
    "What the digits dialled name",
    "Ce que désignent les chiffres composés",
    ("extension", "An extension", "Un poste"),
    ("user", "A user", "Un utilisateur"),
    ("device", "A device", "Un appareil"),
    ("group", "A group", "Un groupe"),
)
RECORDING = {
    "format": choice("Format", "Format", ("mp3", "MP3", "MP3"), ("wav", "WAV", "WAV")),
    "time_limit": field("At most", "Au plus", control="seconds"),
    "media_name": field("File name", "Nom du fichier", advanced=True),
    "url": field("Send a copy to", "Envoyer une copie à", advanced=True),
    "method": choice("Sent by", "Envoyée par", ("put", "PUT", "PUT"), ("post", "POST", "POST"), advanced=True),
}
"""What becomes of a recording."""
NO_KEY = Words("No key pressed", "Aucune touche")
TOO_MANY_TRIES = Words("Too many tries", "Trop d’essais")

GROUPS = {
    "Basic": "De base",
    "Advanced": "Avancé",
    "Ring groups": "Groupes de sonnerie",
    "Carriers": "Appels sortants",
    "Caller ID": "Identité de l’appelant",
    "Time of day": "Heures et jours",
    "Conference": "Conférence",
    "Call recording": "Enregistrement",
    "Hot-desking": "Bureaux partagés",
    "Call forwarding": "Renvoi d’appel",
    "Parking": "Parcage",
    "Pickup": "Interception",
    "Paging": "Recherche de personnes",
    "Directory": "Annuaire",
    "Presence": "Présence",
    "Features": "Fonctions",
    "Feature codes": "Codes de fonction",
    "Screening": "Filtrage",
    "Integration": "Intégration",
    "Notifications": "Avis",
    "Queues": "Files d’attente",
    "Fax": "Télécopie",
    "Media": "Sons",
    "Branching": "Aiguillage",
    "Digits": "Chiffres",
    "Variables": "Variables",
    "In a call": "Pendant l’appel",
    "Notices": "Avis et voyants",
    "Do not disturb": "Ne pas déranger",
}
"""French names of the palette's groups; a group that is not here is shown by its English name."""
