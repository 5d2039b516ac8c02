"""Who watches what: subscriptions of phones (they outlive the process that keeps them), and whom presence ids name."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0013"
down_revision = "0012"

TABLES = [
    # No foreign key to accounts: rows of many tenants are written in one batch (see migration 0003).
    """
    create table presence_subscriptions (
        id text primary key,
        account_id uuid not null,
        device_id text not null,
        event text not null,
        presence_id text not null,
        doc jsonb not null,
        expires timestamptz not null
    )""",
    "create index presence_subscriptions_account on presence_subscriptions (account_id)",
    *protect("presence_subscriptions"),
    "create policy batch on presence_subscriptions to qvoice_lookup using (true) with check (true)",
    "grant insert, update, delete on presence_subscriptions to qvoice_lookup",
]

# What was dialled stays what it was; `destination` becomes whoever answered.
LEG = """
create or replace function presence_leg(c channels) returns jsonb language sql immutable as $$
    select jsonb_build_object(
        'account', replace(c.account_id::text, '-', ''), 'leg', c.uuid, 'call', c.call_id,
        'owner', replace(c.owner_id::text, '-', ''), 'device', c.doc->>'device_id',
        'direction', c.doc->>'direction', 'answered', coalesce((c.doc->>'answered')::boolean, false),
        'dialled', left(split_part(c.doc->>'to', '@', 1), 128),
        'number', left(c.doc->>(case c.doc->>'direction' when 'inbound' then 'callee' else 'caller' end
                                || '_id_number'), 128),
        'name', left(c.doc->>(case c.doc->>'direction' when 'inbound' then 'callee' else 'caller' end
                              || '_id_name'), 128))
$$"""

WRITE = """
create function presence_subscriptions_write(batch jsonb) returns void language sql
security definer set search_path = public, pg_temp as $$
    insert into presence_subscriptions (id, account_id, device_id, event, presence_id, doc, expires)
    select p.id, p.account_id, p.device_id, p.event, p.presence_id, p.doc, to_timestamp(p.expires)
    from jsonb_to_recordset(batch->'kept') as p(id text, account_id uuid, device_id text, event text,
                                                presence_id text, doc jsonb, expires double precision)
    on conflict (id) do update set doc = excluded.doc, expires = excluded.expires;
    delete from presence_subscriptions where id in (select jsonb_array_elements_text(batch->'gone'));
$$"""

READ = """
create function presence_subscriptions_read() returns table (
    id text, account_id uuid, device_id text, event text, presence_id text, doc jsonb, expires double precision)
language sql security definer set search_path = public, pg_temp as $$
    delete from presence_subscriptions where presence_subscriptions.expires < now();
    select s.id, s.account_id, s.device_id, s.event, s.presence_id, s.doc, extract(epoch from s.expires)::float8
    from presence_subscriptions s
$$"""

# The first node of a callflow says whom its numbers call.
DIRECTORY = """
create function presence_directory(wanted uuid) returns jsonb language sql stable
security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'realm', (select a.realm from accounts a where a.id = wanted),
        'users', (select jsonb_agg(jsonb_build_object(
                'id', replace(u.id::text, '-', ''), 'presence_id', u.presence_id,
                'dnd', u.doc->'do_not_disturb'->'enabled', 'forward', u.doc->'call_forward'->'enabled'))
            from users u where u.account_id = wanted and u.deleted is null and u.enabled),
        'devices', (select jsonb_agg(jsonb_build_object(
                'id', replace(d.id::text, '-', ''), 'owner', replace(d.owner_id::text, '-', ''),
                'username', d.sip_username, 'presence_id', d.doc->'presence_id',
                'dnd', d.doc->'do_not_disturb'->'enabled', 'forward', d.doc->'call_forward'->'enabled',
                'guests', (select jsonb_agg(k) from jsonb_object_keys(
                    case jsonb_typeof(d.doc->'hotdesk'->'users') when 'object' then d.doc->'hotdesk'->'users'
                    else '{}'::jsonb end) k),
                'new', m.new, 'saved', m.saved))
            from devices d
            left join (select s.owner_id, sum(s.new) as new, sum(s.saved) as saved from mailbox_state(wanted) s
                       group by s.owner_id) m on m.owner_id = d.owner_id
            where d.account_id = wanted and d.deleted is null and d.enabled),
        'flows', (select jsonb_agg(jsonb_build_object(
                'number', n.number, 'module', c.doc->'flow'->>'module', 'document', c.doc->'flow'->'data'->>'id'))
            from callflow_numbers n join callflows c on c.id = n.callflow_id
            where n.account_id = wanted and c.deleted is null),
        'boxes', (select jsonb_agg(jsonb_build_object('mailbox', s.mailbox, 'new', s.new, 'saved', s.saved))
            from mailbox_state(wanted) s))
$$"""


def upgrade() -> None:
    """Create the table and the functions."""
    for statement in [
        *TABLES,
        LEG,
        *definer("presence_subscriptions_write(jsonb)", WRITE),
        *definer("presence_subscriptions_read()", READ),
        *definer("presence_directory(uuid)", DIRECTORY),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
