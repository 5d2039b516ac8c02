"""The applications: fixed, because they are parts of the portal; who may see which is the portal's and the roles'
business.
"""

from __future__ import annotations

import uuid
from typing import Any

_NAMESPACE = uuid.UUID("6f1c8a52-6a52-4c63-9d0a-0d2b0f1c7e11")

APPS: dict[str, tuple[str, str, str, str]] = {
    "accounts": ("Accounts", "Manage accounts and resellers", "Comptes", "Gérer les comptes et les revendeurs"),
    "callflows": ("Callflows", "Build callflows", "Scénarios d'appel", "Construire des scénarios d'appel"),
    "numbers": ("Numbers", "Manage phone numbers", "Numéros", "Gérer les numéros"),
    "voicemails": ("Voicemails", "Read voicemail", "Messagerie vocale", "Lire la messagerie vocale"),
    "voip": ("SmartPBX", "Manage the phone system", "SmartPBX", "Gérer le système téléphonique"),
    "webhooks": ("Webhooks", "Send events to other systems", "Webhooks", "Envoyer des événements à d'autres systèmes"),
}


def app_id(name: str) -> str:
    """Return the stable id of an app."""
    return uuid.uuid5(_NAMESPACE, name).hex


def known_apps(given: Any) -> Any:
    """Return a list of applications by id, where names stood too; anything else as it is, for the schema to refuse."""
    if not isinstance(given, list):
        return given
    return [app_id(one) if isinstance(one, str) and one in APPS else one for one in given]


def rows(language: str = "en") -> list[dict[str, Any]]:
    """Return the apps as list rows. No `api_url`: it would override the client's (H16)."""
    french = language.startswith("fr")
    return [
        {
            "id": app_id(name),
            "name": name,
            "label": texts[2] if french else texts[0],
            "i18n": {
                "en-US": {"label": texts[0], "description": texts[1]},
                "fr-FR": {"label": texts[2], "description": texts[3]},
            },
            "tags": ["end-user", "reseller"],
            "allowed_users": "all",
            "users": [],
            "masqueradable": True,
            "icon": f"{name}.svg",
        }
        for name, texts in sorted(APPS.items())
    ]


def icon(name: str) -> bytes:
    """Return an app's icon, drawn from its first letter (SVG)."""
    letter = APPS[name][0][0]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img">'
        '<rect width="64" height="64" rx="12" fill="#1c5d99"/>'
        '<text x="32" y="44" font-family="sans-serif" font-size="34" text-anchor="middle" fill="#fff">'
        f"{letter}</text></svg>"
    ).encode()
