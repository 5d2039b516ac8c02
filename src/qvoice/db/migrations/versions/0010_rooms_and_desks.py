"""Conference rooms found by number, hot-desk ids unique in their account, and attempts at PINs."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import protect

revision = "0010"
down_revision = "0009"

STATEMENTS = [
    """
    create table conference_numbers (
        account_id uuid not null references accounts (id),
        number text not null,
        conference_id uuid not null references conferences (id),
        party text not null check (party in ('room', 'member', 'moderator')),
        primary key (account_id, number)
    )""",
    "create index conference_numbers_conference on conference_numbers (conference_id)",
    *protect("conference_numbers"),
    """
    insert into conference_numbers (account_id, number, conference_id, party)
    select distinct on (c.account_id, n.number) c.account_id, n.number, c.id, n.party
    from conferences c, lateral (
        select jsonb_array_elements_text(c.doc #> '{moderator,numbers}') as number, 'moderator' as party, 0 as rank
        where jsonb_typeof(c.doc #> '{moderator,numbers}') = 'array'
        union all select jsonb_array_elements_text(c.doc #> '{member,numbers}'), 'member', 1
        where jsonb_typeof(c.doc #> '{member,numbers}') = 'array'
        union all select jsonb_array_elements_text(c.doc -> 'conference_numbers'), 'room', 2
        where jsonb_typeof(c.doc -> 'conference_numbers') = 'array') n
    where c.deleted is null order by c.account_id, n.number, n.rank, c.id""",
    """
    create unique index users_hotdesk_id on users (account_id, (doc #>> '{hotdesk,id}'))
    where deleted is null and coalesce(doc #>> '{hotdesk,id}', '') <> ''""",
    """
    create table pin_attempts (
        account_id uuid not null references accounts (id),
        subject uuid not null,
        origin text not null,
        failures integer not null,
        last_failure timestamptz not null,
        primary key (subject, origin)
    )""",
    *protect("pin_attempts"),
]


def upgrade() -> None:
    """Apply."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
