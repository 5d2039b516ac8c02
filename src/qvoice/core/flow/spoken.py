"""Sentences that the system speaks itself (`Speech`), by name and language; the engine may speak them beforehand.

Asterisk's own prompts have their keys spoken into them ("press 9 to save"), which are not this system's keys.
"""

from __future__ import annotations

from collections.abc import Mapping

from qvoice.core.flow.commands import Sound, Speech

KEY_NAMES: Mapping[str, Mapping[str, str]] = {
    "en": {"*": "star", "#": "pound"},
    "fr": {"*": "étoile", "#": "dièse"},
}

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "vm-review": {
        "en": "To keep it, press {keep}. To listen to it, press {listen}. To record it again, press {again}.",
        "fr": "Pour le garder, faites le {keep}. Pour l'écouter, le {listen}. Pour recommencer, le {again}.",
    },
    "vm-hear-new": {"en": "To hear new messages, press {key}.", "fr": "Nouveaux messages, faites le {key}."},
    "vm-hear-saved": {"en": "To hear saved messages, press {key}.", "fr": "Messages gardés, faites le {key}."},
    "vm-configure": {
        "en": "For your greetings and your PIN, press {key}.",
        "fr": "Vos messages d'accueil et votre code, faites le {key}.",
    },
    "vm-exit": {"en": "To leave, press {key}.", "fr": "Pour quitter, faites le {key}."},
    "vm-message": {
        "en": "To keep this message, press {keep}. To hear it again, press {replay}. To forward it, press {forward}."
        " For the message before, press {prev}. For the next one, press {next}. To delete it, press {delete}."
        " To call back, press {callback}.",
        "fr": "Pour garder ce message, faites le {keep}. Pour le réécouter, le {replay}. Pour le faire suivre, le"
        " {forward}. Message précédent, le {prev}. Message suivant, le {next}. Pour le supprimer, le {delete}."
        " Pour rappeler, le {callback}.",
    },
    "vm-settings": {
        "en": "For your greeting, press {rec_unavailable}. For your name, press {rec_name}. For your PIN, press"
        " {set_pin}. For a temporary greeting, press {rec_temporary_unavailable}; to remove it, press"
        " {del_temporary_unavailable}. To take no messages, press {toggle_announcement_only}. To go back, press"
        " {return_main}.",
        "fr": "Message d'accueil, faites le {rec_unavailable}. Votre nom, le {rec_name}. Votre code, le {set_pin}."
        " Accueil temporaire, le {rec_temporary_unavailable}; pour l'enlever, le {del_temporary_unavailable}."
        " Pour ne plus prendre de messages, le {toggle_announcement_only}. Pour revenir, le {return_main}.",
    },
    "enter-number": {
        "en": "Enter the number, then press pound.",
        "fr": "Composez le numéro, puis le dièse.",
    },
    "enter-caller-id": {
        "en": "Enter the number you want to show, then press pound.",
        "fr": "Composez le numéro à afficher, puis le dièse.",
    },
    "forward-menu": {
        "en": "To turn forwarding on, press 1. To turn it off, press 2. To change the number, press 3.",
        "fr": "Pour activer le renvoi, faites le 1. Pour l'annuler, le 2. Pour changer le numéro, le 3.",
    },
    "forward-on": {"en": "Your calls are forwarded to", "fr": "Vos appels sont renvoyés vers le"},
    "forward-off": {"en": "Your calls are not forwarded.", "fr": "Vos appels ne sont pas renvoyés."},
    "dnd-on": {"en": "Do not disturb is on.", "fr": "Ne pas déranger est activé."},
    "dnd-off": {"en": "Do not disturb is off.", "fr": "Ne pas déranger est désactivé."},
    "call-waiting-on": {"en": "Call waiting is on.", "fr": "L'appel en attente est activé."},
    "call-waiting-off": {"en": "Call waiting is off.", "fr": "L'appel en attente est désactivé."},
    "group-on": {"en": "You are in the group.", "fr": "Vous êtes dans le groupe."},
    "group-off": {"en": "You are out of the group.", "fr": "Vous êtes hors du groupe."},
    "camp-on": {
        "en": "We will call you when this person is free.",
        "fr": "Nous vous rappellerons dès que cette personne sera libre.",
    },
    "state-name": {
        "en": "Please say your name after the tone, then press pound.",
        "fr": "Dites votre nom après le signal, puis faites le dièse.",
    },
    "screen-from": {"en": "A call from", "fr": "Un appel de"},
    "screen-choose": {
        "en": "To take the call, press 1. To refuse it, press 2. To send it to voicemail, press 3.",
        "fr": "Pour prendre l'appel, faites le 1. Pour le refuser, le 2. Pour l'envoyer à la messagerie, le 3.",
    },
    "vm-forward-to": {
        "en": "Enter the number of the mailbox, then press pound.",
        "fr": "Composez le numéro de la boîte vocale, puis le dièse.",
    },
}  # fmt: skip


def sentence(name: str, language: str, *otherwise: Sound, **values: str) -> Speech:
    """Return a sentence in a call's language (English when there is no other), keys of the keypad by their names.

    `otherwise` is heard where no speech engine is.
    """
    code = language[:2].lower()
    code = code if code in SENTENCES[name] else "en"
    spoken = {key: KEY_NAMES[code].get(value, value) for key, value in values.items()}
    return Speech(SENTENCES[name][code].format(**spoken), language=code, otherwise=tuple(otherwise))
