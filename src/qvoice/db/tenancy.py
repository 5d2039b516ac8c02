"""Row level security: the DDL every tenant table gets, and the check that every one has it.

Roles: `qvoice_owner` owns all tables (nobody logs in as it), `qvoice_app` is what processes log in as and always goes
through the
policies, `qvoice_lookup` owns the definer functions, the only reads across tenants.
"""

from __future__ import annotations

from collections.abc import Sequence

CURRENT_ACCOUNT = "nullif(current_setting('qvoice.account', true), '')::uuid"
# After a transaction-local set_config the setting reads '' (not NULL) on a pooled connection: hence nullif.
CURRENT_PATH = "nullif(current_setting('qvoice.path', true), '')::ltree"

DOCUMENT_COLUMNS = """
    id uuid primary key,
    account_id uuid not null references accounts (id),
    doc jsonb not null,
    revision integer not null default 1,
    sort_key text collate "C" not null default '',
    created timestamptz not null default now(),
    modified timestamptz not null default now(),
    deleted timestamptz"""


def protect(table: str, *, condition: str = f"account_id = {CURRENT_ACCOUNT}", append_only: bool = False) -> list[str]:
    """Return the statements that put `table` (with a column account_id) under row level security.

    The app sees and writes rows of the transaction's account only (or where `condition` holds); `append_only` tables
    cannot be
    updated or deleted from. `qvoice_lookup` may read (for definer functions).
    """
    rights = "select, insert" if append_only else "select, insert, update, delete"
    return [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy tenant on {table} to qvoice_app using ({condition}) with check ({condition})",
        f"create policy lookup on {table} for select to qvoice_lookup using (true)",
        f"grant {rights} on {table} to qvoice_app",
        f"grant select on {table} to qvoice_lookup",
    ]


def protect_subtree(table: str) -> list[str]:
    """As `protect`, but rows of the accounts below the transaction's account are visible too (accounts' own policy
    decides).
    """
    return protect(
        table,
        condition=f"account_id = {CURRENT_ACCOUNT} or exists (select from accounts a where a.id = {table}.account_id)",
    )


def document_ddl(table: str, *columns: str) -> list[str]:
    """Return the statements that make a document table (see features/documents) with extra typed `columns`,
    protected and indexed.
    """
    extra = "".join(f",\n    {column}" for column in columns)
    return [
        f"create table {table} ({DOCUMENT_COLUMNS}{extra}\n)",
        f"create index {table}_list on {table} (account_id, sort_key, id) where deleted is null",
        *protect(table),
    ]


def definer(function: str, ddl: str, *, grantees: Sequence[str] = ("qvoice_app",)) -> list[str]:
    """Return the statements that make a SECURITY DEFINER function owned by qvoice_lookup.

    `function`: its signature for GRANT, such as `account_scope(uuid)`; `ddl`: `create function …` without the
    SECURITY clause's
    duty being forgotten: it must say `security definer` and `set search_path`.
    """
    lowered = ddl.lower()
    if "security definer" not in lowered or "set search_path" not in lowered:
        raise ValueError(f"{function} must be `security definer` and `set search_path = public, pg_temp`")
    return [
        "set local role qvoice_lookup",
        ddl,
        f"revoke all on function {function} from public",
        *(f"grant execute on function {function} to {grantee}" for grantee in grantees),
        "set local role qvoice_owner",
    ]


UNPROTECTED_TABLES = """
    select c.oid::regclass::text
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and n.nspname = 'public'
      and not (c.relrowsecurity and c.relforcerowsecurity
               and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant'))
    order by 1"""
"""Tables of tenants that lack FORCE ROW LEVEL SECURITY or the policy `tenant`; a test wants none."""
