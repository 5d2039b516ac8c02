"""How calls over trunks sounded, added up beside their other sums: packets, losses, jitter and opinion scores."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0050"
down_revision = "0049"

# As `trunk_sums` (migration 0038): of the account that owns the trunk. Only what was measured here: what came from the
# carrier, of the answered legs that had any. Sums over legs of jitter (milliseconds) and opinion score.
TABLE = [
    """
    create table trunk_quality (
        account_id uuid not null,
        resource_id uuid not null,
        grain smallint not null check (grain in (0, 1)),
        at timestamptz not null,
        outbound boolean not null,
        gateway smallint not null,
        legs bigint not null,
        packets bigint not null,
        lost bigint not null,
        jitter_ms numeric not null,
        mos numeric not null,
        primary key (account_id, resource_id, grain, at, outbound, gateway)
    ) with (fillfactor = 80)""",
    "create index trunk_quality_all on trunk_quality (account_id, grain, at)",
    *protect("trunk_quality"),
    "create policy folds on trunk_quality to qvoice_lookup using (true) with check (true)",
    "grant select, insert, update, delete on trunk_quality to qvoice_lookup",
]

# As before (migration 0044), and how the legs sounded.
FOLD = """
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
        where q.leg is not null or q.cost_leg is not null or q.queued < now() - interval '1 day'
            or exists (select from ledger_entries e join cdrs c on c.id = e.ref ->> 'cdr_id' where e.id = q.entry)
        order by q.number limit most
    ), took as (
        delete from report_queue q using next n where q.number = n.number
        returning q.leg, q.entry, q.cost_leg, q.uncosted
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
            case when l.answered then l.doc #> '{quality,received}' end as heard,
            case when l.answered then 200
                else coalesce(substring(l.doc ->> 'hangup_code' from '^sip:([0-9]{1,4})$')::int, 0) end as code,
            case when l.answered then '' else left(coalesce(l.doc ->> 'hangup_cause', ''), 64) end as cause
        from legs l join resources r on r.id = (l.doc #>> '{custom_channel_vars,resource_id}')::uuid
        where l.traffic in ('inbound', 'outbound')
    ), costed as (
        insert into leg_costs (id, account_id, resource_id, used_by, created, outbound, seconds, number, caller)
        select l.id, r.account_id, r.id, l.account_id, l.created, l.traffic = 'outbound', l.seconds,
            coalesce(nullif(l.doc ->> 'called', ''), l.doc ->> 'callee_id_number', ''),
            coalesce(l.doc ->> 'caller_id_number', '')
        from legs l join resources r on r.id = (l.doc #>> '{custom_channel_vars,resource_id}')::uuid
        where l.traffic in ('inbound', 'outbound') and l.answered and l.seconds > 0
        on conflict (id) do nothing
    ), tried as (
        insert into trunk_sums as s (account_id, resource_id, grain, at, outbound, gateway, answered, code, cause,
            attempts, seconds)
        select account_id, resource_id, grain, case grain when 0 then at else date_trunc('day', at, 'UTC') end,
            outbound, gateway, answered, code, cause, count(*), sum(seconds)
        from carried, generate_series(0, 1) grain
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 1, 2, 3, 4, 5, 6, 7, 8, 9
        on conflict (account_id, resource_id, grain, at, outbound, gateway, answered, code, cause) do update
            set attempts = s.attempts + excluded.attempts, seconds = s.seconds + excluded.seconds
    ), waited as (
        insert into trunk_delays as s (account_id, resource_id, grain, at, outbound, gateway, step, legs, milliseconds)
        select account_id, resource_id, grain, case grain when 0 then at else date_trunc('day', at, 'UTC') end,
            outbound, gateway, floor(ln(greatest(pdd_ms, 1)::float8) / ln(1.05::float8))::smallint, count(*),
            sum(greatest(pdd_ms, 0))
        from carried, generate_series(0, 1) grain
        where pdd_ms is not null
        group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
        on conflict (account_id, resource_id, grain, at, outbound, gateway, step) do update
            set legs = s.legs + excluded.legs, milliseconds = s.milliseconds + excluded.milliseconds
    ), sounded as (
        insert into trunk_quality as s (account_id, resource_id, grain, at, outbound, gateway, legs, packets, lost,
            jitter_ms, mos)
        select account_id, resource_id, grain, case grain when 0 then at else date_trunc('day', at, 'UTC') end,
            outbound, gateway, count(*), sum((heard ->> 'packets')::bigint), sum((heard ->> 'lost')::bigint),
            sum((heard ->> 'jitter_ms')::numeric), sum((heard ->> 'mos')::numeric)
        from carried, generate_series(0, 1) grain
        where heard is not null
        group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
        on conflict (account_id, resource_id, grain, at, outbound, gateway) do update set legs = s.legs + excluded.legs,
            packets = s.packets + excluded.packets, lost = s.lost + excluded.lost,
            jitter_ms = s.jitter_ms + excluded.jitter_ms, mos = s.mos + excluded.mos
    ), charges as (
        select coalesce(c.account_id, e.account_id) as account_id, coalesce(c.created, e.at) as created,
            coalesce(c.doc ->> 'traffic', e.ref ->> 'direction', 'outbound') as traffic,
            coalesce(c.doc ->> 'destination', '') as destination, n.account_id as payer,
            case when n.book = 'income' then n.amount else 0 end as revenue,
            case n.book when 'balance' then - n.amount when 'costs' then n.amount else 0 end as cost
        from took t join ledger_entries e on e.id = t.entry
        join ledger_lines n on n.entry_id = e.id and n.book in ('balance', 'income', 'costs')
        left join cdrs c on c.id = e.ref ->> 'cdr_id'
    ), missing as (
        -- A call over a trunk that has no price yet (1), or has one now (-1): nobody knows its margin meanwhile.
        select k.used_by as account_id, k.created, case when k.outbound then 'outbound' else 'inbound' end as traffic,
            coalesce(c.doc ->> 'destination', '') as destination, k.account_id as payer, t.uncosted
        from took t join leg_costs k on k.id = t.cost_leg left join cdrs c on c.id = k.id
    ), facts as (
        select account_id, created, traffic, destination, (attempt = 1)::int as calls, answered::int as answered,
            seconds, null::uuid as payer, 0::numeric as revenue, 0::numeric as cost,
            0 as uncosted
        from legs
        union all
        select account_id, created, traffic, destination, 0, 0, 0, payer, revenue, cost, 0 from charges
        where traffic in ('inbound', 'outbound', 'internal')
        union all
        select account_id, created, traffic, destination, 0, 0, 0, payer, 0, 0, uncosted from missing
    ), grouped as (
        -- One row for an account's quarter before it is multiplied by the levels above.
        select account_id, to_timestamp(floor(extract(epoch from created) / 900) * 900) as at, traffic, destination,
            payer, sum(calls) as calls, sum(answered) as answered, sum(seconds) as seconds, sum(revenue) as revenue,
            sum(cost) as cost, sum(uncosted) as uncosted
        from facts group by 1, 2, 3, 4, 5
    ), passed as (
        select g.*, v.id as viewer, nlevel(v.path) as rank, a.path, nlevel(a.path) as depth,
            g.payer is null or g.payer = v.id as own, nlevel(p.path) as payer_rank
        from grouped g join accounts a on a.id = g.account_id join accounts v on v.path @> a.path
        left join accounts p on p.id = g.payer
    ), spread as (
        select viewer, axis, case axis when 'all' then '' when 'destination' then destination
                else subpath(path, rank, 1)::text end as key,
            at, traffic, calls, answered, seconds, revenue, cost, uncosted
        from passed, unnest(array['all', 'destination', 'account']) axis
        where own and (axis <> 'destination' or traffic = 'outbound') and (axis <> 'account' or depth > rank)
        union all
        select viewer, 'level', level::text, at, traffic, calls, answered, seconds, revenue, cost, uncosted
        from passed, generate_series(1, depth - rank) level
        where payer is null or payer_rank - rank = level
    ), added as (
        insert into call_sums as s (account_id, axis, grain, at, key, traffic, calls, answered, seconds, revenue, cost,
            uncosted)
        select viewer, axis, grain, case grain when 0 then at else date_trunc('day', at, 'UTC') end, key, traffic,
            sum(calls), sum(answered), sum(seconds), sum(revenue), sum(cost), sum(uncosted)
        from spread, generate_series(0, 1) grain
        group by 1, 2, 3, 4, 5, 6
        order by 1, 2, 3, 4, 5, 6
        on conflict (account_id, axis, grain, at, key, traffic) do update set calls = s.calls + excluded.calls,
            answered = s.answered + excluded.answered, seconds = s.seconds + excluded.seconds,
            revenue = s.revenue + excluded.revenue, cost = s.cost + excluded.cost,
            uncosted = s.uncosted + excluded.uncosted
    )
    select count(*) into taken from took;
    return taken;
end $$"""


def upgrade() -> None:
    """A table of sums, and the function that adds to it."""
    for statement in [*TABLE, *definer("reports_fold(integer)", FOLD)]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
