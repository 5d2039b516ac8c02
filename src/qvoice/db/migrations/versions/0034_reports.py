"""Statistics: legs over trunks, and sums of calls and money at every level of the tree, folded in once for each record.

Records and ledger entries are append-only, so a sum is right when each is added once: triggers put what is new into
`report_queue` in its own transaction, `reports_fold` takes it out and adds it in one transaction. Whatever comes late
(a batch from the spool, a correction in the ledger) is counted in the quarter of an hour in which its call began.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0034"
down_revision = "0033"


def _written_by_function(table: str) -> list[str]:
    return [
        f"create policy folds on {table} to qvoice_lookup using (true) with check (true)",
        f"grant select, insert, update, delete on {table} to qvoice_lookup",
    ]


TABLES = [
    # A leg to or from a carrier, kept for the account that owns the trunk; `used_by` is the account whose call it is.
    """
    create table trunk_legs (
        id text primary key,
        account_id uuid not null,
        resource_id uuid not null,
        used_by uuid not null,
        created timestamptz not null,
        outbound boolean not null,
        gateway smallint,
        attempt smallint not null,
        answered boolean not null,
        seconds integer not null,
        pdd_ms integer,
        code smallint not null,
        cause text not null
    )""",
    "create index trunk_legs_list on trunk_legs (account_id, resource_id, created)",
    *protect("trunk_legs", append_only=True),
    *_written_by_function("trunk_legs"),
    # What passed through an account (its own calls and those of all below) from `at` on: a quarter of an hour
    # (grain 0) or a day of UTC (grain 1). All zones of today are whole quarters from UTC. Axes, and their keys: `all`
    # (''); `destination`; `account` (the one directly below that it came through); `level` (1 = those directly below,
    # 2 …: what passes that level, and that level's money). Money is the account's, else.
    """
    create table call_sums (
        account_id uuid not null,
        axis text not null check (axis in ('all', 'destination', 'account', 'level')),
        grain smallint not null check (grain in (0, 1)),
        at timestamptz not null,
        key text not null,
        traffic text not null check (traffic in ('inbound', 'outbound', 'internal')),
        calls bigint not null default 0,
        answered bigint not null default 0,
        seconds bigint not null default 0,
        revenue numeric(20, 6) not null default 0,
        cost numeric(20, 6) not null default 0,
        primary key (account_id, axis, grain, at, key, traffic)
    ) with (fillfactor = 80)""",
    *protect("call_sums"),
    *_written_by_function("call_sums"),
    # No tenant reads it.
    """
    create table report_queue (
        number bigint generated always as identity primary key,
        leg text,
        entry uuid,
        queued timestamptz not null default now()
    )""",
    "grant select, insert, delete on report_queue to qvoice_lookup",
]

QUEUE = [
    """
    create function report_legs_queued() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
    begin
        insert into report_queue (leg) select n.id from new_rows n where n.doc ? 'traffic';
        return null;
    end $$""",
    """
    create function report_entries_queued() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
    begin
        insert into report_queue (entry) select n.id from new_rows n
        where n.kind = 'per-minute-voip';
        return null;
    end $$""",
]

TRIGGERS = [
    "create trigger reported after insert on cdrs referencing new table as new_rows"
    " for each statement execute function report_legs_queued()",
    "create trigger reported after insert on ledger_entries referencing new table as new_rows"
    " for each statement execute function report_entries_queued()",
]

# One at a time: sums of busy accounts would make two wait for each other. A charge whose record is not there yet
# waits for it, for a day.
FOLD = """
create function reports_fold(most integer) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    taken integer;
begin
    if not pg_try_advisory_xact_lock(hashtext('reports_fold')) then
        return 0;
    end if;
    with next as (
        select q.number from report_queue q
        where q.leg is not null or q.queued < now() - interval '1 day'
            or exists (select from ledger_entries e join cdrs c on c.id = e.ref ->> 'cdr_id' where e.id = q.entry)
        order by q.number limit most
    ), took as (
        delete from report_queue q using next n where q.number = n.number returning q.leg, q.entry
    ), legs as (
        select c.id, c.account_id, c.created,
            coalesce(c.doc ->> 'traffic', c.doc ->> 'call_direction') as traffic,
            coalesce(c.doc ->> 'destination', '') as destination,
            coalesce((c.doc ->> 'attempt')::int, 1) as attempt, c.doc ->> 'disposition' = 'ANSWER' as answered,
            coalesce((c.doc ->> 'billing_seconds')::int, 0) as seconds, c.doc
        from took t join cdrs c on c.id = t.leg
    ), kept as (
        insert into trunk_legs (id, account_id, resource_id, used_by, created, outbound, gateway, attempt, answered,
            seconds, pdd_ms, code, cause)
        select l.id, r.account_id, r.id, l.account_id, l.created, l.traffic = 'outbound',
            nullif((l.doc ->> 'gateway')::int, -1), l.attempt, l.answered, l.seconds, (l.doc ->> 'pdd_ms')::int,
            coalesce(substring(l.doc ->> 'hangup_code' from '^sip:([0-9]{1,4})$')::int, 0),
            left(coalesce(l.doc ->> 'hangup_cause', ''), 64)
        from legs l join resources r on r.id = (l.doc #>> '{custom_channel_vars,resource_id}')::uuid
        where l.traffic in ('inbound', 'outbound')
        on conflict (id) do nothing
    ), charges as (
        select coalesce(c.account_id, e.account_id) as account_id, coalesce(c.created, e.at) as created,
            coalesce(c.doc ->> 'traffic', e.ref ->> 'direction', 'outbound') as traffic,
            coalesce(c.doc ->> 'destination', '') as destination, n.account_id as payer,
            case when n.book = 'income' then n.amount else 0 end as revenue,
            case n.book when 'balance' then - n.amount when 'costs' then n.amount else 0 end as cost
        from took t join ledger_entries e on e.id = t.entry
        join ledger_lines n on n.entry_id = e.id and n.book in ('balance', 'income', 'costs')
        left join cdrs c on c.id = e.ref ->> 'cdr_id'
    ), facts as (
        select account_id, created, traffic, destination, (attempt = 1)::int as calls, answered::int as answered,
            seconds, null::uuid as payer, 0::numeric as revenue, 0::numeric as cost
        from legs
        union all
        select account_id, created, traffic, destination, 0, 0, 0, payer, revenue, cost from charges
        where traffic in ('inbound', 'outbound', 'internal')
    ), grouped as (
        -- One row for an account's quarter before it is multiplied by the levels above.
        select account_id, to_timestamp(floor(extract(epoch from created) / 900) * 900) as at, traffic, destination,
            payer, sum(calls) as calls, sum(answered) as answered, sum(seconds) as seconds, sum(revenue) as revenue,
            sum(cost) as cost
        from facts group by 1, 2, 3, 4, 5
    ), passed as (
        select g.*, v.id as viewer, nlevel(v.path) as rank, a.path, nlevel(a.path) as depth,
            g.payer is null or g.payer = v.id as own, nlevel(p.path) as payer_rank
        from grouped g join accounts a on a.id = g.account_id join accounts v on v.path @> a.path
        left join accounts p on p.id = g.payer
    ), spread as (
        select viewer, axis, case axis when 'all' then '' when 'destination' then destination
                else subpath(path, rank, 1)::text end as key,
            at, traffic, calls, answered, seconds, revenue, cost
        from passed, unnest(array['all', 'destination', 'account']) axis
        where own and (axis <> 'destination' or traffic = 'outbound') and (axis <> 'account' or depth > rank)
        union all
        select viewer, 'level', level::text, at, traffic, calls, answered, seconds, revenue, cost
        from passed, generate_series(1, depth - rank) level
        where payer is null or payer_rank - rank = level
    ), added as (
        insert into call_sums as s (account_id, axis, grain, at, key, traffic, calls, answered, seconds, revenue, cost)
        select viewer, axis, grain, case grain when 0 then at else date_trunc('day', at, 'UTC') end, key, traffic,
            sum(calls), sum(answered), sum(seconds), sum(revenue), sum(cost)
        from spread, generate_series(0, 1) grain
        group by 1, 2, 3, 4, 5, 6
        order by 1, 2, 3, 4, 5, 6
        on conflict (account_id, axis, grain, at, key, traffic) do update set calls = s.calls + excluded.calls,
            answered = s.answered + excluded.answered, seconds = s.seconds + excluded.seconds,
            revenue = s.revenue + excluded.revenue, cost = s.cost + excluded.cost
    )
    select count(*) into taken from took;
    return taken;
end $$"""

# Records from before: what they say of trunks, and every charge.
BEFORE = [
    "insert into report_queue (leg) select id from cdrs"
    " where doc #>> '{custom_channel_vars,resource_id}' ~ '^[0-9a-f]{32}$' order by created",
    "insert into report_queue (entry) select id from ledger_entries where kind = 'per-minute-voip' order by number",
]


def upgrade() -> None:
    """Create the tables, what fills the queue, and what empties it."""
    for statement in [
        *TABLES,
        *definer("report_legs_queued()", QUEUE[0], grantees=("qvoice_owner",)),
        *definer("report_entries_queued()", QUEUE[1], grantees=("qvoice_owner",)),
        *TRIGGERS,
        *definer("reports_fold(integer)", FOLD),
        *BEFORE,
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
