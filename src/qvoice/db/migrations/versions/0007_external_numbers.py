"""Numbers that accounts have elsewhere, and the codes that prove them; what accounts settle about the portal's apps."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import document_ddl, protect

revision = "0007"
down_revision = "0006"

EXTERNAL_NUMBERS = [
    *document_ddl("external_numbers", "number text not null", "verified boolean not null"),
    "create unique index external_numbers_number on external_numbers (account_id, number) where deleted is null",
    # Checked as the table's owner, who is under FORCE too.
    "create policy integrity on external_numbers for select to qvoice_owner using (true)",
    """
    create table external_number_codes (
        external_number_id uuid primary key references external_numbers (id),
        account_id uuid not null references accounts (id),
        code text not null,
        expires timestamptz not null,
        tries integer not null
    )""",
    *protect("external_number_codes"),
    """
    create table external_number_calls (
        account_id uuid not null references accounts (id),
        number text not null,
        at timestamptz not null default now()
    )""",
    "create index external_number_calls_number on external_number_calls (account_id, number, at)",
    *protect("external_number_calls", append_only=True),
]


def upgrade() -> None:
    """Create the tables."""
    for statement in [*EXTERNAL_NUMBERS, *document_ddl("apps_store")]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
