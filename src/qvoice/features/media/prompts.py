"""System prompts: the dialect's names, and Asterisk's core sounds that say the same."""

from __future__ import annotations

import re

from qvoice.kit.errors import NotFound

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

SAME_WORDS = {
    "vm-not_available_no_voicemail": "vm-nobodyavail",
    "vm-not_available": "vm-nobodyavail",
    "vm-person": "vm-theperson",
    "vm-enter_pass": "vm-password",
    "vm-enter_id": "vm-login",
    "vm-mailbox_full": "vm-mailboxfull",
    "vm-goodbye": "vm-goodbye",
    "vm-thank_you": "auth-thankyou",
    "vm-saved": "vm-msgsaved",
    "vm-deleted": "vm-deleted",
    "vm-record_message": "vm-intro",
    "vm-record_greeting": "vm-rec-unv",
    "vm-record_name": "vm-rec-name",
    "vm-record_temp_greeting": "vm-rec-temp",
    "vm-review_recording": "vm-review",
    "vm-recording_too_short": "vm-tooshort",
    "vm-setup_complete": "auth-thankyou",
    "vm-new_pin": "vm-newpassword",
    "vm-new_pin_confirm": "vm-reenterpassword",
    "vm-pin_set": "vm-passchanged",
    "vm-pin_invalid": "vm-invalid-password",
    "vm-fail_auth": "vm-incorrect",
    "vm-no_access": "vm-incorrect-mailbox",
    "vm-no_owner": "vm-nobox",
    "vm-main_menu": "vm-opts-full",
    "vm-message_menu": "vm-advopts",
    "vm-settings_menu": "vm-options",
    "vm-you_have": "vm-youhave",
    "vm-new_messages": "vm-INBOX",
    "vm-saved_messages": "vm-Old",
    "vm-no_messages": "vm-nomore",
    "vm-message_number": "vm-message",
    "vm-received": "vm-received",
    "menu-exit": "vm-goodbye",
    "menu-invalid_entry": "pbx-invalid",
    "menu-no_input": "pbx-invalid",
    "menu-transferring_call": "pbx-transfer",
    "menu-return": "pbx-transfer",
    "ivr-thank_you": "auth-thankyou",
    "ivr-group_confirm": "vm-press",
    "cf-unauthorized_call": "cannot-complete-as-dialed",
    "cf-move-no_channel": "cannot-complete-as-dialed",
    "fault-can_not_be_completed_as_dialed": "cannot-complete-as-dialed",
    "fault-can_not_be_completed_at_this_time": "an-error-has-occured",
    "fault-facility_trouble": "an-error-has-occured",
    "temporal-marked_enabled": "activated",
    "temporal-marked_disabled": "de-activated",
    "temporal-marker_reset": "auth-thankyou",
    "park-already_in_use": "pbx-parkingfailed",
    "park-no_caller": "pbx-parkingfailed",
    "park-call_placed_in_spot": "vm-savedto",
}
"""Dialect's prompt → Asterisk's. A name that is not here is taken as Asterisk's own."""


def asterisk_prompt(name: str) -> str:
    """Return the core sound to play for a system prompt; a language in front (`en-us/…`) is left to the call's own.

    Raises NotFound for what is no prompt name (a path, for one).
    """
    bare = name.rsplit("/", 1)[-1] if name.count("/") == 1 else name
    if not _NAME.fullmatch(bare):
        raise NotFound("There is no such system prompt.", id=name)
    return SAME_WORDS.get(bare, bare)


def listing() -> list[str]:
    """Return the dialect's prompt names that we can say."""
    return sorted(SAME_WORDS)
