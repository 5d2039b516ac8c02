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
