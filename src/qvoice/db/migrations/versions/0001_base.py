"""Accounts, users, devices, numbers, callflows, limits; secrets; audit; and the definer functions."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_PATH, definer, document_ddl, protect, protect_subtree

revision = "0001"
down_revision = None

ACCOUNTS = [
    """
    create table accounts (
        id uuid primary key,
        account_id uuid generated always as (id) stored,
        parent_id uuid references accounts (id),
        path ltree not null unique,
        doc jsonb not null,
        revision integer not null default 1,
        sort_key text collate "C" not null default '',
        name text not null,
        name_key text not null,
        realm text not null check (realm = lower(realm)),
        enabled boolean not null default true,
        is_reseller boolean not null default false,
        timezone text not null,
        language text not null,
        country text not null default '',
        created timestamptz not null default now(),
        modified timestamptz not null default now(),
        deleted timestamptz,
        check ((parent_id is null) = (nlevel(path) = 1)),
        check (replace(id::text, '-', '') = ltree2text(subpath(path, -1)))
    )""",
    "create unique index accounts_realm on accounts (realm) where deleted is null",
    "create unique index accounts_one_master on accounts ((true)) where parent_id is null",
    "create index accounts_path on accounts using gist (path)",
    "create index accounts_parent on accounts (parent_id, sort_key, id) where deleted is null",
    "create index accounts_name_key on accounts (name_key) where deleted is null",
    "alter table accounts enable row level security",
    "alter table accounts force row level security",
    f"create policy tenant on accounts to qvoice_app using (path <@ {CURRENT_PATH})"
    f" with check (path <@ {CURRENT_PATH})",
    "create policy lookup on accounts for select to qvoice_lookup using (true)",
    "grant select, insert, update on accounts to qvoice_app",
    "grant select on accounts to qvoice_lookup",
    """
    create table account_secrets (
        account_id uuid primary key references accounts (id),
        api_key_nonce text not null,
        api_key_hash text not null unique,
        identity text not null
    )""",
    *protect_subtree("account_secrets"),
]

USERS = [
    *document_ddl(
        "users",
        "username text check (username = lower(username))",
        "email text",
        "priv_level text not null",
        "enabled boolean not null",
        "presence_id text",
    ),
    "create unique index users_username on users (account_id, username) where deleted is null",
    """
    create table user_secrets (
        user_id uuid primary key references users (id),
        account_id uuid not null references accounts (id),
        md5_key text not null,
        md5_hash text not null,
        sha1_key text not null,
        sha1_hash text not null,
        identity text not null
    )""",
    # Twelve bits of a keyed hash: finds whom a credential may belong to without helping a guesser (see features/auth).
    "create index user_secrets_md5 on user_secrets (account_id, md5_key)",
    "create index user_secrets_sha1 on user_secrets (account_id, sha1_key)",
    *protect("user_secrets"),
]

DEVICES = [
    *document_ddl(
        "devices",
        "owner_id uuid",
        "device_type text not null",
        "enabled boolean not null",
        "sip_username text",
        "realm text not null",
        "ha1 varchar(64)",
        "sip_method text not null default 'password'",
        "sip_ip inet",
        "mac_address text",
    ),
    "create unique index devices_sip_username on devices (realm, lower(sip_username)) where deleted is null",
    "create unique index devices_mac_address on devices (mac_address) where deleted is null",
    "create index devices_owner on devices (account_id, owner_id) where deleted is null",
]

NUMBERS = [
    r"""
    create table phone_numbers (
        number text primary key check (number ~ '^\+[1-9][0-9]{2,14}$'),
        account_id uuid not null references accounts (id),
        state text not null,
        used_by text,
        used_by_id uuid,
        force_outbound boolean not null default false,
        doc jsonb not null default '{}',
        revision integer not null default 1,
        created timestamptz not null default now(),
        modified timestamptz not null default now()
    )""",
    "create index phone_numbers_account on phone_numbers (account_id, number)",
    "create index phone_numbers_used_by on phone_numbers (account_id, used_by_id) where used_by_id is not null",
    *protect_subtree("phone_numbers"),
    """
    create table phone_number_history (
        id bigint generated always as identity primary key,
        number text not null,
        account_id uuid not null references accounts (id),
        at timestamptz not null default now(),
        action text not null,
        from_account_id uuid,
        actor_account_id uuid,
        actor_id uuid
    )""",
    "create index phone_number_history_number on phone_number_history (number, id)",
    *protect(
        "phone_number_history",
        condition="exists (select from accounts a where a.id = phone_number_history.account_id)",
        append_only=True,
    ),
]

CALLFLOWS = [
    *document_ddl("callflows", "name text", "owner_id uuid", "is_featurecode boolean not null default false"),
    """
    create table callflow_numbers (
        account_id uuid not null references accounts (id),
        number text not null,
        callflow_id uuid not null references callflows (id),
        primary key (account_id, number)
    )""",
    "create index callflow_numbers_callflow on callflow_numbers (callflow_id)",
    *protect("callflow_numbers"),
    *document_ddl("limits"),
]

AUDIT = [
    """
    create table audit (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        account_id uuid not null,
        actor_account_id uuid,
        actor_id uuid,
        auth_method text not null default '',
        method text not null,
        path text not null,
        status integer not null,
        request_id text not null,
        source text not null default ''
    )""",
    "create index audit_account on audit (account_id, id)",
    *protect("audit", append_only=True),
    # Two accounts share a masqueraded act: the actor's own account sees what its people did elsewhere.
    """create policy actor on audit for select to qvoice_app
       using (actor_account_id = nullif(current_setting('qvoice.account', true), '')::uuid)""",
    "create table revoked_tokens (token_id text primary key, expires timestamptz not null)",
    "create index revoked_tokens_expires on revoked_tokens (expires)",
    "grant select, insert, delete on revoked_tokens to qvoice_app",
    "grant select on revoked_tokens to qvoice_lookup",
]

_HEADER = "language sql stable security definer set search_path = public, pg_temp"

FUNCTIONS = [
    *definer(
        "account_scope(uuid)",
        f"""
    create function account_scope(wanted uuid) returns table (
        id uuid, path text, parent_id uuid, name text, realm text, enabled boolean, is_reseller boolean, reseller_id
        uuid,
        timezone text, language text, country text)
    {_HEADER} as $$
        select a.id, a.path::text, a.parent_id, a.name, a.realm,
            not exists (select from accounts up where up.path @> a.path and not up.enabled),
            a.is_reseller,
            (select up.id from accounts up where up.path @> a.path and up.id <> a.id and (up.is_reseller or
            up.parent_id is null)
             order by nlevel(up.path) desc limit 1),
            a.timezone, a.language, a.country
        from accounts a where a.id = wanted and a.deleted is null
    $$""",
    ),
    *definer(
        "realm_account(text)",
        f"""
    create function realm_account(wanted text) returns uuid
    {_HEADER} as $$
        select id from accounts where realm = lower(wanted) and deleted is null
    $$""",
        grantees=("qvoice_app", "qvoice_edge"),
    ),
    *definer(
        "number_owner(text)",
        f"""
    create function number_owner(wanted text) returns table (
        account_id uuid, number text, state text, force_outbound boolean, enabled boolean)
    {_HEADER} as $$
        select n.account_id, n.number, n.state, n.force_outbound,
            not exists (select from accounts up where up.path @> a.path and not up.enabled)
        from phone_numbers n join accounts a on a.id = n.account_id and a.deleted is null
        where n.number = wanted
    $$""",
    ),
    *definer(
        "login_candidates(text, text, text)",
        f"""
    create function login_candidates(kind text, value text, credential_key text) returns table (
        account_id uuid, path text, account_name text, realm text, account_enabled boolean, user_id uuid,
        user_enabled boolean, password_hash text, user_identity text, account_identity text)
    {_HEADER} as $$
        select a.id, a.path::text, a.name, a.realm,
            not exists (select from accounts up where up.path @> a.path and not up.enabled),
            u.id, u.enabled, case credential_key when s.md5_key then s.md5_hash else s.sha1_hash end, s.identity,
            k.identity
        from accounts a
        join account_secrets k on k.account_id = a.id
        join user_secrets s on s.account_id = a.id and (s.md5_key = credential_key or s.sha1_key = credential_key)
        join users u on u.id = s.user_id and u.deleted is null
        where a.deleted is null and case kind
            when 'id' then a.id::text = value
            when 'name' then a.name_key = value
            when 'realm' then a.realm = lower(value)
            when 'number' then a.id = (select n.account_id from phone_numbers n where n.number = value)
            else false end
        order by nlevel(a.path), a.id limit 20
    $$""",
    ),
    *definer(
        "token_holder(uuid, uuid, text)",
        f"""
    create function token_holder(account uuid, owner uuid, token_id text) returns table (
        path text, account_enabled boolean, is_reseller boolean, account_identity text,
        user_id uuid, user_identity text, user_enabled boolean, priv_level text, admin_type text, revoked boolean)
    {_HEADER} as $$
        select a.path::text, not exists (select from accounts up where up.path @> a.path and not up.enabled),
        a.is_reseller,
            k.identity, u.id, s.identity, u.enabled, u.priv_level, u.doc ->> 'admin_type',
            exists (select from revoked_tokens r where r.token_id = token_holder.token_id)
        from accounts a
        join account_secrets k on k.account_id = a.id
        left join users u on u.id = owner and u.account_id = a.id and u.deleted is null
        left join user_secrets s on s.user_id = u.id
        where a.id = account and a.deleted is null
    $$""",
    ),
    *definer(
        "api_key_account(text)",
        f"""
    create function api_key_account(key_hash text) returns table (account_id uuid, account_identity text)
    {_HEADER} as $$
        select k.account_id, k.identity from account_secrets k join accounts a on a.id = k.account_id and a.deleted is
        null
        where k.api_key_hash = key_hash
    $$""",
    ),
    *definer(
        "master_account()",
        f"""
    create function master_account() returns uuid
    {_HEADER} as $$ select id from accounts where parent_id is null $$""",
    ),
]


def upgrade() -> None:
    """Create the base tables."""
    for statement in [*ACCOUNTS, *USERS, *DEVICES, *NUMBERS, *CALLFLOWS, *AUDIT, *FUNCTIONS]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
