"""Calls: detail records, live channels, the journal that calls are adopted from; one function that writes a batch of
all.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0003"
down_revision = "0002"


def _written_by_function(table: str) -> list[str]:
    """Return what lets the batch function (qvoice_lookup) write a table whose rows belong to many tenants."""
    return [
        f"create policy calls on {table} to qvoice_lookup using (true) with check (true)",
        f"grant insert, update, delete on {table} to qvoice_lookup",
    ]


# No foreign keys to accounts here: a call that ends after its account was removed must not hold up the batch of all
# others.
TABLES = [
    """
    create table cdrs (
        id text primary key,
        account_id uuid not null,
        call_id text not null,
        interaction_id text not null,
        owner_id uuid,
        authorizing_id text,
        created timestamptz not null,
        doc jsonb not null
    )""",
    "create index cdrs_list on cdrs (account_id, created, id)",
    "create index cdrs_owner on cdrs (account_id, owner_id, created) where owner_id is not null",
    "create index cdrs_interaction on cdrs (account_id, interaction_id)",
    *protect("cdrs", append_only=True),
    *_written_by_function("cdrs"),
    """
    create table channels (
        uuid text primary key,
        account_id uuid not null,
        node text not null,
        call_id text not null,
        owner_id uuid,
        authorizing_id text,
        created timestamptz not null,
        doc jsonb not null
    )""",
    "create index channels_list on channels (account_id, created)",
    "create index channels_call on channels (call_id)",
    *protect("channels"),
    *_written_by_function("channels"),
    """
    create table call_journal (
        call_id text primary key,
        account_id uuid not null,
        node text not null,
        state jsonb not null,
        changed timestamptz not null default now()
    )""",
    "create index call_journal_node on call_journal (node)",
    *protect("call_journal"),
    *_written_by_function("call_journal"),
]

WRITE = """
create function calls_write(batch jsonb) returns void language plpgsql
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
    on conflict (uuid) do update set doc = excluded.doc, call_id = excluded.call_id, account_id = excluded.account_id;
    delete from channels where uuid in (select jsonb_array_elements_text(batch->'channels_gone'));
    insert into call_journal (call_id, account_id, node, state)
    select c.call_id, c.account_id, batch->>'node', c.state
    from jsonb_to_recordset(batch->'calls') as c(call_id text, account_id uuid, state jsonb)
    on conflict (call_id) do update set state = excluded.state, changed = now();
    delete from call_journal where call_id in (select jsonb_array_elements_text(batch->'calls_gone'));
    perform pg_notify('qvoice_event', e::text) from jsonb_array_elements(batch->'events') as e
    where octet_length(e::text) < 7900;
end $$"""

OF_NODE = """
create function calls_of_node(of_node text) returns table (call_id text, state jsonb)
language sql security definer set search_path = public, pg_temp as $$
    select j.call_id, j.state from call_journal j where j.node = of_node
$$"""

FORGET = """
create function calls_forget(of_node text, keep_calls text[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from call_journal where node = of_node and not call_id = any(keep_calls);
    delete from channels where node = of_node and not call_id = any(keep_calls);
$$"""


def upgrade() -> None:
    """Create the tables and functions."""
    for statement in [
        *TABLES,
        *definer("calls_write(jsonb)", WRITE),
        *definer("calls_of_node(text)", OF_NODE),
        *definer("calls_forget(text, text[])", FORGET),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
