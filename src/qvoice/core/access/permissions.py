"""What each role may do. A permission is (resource, action); resource names are the URL collections.

Actions: `read create update delete`, and verbs such as `hangup transfer activate invite promote move`. `*` stands
for any.
"""

from __future__ import annotations

from qvoice.core.access.roles import Role

Grants = frozenset[tuple[str, str]]

OPEN = frozenset({("about", "read"), ("schemas", "read"), ("user_auth", "read"), ("token_auth", "delete")})
"""Anybody with a valid token."""

ANYWHERE: dict[Role, Grants] = {
    Role.USER: frozenset(),
    Role.ADMIN: frozenset({("*", "*")}),
    Role.READ_ONLY: frozenset({("*", "read")}),
    Role.USER_ACTIVATION: frozenset(
        {("accounts", "read"), ("users", "read"), ("users", "update"), ("devices", "read"), ("users", "invite")}
    ),
    Role.CALL_CENTRE: frozenset(
        {
            ("accounts", "read"),
            ("users", "read"),
            ("queues", "*"),
            ("agents", "*"),
            ("acdc_call_stats", "read"),
            ("channels", "read"),
            ("channels", "eavesdrop"),
            ("cdrs", "read"),
            ("recordings", "read"),
            ("presence", "read"),
        }
    ),
}
"""Role → permissions on all documents of the account."""

_PERSONAL: Grants = frozenset(
    {
        ("users", "read"),
        ("users", "update"),
        ("devices", "read"),
        ("vmboxes", "read"),
        ("vmboxes", "update"),
        ("messages", "*"),
        ("media", "read"),
        ("cdrs", "read"),
        ("recordings", "read"),
        ("channels", "read"),
        ("channels", "hangup"),
        ("channels", "transfer"),
        ("quickcall", "update"),
        ("registrations", "read"),
        ("faxes", "*"),
        ("sms", "*"),
        ("presence", "read"),
        ("presence", "update"),
        ("events", "read"),
        ("conferences", "read"),
        ("conferences", "moderate"),
        ("softphones", "create"),
        ("sessions", "read"),
        ("sessions", "delete"),
        ("second_factors", "*"),
        ("passwords", "update"),
    }
)

OWN: dict[Role, Grants] = {role: _PERSONAL for role in Role}
"""Role → permissions on documents that the person owns (and on their own user document)."""

MASTER_ONLY: Grants = frozenset(
    {
        ("accounts", "promote"),
        ("accounts", "demote"),
        ("phone_numbers", "create"),
        ("phone_numbers", "delete"),
        ("number_imports", "*"),
        ("carriers", "*"),
        ("port_outs", "create"),
        ("global_resources", "*"),
        ("system", "*"),
        ("acls", "*"),
    }
)
"""Only administrators of the master account (B1: only the master adds numbers; A5: only the master promotes)."""

RESELLER_ONLY: Grants = frozenset(
    {("accounts", "create"), ("accounts", "delete"), ("accounts", "move"), ("accounts", "restore")}
    | {("service_plans", "create"), ("whitelabel", "update"), ("invoice_settings", "update")}
    | {(resource, action) for resource in ("rates", "ratedecks") for action in ("create", "update", "delete")}
)
"""Only administrators of the master or of a reseller."""

FROM_ABOVE: Grants = frozenset(
    {
        ("limits", "update"),
        ("allotments", "update"),
        ("fraud", "update"),
        ("ratedeck", "update"),
        ("services", "update"),
        ("ledgers", "credit"),
        ("ledgers", "debit"),
        ("invoices", "create"),
        ("credit_notes", "create"),
        ("apps_blacklist", "update"),
        ("accounts", "delete"),
        ("accounts", "move"),
        ("phone_numbers", "release"),
    }
)
"""Not on one's own account: only by somebody above it (the master may, on its own limits)."""

USER_FIELDS: dict[str, frozenset[str]] = {
    "users": frozenset(
        {
            "first_name",
            "last_name",
            "email",
            "mobile",
            "password",
            "require_password_update",
            "timezone",
            "language",
            "call_forward",
            "call_failover",
            "call_waiting",
            "incoming",
            "do_not_disturb",
            "vm_to_email_enabled",
            "voicemail",
            "contact_list",
            "profile",
            "ui_metadata",
            "ui_flags",
            "ui_help",
            "appList",
            "music_on_hold",
            "ringtones",
        }
    ),
    "vmboxes": frozenset(
        {
            "pin",
            "name",
            "notify_email_addresses",
            "notify",
            "timezone",
            "media",
            "skip_greeting",
            "skip_instructions",
            "skip_envelope",
            "oldest_message_first",
            "transcribe",
            "include_message_on_notify",
            "delete_after_notify",
            "save_after_notify",
            "is_setup",
            "ui_metadata",
            "ui_flags",
        }
    ),
}
"""What a plain user may change in an own document: never rights, caller ids, extensions, owners or restrictions."""


ROLE_FIELDS: dict[tuple[Role, str], frozenset[str]] = {(Role.USER_ACTIVATION, "users"): frozenset({"enabled"})}
"""Where a role may change only some keys of others' documents."""


def holds(grants: Grants, resource: str, action: str) -> bool:
    """Tell whether a set of permissions contains (resource, action), wildcards counted."""
    return bool(grants & {(resource, action), (resource, "*"), ("*", action), ("*", "*")})
