"""Pictures: users' photos, and resellers' own names, logos and icons on their portal's domain."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0029"
down_revision = "0028"

STATEMENTS = [
    """
    create table user_photos (
        user_id uuid primary key references users (id),
        account_id uuid not null references accounts (id),
        content_type text not null,
        data bytea not null,
        changed timestamptz not null default now()
    )""",
    *protect("user_photos"),
    """
    create table whitelabel (
        account_id uuid primary key references accounts (id),
        domain text not null check (domain = lower(domain)),
        doc jsonb not null,
        logo_type text,
        logo bytea,
        icon_type text,
        icon bytea,
        changed timestamptz not null default now()
    )""",
    "create unique index whitelabel_domain on whitelabel (domain)",
    *protect("whitelabel"),
    *definer(
        "whitelabel_of(text)",
        """
    create function whitelabel_of(wanted text) returns table (
        doc jsonb, logo_type text, logo bytea, icon_type text, icon bytea)
    language sql stable security definer set search_path = public, pg_temp as $$
        select w.doc, w.logo_type, w.logo, w.icon_type, w.icon from whitelabel w
        join accounts a on a.id = w.account_id and a.deleted is null
        where w.domain = lower(wanted)
    $$""",
    ),
]


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
