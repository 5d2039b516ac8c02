"""Numbers that other carriers want: the lock on each number, the account's PIN, and the requests."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0042"
down_revision = "0041"

TABLES = [
    # Constant default: no rewrite of the table, and numbers that are here already are locked too.
    "alter table phone_numbers add column port_out_locked boolean not null default true",
    """
    create table port_out_pins (
        account_id uuid primary key references accounts (id),
        pin text not null,
        modified timestamptz not null default now()
    )""",
    *protect("port_out_pins"),
    """
    create table port_outs (
        id uuid primary key default gen_random_uuid(),
        account_id uuid not null references accounts (id),
        number text not null,
        state text not null check (state in ('refused', 'accepted', 'canceled', 'completed')),
        doc jsonb not null,
        carrier_id uuid,
        reference text,
        created timestamptz not null default now(),
        modified timestamptz not null default now(),
        unique (carrier_id, reference)
    )""",
    "create index port_outs_account on port_outs (account_id, created desc)",
    "create index port_outs_number on port_outs (number, created desc)",
    # A number can leave once: whatever two carriers ask in the same moment.
    "create unique index port_outs_open on port_outs (number) where state = 'accepted'",
    *protect("port_outs"),
]

BELOW = """
create function port_outs_below() returns table (
    id uuid, account_id uuid, account_name text, number text, state text, doc jsonb, created timestamptz,
    modified timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.id, p.account_id, a.name, p.number, p.state, p.doc, p.created, p.modified
    from port_outs p join accounts a on a.id = p.account_id
    where a.path <@ nullif(current_setting('qvoice.path', true), '')::ltree
    order by p.created desc limit 1000
$$"""

# Whose request a carrier's notice tells of. The asker is the worker, for all accounts.
KNOWN = """
create function port_out_known(carrier uuid, ref text) returns table (
    id uuid, account_id uuid, path text, state text)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.id, p.account_id, a.path::text, p.state from port_outs p join accounts a on a.id = p.account_id
    where p.carrier_id = carrier and p.reference = ref
$$"""

# Refusals for a wrong PIN in a day, whichever account the number has: a PIN of six digits must not be tried out.
TRIES = """
create function port_out_tries(wanted text) returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from port_outs p
    where p.number = wanted and p.doc ->> 'reason' in ('pin', 'account_number') and p.created > now() - interval '1 day'
$$"""


def upgrade() -> None:
    """Make the tables and the functions."""
    for statement in [
        *TABLES,
        *definer("port_outs_below()", BELOW),
        *definer("port_out_known(uuid, text)", KNOWN),
        *definer("port_out_tries(text)", TRIES),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
