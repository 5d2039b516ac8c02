"""What we write into the ledger ourselves, in the words of an account's language, for papers and mails.

Entries keep English, which is what programs and providers read. Words that people gave (an administrator's description,
a plan's names, taxes) stay as they are. A text that is missing here fails `tests/features/ledgers/test_said.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

KINDS = {
    "per-minute-voip": ("Calls", "Appels"),
    "services": ("Services", "Services"),
    "payments": ("Payment", "Paiement"),
    "adjustments": ("Adjustment", "Ajustement"),
    "credit-note": ("Credit note", "Note de crédit"),
    "carrier-costs": ("Carrier costs", "Coûts d’opérateur"),
    "sale": ("Payment by card", "Paiement par carte"),
    "topup": ("Top-up", "Recharge"),
    "credit": ("Payment received", "Paiement reçu"),
    "debit": ("Paid out", "Remboursement hors carte"),
    "refund": ("Refund to the card", "Remboursement sur la carte"),
}
"""Source of a charge, or kind of a payment, that says nothing itself → what to call it in English and French."""

CATEGORIES = {
    "users": ("Users", "Utilisateurs"),
    "user_features": ("User features", "Fonctions d’utilisateur"),
    "devices": ("Devices", "Appareils"),
    "limits": ("Lines", "Lignes"),
    "phone_numbers": ("Phone numbers", "Numéros de téléphone"),
    "number_services": ("Number services", "Services de numéro"),
    "voicemails": ("Voicemail boxes", "Boîtes vocales"),
    "conferences": ("Conferences", "Conférences"),
    "faxboxes": ("Fax boxes", "Boîtes de fax"),
    "groups": ("Groups", "Groupes"),
    "menus": ("Menus", "Menus"),
    "directories": ("Directories", "Répertoires"),
    "media": ("Media files", "Fichiers audio"),
    "trunks": ("Trunks", "Liaisons"),
    "accounts": ("Accounts", "Comptes"),
    "ledgers": ("Surcharge", "Supplément"),
}
"""Category of a plan's items whose item has no name."""

ITEMS = {
    "user": ("user", "utilisateur"), "admin": ("administrator", "administrateur"),
    "conferencing": ("conferencing", "conférence"), "faxing": ("faxing", "télécopie"),
    "find_me_follow_me": ("find me, follow me", "suivez-moi"),
    "call_recording": ("call recording", "enregistrement des appels"), "hotdesk": ("hot desk", "bureau partagé"),
    "sip_device": ("desk phone", "téléphone de bureau"), "softphone": ("softphone", "téléphone logiciel"),
    "cellphone": ("mobile phone", "téléphone mobile"), "smartphone": ("smartphone", "téléphone intelligent"),
    "landline": ("landline", "ligne fixe"), "mobile": ("mobile line", "ligne mobile"),
    "sip_uri": ("SIP address", "adresse SIP"), "fax": ("fax machine", "télécopieur"),
    "ata": ("analogue adapter", "adaptateur analogique"),
    "twoway_trunks": ("both ways", "dans les deux sens"), "inbound_trunks": ("inbound", "entrantes"),
    "outbound_trunks": ("outbound", "sortantes"), "burst_trunks": ("burst", "de débordement"),
    "did_us": ("local", "local"), "tollfree_us": ("toll-free", "sans frais"), "toll_us": ("premium", "surtaxé"),
    "caribbean": ("Caribbean", "Caraïbes"), "international": ("international", "international"),
    "unknown": ("other", "autre"),
    "e911": ("emergency address", "adresse d’urgence"), "outbound_cnam": ("name shown outside", "nom affiché"),
    "inbound_cnam": ("name of callers", "nom des appelants"), "failover": ("failover", "secours"),
    "prepend": ("prefix of names", "préfixe des noms"), "port": ("porting", "portage"), "sms": ("SMS", "SMS"),
    "mms": ("MMS", "MMS"), "mailbox": ("mailbox", "boîte"), "conference": ("conference", "conférence"),
    "faxbox": ("fax box", "boîte de fax"), "group": ("group", "groupe"), "menu": ("menu", "menu"),
    "directory": ("directory", "répertoire"), "file": ("file", "fichier"), "local": ("local", "locale"),
    "account": ("account", "compte"), "reseller": ("reseller", "revendeur"),
    "per-minute-voip": ("calls", "appels"),
}  # fmt: skip
"""Item of a plan that has no name; `_all` is its category alone."""

TEXTS = (
    (r"Services (\d{4}-\d\d)", "Services {}"),
    (r"Change of services", "Changement de services"),
    (r"Services end: moved to another provider", "Fin des services : passage chez un autre fournisseur"),
    (r"charged as it changed", "facturé au moment du changement"),
    (r"Call to (.*)", "Appel vers {}"),
    (r"Call from (.*)", "Appel de {}"),
    (r"Top-up (\d{4}-\d\d)", "Recharge {}"),
    (r"Credit note (.+) on invoice (.+)", "Note de crédit {} sur la facture {}"),
    (r"the card was declined", "la carte a été refusée"),
)
"""English, with what stands in it, and French."""
_TEXTS = tuple((re.compile(pattern), french) for pattern, french in TEXTS)


def named(name: str, language: str) -> str:
    """Return what to call an item of a plan: its own name, or words for `category/item` when it has none."""
    category, slash, item = name.partition("/")
    if not slash or category not in CATEGORIES:
        return name
    place = _place(language)
    if item == "_all":
        return CATEGORIES[category][place]
    return f"{CATEGORIES[category][place]} ({ITEMS[item][place] if item in ITEMS else item.replace('_', ' ')})"


def said(kind: str, text: str, facts: Mapping[str, Any], language: str) -> str:
    """Return an entry's text in a language; `text`: as it was posted, empty for the name of its `kind`."""
    if not text:
        text = kind
    changed = _changed(text, facts, language)
    if changed is not None:
        return changed
    if text in KINDS:
        return KINDS[text][_place(language)]
    return translated(text, language)


def translated(text: str, language: str) -> str:
    """Return a text of ours in a language; what is nobody's of ours stays as it is."""
    if _place(language):
        for pattern, french in _TEXTS:
            found = pattern.fullmatch(text)
            if found is not None:
                return french.format(*found.groups())
    return text


def _changed(text: str, facts: Mapping[str, Any], language: str) -> str | None:
    """Return the names and numbers of a change of services; None when the entry is none."""
    items = facts.get("items")
    if not isinstance(items, list) or "share" not in facts:
        return None
    parts = [
        f"{named(str(item.get('name')), language)} {int(item['after']) - int(item['before']):+d}"
        for item in items
        if isinstance(item, dict) and "after" in item and "before" in item
    ]
    return ", ".join(parts)[:500] or text


def _place(language: str) -> int:
    return 1 if language[:2].lower() == "fr" else 0
