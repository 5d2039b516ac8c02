"""Presence: states that features set (`presence_states`), and notices when those or live channels change."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0005"
down_revision = "0004"

# No foreign key to accounts: rows are also written in callcontrol's batches (see migration 0003).
TABLES = [
    """
    create table presence_states (
        account_id uuid not null,
        presence_id text not null,
        source text not null,
        state text not null check (state in ('early', 'confirmed')),
        number text not null default '',
        name text not null default '',
        node text,
        call_id text,
        changed timestamptz not null default now(),
        primary key (account_id, presence_id, source)
    )""",
    "create index presence_states_call on presence_states (call_id) where call_id is not null",
    *protect("presence_states"),
    "create policy calls on presence_states to qvoice_lookup using (true) with check (true)",
    "grant insert, update, delete on presence_states to qvoice_lookup",
]

TOLD = [
    """
    create function presence_state_told() returns trigger language plpgsql as $$
    declare r presence_states := case when tg_op = 'DELETE' then old else new end;
    begin
        perform pg_notify('qvoice_presence', json_build_object(
            'account', replace(r.account_id::text, '-', ''), 'id', r.presence_id, 'source', r.source,
            'state', case when tg_op = 'DELETE' then 'terminated' else r.state end,
            'number', left(r.number, 128), 'name', left(r.name, 128))::text);
        return null;
    end $$""",
    """
    create trigger told after insert or update or delete on presence_states
    for each row execute function presence_state_told()""",
    # What a lamp shows of a leg: whose, whether it talks, with whom. Other changes of its document tell nobody.
    """
    create function presence_leg(c channels) returns jsonb language sql immutable as $$
        select jsonb_build_object(
            'account', replace(c.account_id::text, '-', ''), 'leg', c.uuid, 'call', c.call_id,
            'owner', replace(c.owner_id::text, '-', ''), 'device', c.doc->>'device_id',
            'direction', c.doc->>'direction', 'answered', coalesce((c.doc->>'answered')::boolean, false),
            'destination', left(c.doc->>'destination', 128),
            'number', left(c.doc->>(case c.doc->>'direction' when 'inbound' then 'callee' else 'caller' end
                                    || '_id_number'), 128),
            'name', left(c.doc->>(case c.doc->>'direction' when 'inbound' then 'callee' else 'caller' end
                                  || '_id_name'), 128))
    $$""",
    """
    create function presence_leg_told() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' then
            perform pg_notify('qvoice_presence', json_build_object(
                'account', replace(old.account_id::text, '-', ''), 'leg', old.uuid, 'gone', true)::text);
        elsif tg_op = 'INSERT' or presence_leg(new) is distinct from presence_leg(old) then
            perform pg_notify('qvoice_presence', presence_leg(new)::text);
        end if;
        return null;
    end $$""",
    """
    create trigger told after insert or update or delete on channels
    for each row execute function presence_leg_told()""",
]

WRITE = """
create function presence_write(batch jsonb, of_node text) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    insert into presence_states (account_id, presence_id, source, state, number, name, node, call_id)
    select p.account_id, lower(p.presence_id), p.source, p.state, coalesce(p.number, ''), coalesce(p.name, ''),
           of_node, p.call_id
    from jsonb_to_recordset(batch->'presence') as p(account_id uuid, presence_id text, source text, state text,
                                                    number text, name text, call_id text)
    where p.state <> 'terminated'
    on conflict (account_id, presence_id, source) do update set state = excluded.state, number = excluded.number,
        name = excluded.name, node = excluded.node, call_id = excluded.call_id, changed = now()
    where (presence_states.state, presence_states.number, presence_states.name, presence_states.call_id)
        is distinct from (excluded.state, excluded.number, excluded.name, excluded.call_id);
    delete from presence_states s
    using jsonb_to_recordset(batch->'presence') as p(account_id uuid, presence_id text, source text, state text)
    where p.state = 'terminated' and s.account_id = p.account_id and s.presence_id = lower(p.presence_id)
      and s.source = p.source;
    delete from presence_states where call_id in (select jsonb_array_elements_text(batch->'calls_gone'));
end $$"""

CALLS_WRITE = """
create or replace function calls_write(batch jsonb) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    insert into cdrs (id, account_id, call_id, interaction_id, owner_id, authorizing_id, created, doc)
    select c.id, c.account_id, c.call_id, c.interaction_id, c.owner_id, c.authorizing_id, to_timestamp(c.created), c.doc
    from jsonb_to_recordset(batch->'cdrs') as c(id text, account_id uuid, call_id text, interaction_id text, owner_id
    uuid,
                                                authorizing_id text, created double precision, doc jsonb)
    on conflict (id) do nothing;
    insert into channels (uuid, account_id, node, call_id, owner_id, authorizing_id, created, doc)
    select c.uuid, c.account_id, batch->>'node', c.call_id, c.owner_id, c.authorizing_id, to_timestamp(c.created), c.doc
    from jsonb_to_recordset(batch->'channels') as c(uuid text, account_id uuid, call_id text, owner_id uuid,
                                                    authorizing_id text, created double precision, doc jsonb)
    on conflict (uuid) do update set doc = excluded.doc, call_id = excluded.call_id, account_id = excluded.account_id,
        owner_id = excluded.owner_id;
    delete from channels where uuid in (select jsonb_array_elements_text(batch->'channels_gone'));
    insert into call_journal (call_id, account_id, node, state)
    select c.call_id, c.account_id, batch->>'node', c.state
    from jsonb_to_recordset(batch->'calls') as c(call_id text, account_id uuid, state jsonb)
    on conflict (call_id) do update set state = excluded.state, changed = now();
    delete from call_journal where call_id in (select jsonb_array_elements_text(batch->'calls_gone'));
    if batch ? 'presence' then
        perform presence_write(batch, batch->>'node');
    end if;
    perform pg_notify('qvoice_event', e::text) from jsonb_array_elements(batch->'events') as e
    where octet_length(e::text) < 7900;
end $$"""

FORGET = """
create or replace function calls_forget(of_node text, keep_calls text[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from call_journal where node = of_node and not call_id = any(keep_calls);
    delete from channels where node = of_node and not call_id = any(keep_calls);
    delete from presence_states where node = of_node and call_id is not null and not call_id = any(keep_calls);
$$"""

LEGS = """
create function presence_legs() returns setof jsonb
language sql security definer set search_path = public, pg_temp as $$
    select presence_leg(c) from channels c
$$"""

STATES = """
create function presence_set() returns table (account_id uuid, presence_id text, source text, state text, number text,
                                              name text)
language sql security definer set search_path = public, pg_temp as $$
    select s.account_id, s.presence_id, s.source, s.state, s.number, s.name from presence_states s
$$"""


def upgrade() -> None:
    """Create the table, its triggers and functions; callcontrol's batch writes presence too."""
    for statement in [
        *TABLES,
        *TOLD,
        *definer("presence_write(jsonb, text)", WRITE, grantees=()),
        *definer("calls_write(jsonb)", CALLS_WRITE),
        *definer("calls_forget(text, text[])", FORGET),
        *definer("presence_legs()", LEGS),
        *definer("presence_set()", STATES),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
