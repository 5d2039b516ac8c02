"""Sums of legs over trunks, by quarters of an hour and days of UTC, in place of reading each leg when somebody asks.

What a provider asks of a trunk (attempts, answers, seconds, how often which SIP code came) adds up. Its post-dial
delays do not, but counts of delays that are alike do: steps of 5 %, each with the sum of its milliseconds, give the
median and the 95th percentile to within half a step, and exactly where a step holds one value.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0038"
down_revision = "0037"


def _written_by_function(table: str) -> list[str]:
    return [
        f"create policy folds on {table} to qvoice_lookup using (true) with check (true)",
        f"grant select, insert, update, delete on {table} to qvoice_lookup",
    ]


# Of the account that owns the trunk. `grain` 0: a quarter of an hour from `at` on, 1: a day of UTC. `gateway` -1: none
# is named (calls from the carrier). `code` 0: the carrier had said nothing.
TABLES = [
    """
    create table trunk_sums (
        account_id uuid not null,
        resource_id uuid not null,
        grain smallint not null check (grain in (0, 1)),
        at timestamptz not null,
        outbound boolean not null,
        gateway smallint not null,
        answered boolean not null,
        code smallint not null,
        cause text not null,
        attempts bigint not null,
        seconds bigint not null,
        primary key (account_id, resource_id, grain, at, outbound, gateway, answered, code, cause)
    ) with (fillfactor = 80)""",
    "create index trunk_sums_all on trunk_sums (account_id, grain, at)",
    *protect("trunk_sums"),
    *_written_by_function("trunk_sums"),
    # How many legs rang after about so many milliseconds: `step` n holds from 1.05^n up to 1.05^(n+1).
    """
    create table trunk_delays (
        account_id uuid not null,
        resource_id uuid not null,
        grain smallint not null check (grain in (0, 1)),
        at timestamptz not null,
        outbound boolean not null,
        gateway smallint not null,
        step smallint not null,
        legs bigint not null,
        milliseconds bigint not null,
        primary key (account_id, resource_id, grain, at, outbound, gateway, step)
    ) with (fillfactor = 80)""",
    "create index trunk_delays_all on trunk_delays (account_id, grain, at)",
    *protect("trunk_delays"),
    *_written_by_function("trunk_delays"),
]

# From rows that have account_id, resource_id, outbound, gateway, at (the quarter), answered, code, cause, seconds and
# pdd_ms, one a leg, called `carried`.
TRIED = """
        insert into trunk_sums as s (account_id, resource_id, grain, at, outbound, gateway, answered, code, cause,
            attempts, seconds)
        select account_id, resource_id, grain, case grain when 0 then at else date_trunc('day', at, 'UTC') end,
            outbound, gateway, answered, code, cause, count(*), sum(seconds)
        from carried, generate_series(0, 1) grain
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 1, 2, 3, 4, 5, 6, 7, 8, 9
        on conflict (account_id, resource_id, grain, at, outbound, gateway, answered, code, cause) do update
            set attempts = s.attempts + excluded.attempts, seconds = s.seconds + excluded.seconds"""
WAITED = """
        insert into trunk_delays as s (account_id, resource_id, grain, at, outbound, gateway, step, legs, milliseconds)
        select account_id, resource_id, grain, case grain when 0 then at else date_trunc('day', at, 'UTC') end,
            outbound, gateway, floor(ln(greatest(pdd_ms, 1)::float8) / ln(1.05::float8))::smallint, count(*),
            sum(greatest(pdd_ms, 0))
        from carried, generate_series(0, 1) grain
        where pdd_ms is not null
        group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
        on conflict (account_id, resource_id, grain, at, outbound, gateway, step) do update
            set legs = s.legs + excluded.legs, milliseconds = s.milliseconds + excluded.milliseconds"""

# As before (migration 0034), but legs over trunks are added to their sums in place of being kept one by one.
FOLD = f"""
create or replace function reports_fold(most integer) returns integer language plpgsql
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
    ), carried as (
        select r.account_id, r.id as resource_id, l.traffic = 'outbound' as outbound,
            coalesce((l.doc ->> 'gateway')::smallint, -1) as gateway,
            to_timestamp(floor(extract(epoch from l.created) / 900) * 900) as at, l.answered, l.seconds,
            (l.doc ->> 'pdd_ms')::int as pdd_ms,
            case when l.answered then 200
                else coalesce(substring(l.doc ->> 'hangup_code' from '^sip:([0-9]{{1,4}})$')::int, 0) end as code,
            case when l.answered then '' else left(coalesce(l.doc ->> 'hangup_cause', ''), 64) end as cause
        from legs l join resources r on r.id = (l.doc #>> '{{custom_channel_vars,resource_id}}')::uuid
        where l.traffic in ('inbound', 'outbound')
    ), tried as ({TRIED}
    ), waited as ({WAITED}
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

_CARRIED = """
    with carried as (
        select account_id, resource_id, outbound, coalesce(gateway, -1) as gateway,
            to_timestamp(floor(extract(epoch from created) / 900) * 900) as at, answered, seconds, pdd_ms,
            case when answered then 200 else code end as code, case when answered then '' else cause end as cause
        from trunk_legs
    )"""


def upgrade() -> None:
    """Add up what is there, then let the function add to that; the single legs remain as call records."""
    for statement in [
        *TABLES,
        "set local role qvoice_lookup",  # who sees the rows of every account
        _CARRIED + TRIED,
        _CARRIED + WAITED,
        "set local role qvoice_owner",
        *definer("reports_fold(integer)", FOLD),
        "drop table trunk_legs",
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
