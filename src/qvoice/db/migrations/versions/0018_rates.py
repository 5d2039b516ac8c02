"""Rate decks: versions with their rows and the index that calls look prices up in; imports; which account pays by
which deck.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, definer, document_ddl, protect

revision = "0018"
down_revision = "0017"

TABLES = [
    *document_ddl("ratedecks", "name text not null", "is_default boolean not null default false", "version_id uuid"),
    "create unique index ratedecks_name on ratedecks (account_id, lower(name)) where deleted is null",
    "create unique index ratedecks_default on ratedecks (account_id) where is_default and deleted is null",
    # `deck`: what core.rating.deck stores; `built` grows with it.
    """
    create table ratedeck_versions (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        ratedeck_id uuid not null references ratedecks (id),
        size integer not null default 0,
        built integer not null default 0,
        deck bytea,
        created timestamptz not null default now()
    )""",
    "alter table ratedeck_versions alter column deck set storage external",
    "create index ratedeck_versions_deck on ratedeck_versions (ratedeck_id)",
    *protect("ratedeck_versions"),
    """
    create table rates (
        id uuid primary key default gen_random_uuid(),
        account_id uuid not null references accounts (id),
        version_id uuid not null references ratedeck_versions (id) on delete cascade,
        prefix text collate "C" not null,
        cost numeric(14, 8) not null,
        surcharge numeric(14, 8) not null,
        minimum integer not null,
        increment integer not null,
        nocharge integer not null,
        weight smallint not null,
        name text not null,
        more jsonb
    )""",
    "create index rates_prefix on rates (version_id, prefix, id)",
    *protect("rates"),
    """
    create table ratedeck_imports (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        ratedeck_id uuid not null references ratedecks (id),
        version_id uuid not null,
        state text not null check (state in ('pending', 'executing', 'success', 'partial', 'failure', 'stopped')),
        mode text not null check (mode in ('replace', 'merge')),
        strict boolean not null,
        file_name text not null,
        bytes bigint not null,
        bytes_done bigint not null default 0,
        line integer not null default 0,
        accepted integer not null default 0,
        rejected integer not null default 0,
        message text not null default '',
        created timestamptz not null default now(),
        ended timestamptz
    )""",
    "create index ratedeck_imports_deck on ratedeck_imports (account_id, ratedeck_id, created)",
    *protect("ratedeck_imports"),
    """
    create table ratedeck_uploads (
        import_id uuid not null references ratedeck_imports (id) on delete cascade,
        account_id uuid not null references accounts (id),
        start bigint not null,
        data bytea not null,
        primary key (import_id, start)
    )""",
    "alter table ratedeck_uploads alter column data set storage external",
    *protect("ratedeck_uploads"),
    """
    create table ratedeck_problems (
        import_id uuid not null references ratedeck_imports (id) on delete cascade,
        account_id uuid not null references accounts (id),
        line integer not null,
        field text not null,
        message text not null,
        row text not null,
        primary key (import_id, line)
    )""",
    *protect("ratedeck_problems"),
    # Whoever gave it: `account` (somebody above chose it for this account) goes before `plan` (its service plan).
    """
    create table ratedeck_bindings (
        account_id uuid not null references accounts (id),
        source text not null check (source in ('account', 'plan')),
        ratedeck_id uuid not null references ratedecks (id),
        primary key (account_id, source)
    )""",
    "create index ratedeck_bindings_deck on ratedeck_bindings (ratedeck_id)",
    *protect("ratedeck_bindings"),
]

# The deck by which an account pays the one above it; a deck of anybody but the account directly above counts nothing
# (the account was moved).
DECK_OF = """
create function ratedeck_of(payer uuid) returns table (deck_id uuid, name text, version_id uuid, built integer)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, d.name, v.id, v.built
    from accounts a
    join ratedecks d on d.account_id = a.parent_id and d.deleted is null
    left join ratedeck_bindings b on b.account_id = a.id and b.ratedeck_id = d.id
    join ratedeck_versions v on v.id = d.version_id
    where a.id = payer and (b.account_id is not null or d.is_default)
    order by case b.source when 'account' then 0 when 'plan' then 1 else 2 end
    limit 1
$$"""

# For binding: is this a deck of the account above the one that is entered?
DECK_ABOVE = f"""
create function ratedecks_above() returns table (id uuid, name text, is_default boolean, size integer)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, d.name, d.is_default, coalesce(v.size, 0)
    from accounts a
    join ratedecks d on d.account_id = a.parent_id and d.deleted is null
    left join ratedeck_versions v on v.id = d.version_id
    where a.id = {CURRENT_ACCOUNT}
    order by lower(d.name)
$$"""

RATES_OF = f"""
create function rates_for(prefixes text[]) returns setof rates
language sql stable security definer set search_path = public, pg_temp as $$
    select r.* from ratedeck_of({CURRENT_ACCOUNT}) d join rates r on r.version_id = d.version_id
    where r.prefix = any(prefixes)
$$"""

# Who pays by a deck: its owner may know how many, and a deck in use cannot go.
BOUND = f"""
create function ratedeck_payers(deck uuid) returns table (account_id uuid, name text, source text)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.name, b.source
    from ratedecks d
    join ratedeck_bindings b on b.ratedeck_id = d.id
    join accounts a on a.id = b.account_id and a.parent_id = d.account_id and a.deleted is null
    where d.id = deck and d.account_id = {CURRENT_ACCOUNT}
    order by lower(a.name)
$$"""

DECK_BYTES = """
create function ratedeck_bytes(version uuid) returns table (built integer, deck bytea)
language sql stable security definer set search_path = public, pg_temp as $$
    select v.built, v.deck from ratedeck_versions v where v.id = version
$$"""

STATEMENTS = [
    *TABLES,
    *definer("ratedeck_of(uuid)", DECK_OF),
    *definer("ratedecks_above()", DECK_ABOVE),
    *definer("rates_for(text[])", RATES_OF),
    *definer("ratedeck_payers(uuid)", BOUND),
    *definer("ratedeck_bytes(uuid)", DECK_BYTES),
]


def upgrade() -> None:
    """Create the tables and the functions that read across levels."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
