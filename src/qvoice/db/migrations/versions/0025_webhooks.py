"""Webhooks: what happens is written down for those who want it, in the transaction in which it happens."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, document_ddl, protect

revision = "0025"
down_revision = "0024"

TABLES = [
    *document_ddl(
        "webhooks",
        "hook text not null",
        "enabled boolean not null default true",
        "subaccounts boolean not null default false",
        "failures integer not null default 0",
    ),
    "create index webhooks_hook on webhooks (hook) where enabled and deleted is null",
    """
    create table webhook_deliveries (
        id uuid primary key default gen_random_uuid(),
        account_id uuid not null references accounts (id),
        webhook_id uuid not null,
        about uuid not null,
        name text not null,
        data jsonb not null,
        key text not null,
        state text not null default 'new' check (state in ('new', 'queued', 'done', 'failed', 'dropped')),
        tried integer not null default 0,
        created timestamptz not null default now(),
        unique (webhook_id, key)
    )""",
    "create index webhook_deliveries_new on webhook_deliveries (created) where state = 'new'",
    "create index webhook_deliveries_list on webhook_deliveries (account_id, created desc)",
    *protect("webhook_deliveries"),
    "create policy note on webhook_deliveries to qvoice_lookup using (true) with check (true)",
    "grant insert, delete on webhook_deliveries to qvoice_lookup",
    """
    create table webhook_attempts (
        id bigint generated always as identity primary key,
        account_id uuid not null references accounts (id),
        webhook_id uuid not null,
        delivery_id uuid not null references webhook_deliveries (id) on delete cascade,
        at timestamptz not null default now(),
        status integer not null,
        milliseconds integer not null,
        problem text not null
    )""",
    "create index webhook_attempts_list on webhook_attempts (webhook_id, id desc)",
    "create index webhook_attempts_delivery on webhook_attempts (delivery_id)",
    *protect("webhook_attempts"),
]

# A notice may be written twice (the journal repeats a batch after a doubt): the key tells the second one.
NOTE = """
create function webhook_note(events jsonb) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from webhooks where enabled and deleted is null) then
        return;
    end if;
    insert into webhook_deliveries (account_id, webhook_id, about, name, data, key)
    select w.account_id, w.id, e.about, e.name, e.data, md5(e.about::text || e.name || e.data::text)
    from (select (x ->> 'account')::uuid as about, lower(x ->> 'name') as name, coalesce(x -> 'data', '{}') as data
          from jsonb_array_elements(events) x where x ->> 'account' ~ '^[0-9a-f]{32}$') e
    join accounts a on a.id = e.about
    join accounts h on h.path @> a.path
    join webhooks w on w.account_id = h.id and w.enabled and w.deleted is null and w.hook in (e.name, 'all')
        and (h.id = a.id or w.subaccounts)
    on conflict (webhook_id, key) do nothing;
    if found then
        perform pg_notify('qvoice_webhook', '');
    end if;
end
$$"""

WAITING = """
create function webhooks_waiting() returns table (id uuid, account_id uuid, path text)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, d.account_id, a.path::text from webhook_deliveries d join accounts a on a.id = d.account_id
    where d.state = 'new' order by d.created limit 500
$$"""

FORGET = """
create function webhooks_forget(days integer) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from webhook_deliveries
    where state not in ('new', 'queued') and created < now() - make_interval(days => days)
$$"""


def upgrade() -> None:
    """Make the tables and the functions."""
    for statement in [
        *TABLES,
        *definer("webhook_note(jsonb)", NOTE),
        *definer("webhooks_waiting()", WAITING),
        *definer("webhooks_forget(integer)", FORGET),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
