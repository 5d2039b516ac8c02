"""Links that log in once (invitations, forgotten passwords), accounts' own mail texts, and phone apps' set-up links."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0019"
down_revision = "0018"

_HEADER = "language sql stable security definer set search_path = public, pg_temp"

LINKS = [
    """
    create table login_links (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        user_id uuid not null references users (id),
        kind text not null check (kind in ('invitation', 'new_account', 'recovery')),
        channel text not null check (channel in ('email', 'sms')),
        recipient text not null,
        nonce text not null,
        token_hash text not null unique,
        created timestamptz not null default now(),
        expires timestamptz not null,
        prepared timestamptz,
        sent timestamptz,
        problem text not null default '',
        opened timestamptz,
        used timestamptz,
        used_from text not null default '',
        revoked timestamptz
    )""",
    "create index login_links_list on login_links (account_id, created desc, id)",
    "create index login_links_user on login_links (user_id) where used is null and revoked is null",
    "create index login_links_waiting on login_links (account_id, created) where prepared is null",
    *protect("login_links"),
    "create policy forget on login_links for delete to qvoice_lookup using (true)",
    "grant delete on login_links to qvoice_lookup",
    "alter table mails add column login_link uuid references login_links (id) on delete set null",
    "create index mails_login_link on mails (login_link) where login_link is not null",
    *definer(
        "login_link(text)",
        f"""
    create function login_link(hash text) returns table (
        id uuid, account_id uuid, path text, user_id uuid, kind text, channel text, created timestamptz,
        expires timestamptz, used timestamptz, revoked timestamptz, user_there boolean)
    {_HEADER} as $$
        select l.id, l.account_id, a.path::text, l.user_id, l.kind, l.channel, l.created, l.expires, l.used, l.revoked,
            u.id is not null
        from login_links l
        join accounts a on a.id = l.account_id and a.deleted is null
        left join users u on u.id = l.user_id and u.deleted is null
        where l.token_hash = hash
    $$""",
    ),
    *definer(
        "login_links_forget(integer)",
        """
    create function login_links_forget(days integer) returns void
    language sql security definer set search_path = public, pg_temp as $$
        delete from login_links where expires < now() - make_interval(days => days)
    $$""",
    ),
]

RECOVERY = [
    # What somebody who forgot a password typed. Of no tenant: the account is not known until the worker looks.
    """
    create table recovery_requests (
        id uuid primary key,
        kind text not null,
        value text not null,
        username text not null,
        source text not null default '',
        created timestamptz not null default now()
    )""",
    "grant select, insert, delete on recovery_requests to qvoice_app",
    *definer(
        "recovery_users(text, text, text)",
        f"""
    create function recovery_users(kind text, value text, wanted text) returns table (
        account_id uuid, path text, user_id uuid)
    {_HEADER} as $$
        select a.id, a.path::text, u.id
        from accounts a
        join users u on u.account_id = a.id and u.deleted is null and u.enabled
            and (u.username = lower(wanted) or lower(u.email) = lower(wanted))
        where a.deleted is null and coalesce(u.email, '') <> ''
            and not exists (select from accounts up where up.path @> a.path and not up.enabled)
            and case kind
                when 'id' then a.id::text = value
                when 'name' then a.name_key = value
                when 'realm' then a.realm = lower(value)
                when 'number' then a.id = (select n.account_id from phone_numbers n where n.number = value)
                else false end
        order by nlevel(a.path), a.id, u.id limit 5
    $$""",
    ),
]

TEMPLATES = [
    """
    create table mail_templates (
        account_id uuid not null references accounts (id),
        kind text not null,
        language text not null,
        subject text not null,
        body text not null,
        changed timestamptz not null default now(),
        primary key (account_id, kind, language)
    )""",
    *protect("mail_templates"),
    # An account's own text, else that of the nearest account above which has one.
    *definer(
        "mail_template(uuid, text, text)",
        f"""
    create function mail_template(account uuid, wanted text, lang text) returns table (
        account_id uuid, subject text, body text)
    {_HEADER} as $$
        select t.account_id, t.subject, t.body
        from accounts a
        join accounts up on up.path @> a.path and up.deleted is null
        join mail_templates t on t.account_id = up.id and t.kind = wanted and t.language = lang
        where a.id = account
        order by nlevel(up.path) desc limit 1
    $$""",
    ),
]

APPS = [
    """
    create table app_links (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        user_id uuid not null references users (id),
        device_id uuid not null references devices (id),
        token_hash text not null unique,
        created timestamptz not null default now(),
        expires timestamptz not null,
        fetched timestamptz,
        fetched_from text not null default ''
    )""",
    "create index app_links_user on app_links (account_id, user_id)",
    *protect("app_links"),
    *definer(
        "app_link(text)",
        f"""
    create function app_link(hash text) returns table (id uuid, account_id uuid, path text)
    {_HEADER} as $$
        select l.id, l.account_id, a.path::text
        from app_links l join accounts a on a.id = l.account_id and a.deleted is null
        where l.token_hash = hash
    $$""",
    ),
]


def upgrade() -> None:
    """Create the tables and their look-ups."""
    for statement in [*LINKS, *RECOVERY, *TEMPLATES, *APPS]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
