"""Signing in: sessions, second factors and their recovery codes, API keys with scopes, address lists, attempts."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0024"
down_revision = "0023"

_HEADER = "language sql stable security definer set search_path = public, pg_temp"

STATEMENTS = [
    """
    create table sessions (
        token_id text primary key,
        account_id uuid not null references accounts (id),
        user_id uuid references users (id),
        method text not null,
        source text not null default '',
        user_agent text not null default '',
        impersonated_by text not null default '',
        created timestamptz not null default now(),
        expires timestamptz not null
    )""",
    "create index sessions_user on sessions (account_id, user_id, created desc)",
    "create index sessions_expires on sessions (expires)",
    *protect("sessions"),
    "create policy forget on sessions for delete to qvoice_lookup using (true)",
    "grant delete on sessions to qvoice_lookup",
    """
    create table second_factors (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        user_id uuid not null references users (id),
        kind text not null check (kind in ('otp', 'passkey')),
        name text not null default '',
        secret bytea not null,
        last_step bigint not null default 0,
        confirmed boolean not null default false,
        created timestamptz not null default now(),
        last_used timestamptz
    )""",
    "create index second_factors_user on second_factors (user_id)",
    *protect("second_factors"),
    """
    create table recovery_codes (
        user_id uuid not null references users (id),
        account_id uuid not null references accounts (id),
        code_hash text not null,
        used timestamptz,
        primary key (user_id, code_hash)
    )""",
    *protect("recovery_codes"),
    """
    create table login_attempts (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        user_id uuid,
        at timestamptz not null default now(),
        method text not null,
        outcome text not null,
        source text not null default '',
        user_agent text not null default ''
    )""",
    "create index login_attempts_list on login_attempts (account_id, at desc)",
    "create index login_attempts_user on login_attempts (user_id, at desc) where outcome = 'second_factor'",
    *protect("login_attempts", append_only=True),
    "create policy forget on login_attempts for delete to qvoice_lookup using (true)",
    "grant delete on login_attempts to qvoice_lookup",
    """
    create table security_settings (
        account_id uuid primary key references accounts (id),
        doc jsonb not null default '{}',
        changed timestamptz not null default now()
    )""",
    *protect("security_settings"),
    """
    create table api_keys (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        name text not null,
        key_hash text not null unique,
        hint text not null,
        scopes text[] not null,
        cidrs text[] not null default '{}',
        enabled boolean not null default true,
        expires timestamptz,
        created timestamptz not null default now(),
        created_by uuid,
        last_used timestamptz,
        deleted timestamptz
    )""",
    "create index api_keys_list on api_keys (account_id, created) where deleted is null",
    *protect("api_keys"),
    """
    create table access_lists (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        device_id uuid references devices (id),
        doc jsonb not null,
        changed timestamptz not null default now()
    )""",
    "create unique index access_lists_of_account on access_lists (account_id) where device_id is null",
    "create unique index access_lists_of_device on access_lists (device_id) where device_id is not null",
    *protect("access_lists"),
    *definer(
        "multi_factor_wanted(uuid)",
        f"""
    create function multi_factor_wanted(account uuid) returns boolean
    {_HEADER} as $$
        select exists (
            select from accounts a
            join accounts up on up.path @> a.path
            join security_settings p on p.account_id = up.id
            where a.id = account
              and p.doc #>> '{{auth_modules,cb_user_auth,multi_factor,enabled}}' = 'true'
              and (up.id = a.id
                   or p.doc #>> '{{auth_modules,cb_user_auth,multi_factor,include_subaccounts}}' = 'true'))
    $$""",
    ),
    *definer(
        "api_key_holder(text, uuid)",
        f"""
    create function api_key_holder(hash text, wanted uuid) returns table (
        id uuid, account_id uuid, scopes text[], cidrs text[], enabled boolean, expires timestamptz)
    {_HEADER} as $$
        select k.id, k.account_id, k.scopes, k.cidrs, k.enabled, k.expires
        from api_keys k join accounts a on a.id = k.account_id and a.deleted is null
        where k.deleted is null and (k.key_hash = hash or k.id = wanted)
    $$""",
    ),
    *definer(
        "login_access_list(uuid)",
        f"""
    create function login_access_list(account uuid) returns jsonb
    {_HEADER} as $$
        select doc from access_lists where account_id = account and device_id is null
    $$""",
    ),
    *definer(
        "sign_in_forget(integer)",
        """
    create function sign_in_forget(days integer) returns void
    language sql security definer set search_path = public, pg_temp as $$
        delete from sessions where expires < now();
        delete from login_attempts where at < now() - make_interval(days => days)
    $$""",
    ),
]


def upgrade() -> None:
    """Create the tables and their look-ups."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
