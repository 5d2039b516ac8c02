"""What carriers cost: the price of each call over a trunk by the trunk's cost deck, booked, and calls without one.

A leg that talked over a trunk is put into `leg_costs` as it is added to the sums, in one transaction. The
worker prices it by the cost deck of the trunk and books it once (`cost:<record>`): costs up, owed to carriers down.
What has no deck or no rate is counted as such in the sums that reports read, until somebody gives the deck and asks
again.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, definer, protect

revision = "0044"
down_revision = "0043"

TABLES = [
    "alter table resources add column cost_ratedeck_id uuid references ratedecks (id)",
    "create index resources_cost_deck on resources (cost_ratedeck_id) where cost_ratedeck_id is not null",
    # `account_id` owns the trunk; `used_by` is the account whose call it is.
    """
    create table leg_costs (
        id text primary key,
        account_id uuid not null references accounts (id),
        resource_id uuid not null,
        used_by uuid not null,
        created timestamptz not null,
        outbound boolean not null,
        seconds integer not null,
        number text not null,
        caller text not null,
        state text not null default 'new' check (state in ('new', 'priced', 'no_deck', 'no_rate')),
        amount numeric(20, 6) not null default 0
    )""",
    "create index leg_costs_list on leg_costs (account_id, created)",
    "create index leg_costs_new on leg_costs (created) where state = 'new'",
    "create index leg_costs_missing on leg_costs (account_id, created) where state in ('no_deck', 'no_rate')",
    *protect("leg_costs", append_only=True),
    "revoke insert on leg_costs from qvoice_app",
    "create policy prices on leg_costs to qvoice_lookup using (true) with check (true)",
    "grant insert, update on leg_costs to qvoice_lookup",
    "alter table call_sums add column uncosted bigint not null default 0",
    "alter table report_queue add column cost_leg text, add column uncosted smallint not null default 0",
]

# What is to be priced, with the deck in force. The worker's alone.
NEXT = """
create function leg_costs_next(most integer) returns table (id text, account_id uuid, resource_id uuid, trunk text,
    outbound boolean, seconds integer, number text, caller text, deck_id uuid, version_id uuid, built integer)
language sql stable security definer set search_path = public, pg_temp as $$
    select k.id, k.account_id, k.resource_id, r.name, k.outbound, k.seconds, k.number, k.caller, d.id, v.id, v.built
    from leg_costs k
    left join resources r on r.id = k.resource_id
    left join ratedecks d on d.id = r.cost_ratedeck_id and d.account_id = k.account_id and d.deleted is null
    left join ratedeck_versions v on v.id = d.version_id
    where k.state = 'new'
    order by k.created limit most
$$"""

# Each leg once, whoever asks how often: its row is the lock, the ledger's key the second one.
SETTLE = """
create function leg_costs_settle(priced jsonb) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    one record;
    leg leg_costs;
    done integer := 0;
begin
    for one in
        select * from jsonb_to_recordset(priced) as p (id text, state text, amount numeric, text text, ref jsonb)
        order by p.id
    loop
        select * into leg from leg_costs k where k.id = one.id and k.state = 'new' for update;
        continue when not found;
        update leg_costs k set state = one.state, amount = coalesce(one.amount, 0) where k.id = one.id;
        if one.state <> 'priced' then
            insert into report_queue (cost_leg, uncosted) values (one.id, 1);
        elsif one.amount <> 0 then
            perform ledger_post('cost:' || one.id, 'carrier-cost', leg.created, one.text, one.ref,
                array[leg.account_id, leg.account_id], array['costs', 'carriers'], array[one.amount, - one.amount],
                array['{}'::jsonb, '{}'::jsonb]);
        end if;
        done := done + 1;
    end loop;
    return done;
end $$"""

AGAIN = f"""
create function leg_costs_again(since timestamptz, until timestamptz, most integer) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    counted integer;
begin
    with found as (
        select k.id from leg_costs k
        where k.account_id = {CURRENT_ACCOUNT} and k.state in ('no_deck', 'no_rate')
            and k.created >= since and k.created < until
        order by k.created, k.id limit most for update
    ), again as (
        update leg_costs k set state = 'new' from found f where k.id = f.id returning k.id
    ), queued as (
        insert into report_queue (cost_leg, uncosted) select a.id, -1 from again a returning 1
    )
    select count(*) into counted from queued;
    return counted;
end $$"""

# As before (migration 0034), and the costs of carriers.
ENTRIES = """
create or replace function report_entries_queued() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    insert into report_queue (entry) select n.id from new_rows n
    where n.kind in ('per-minute-voip', 'carrier-cost');
    return null;
end $$"""

# As before (migration 0038); legs that talked over trunks are put down to be priced, and calls without a cost counted.
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

# Decks of what carriers cost are no prices for the accounts below.
DECKS_ABOVE = f"""
create or replace function ratedecks_above() returns table (id uuid, name text, is_default boolean, size integer)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, d.name, d.is_default, coalesce(v.size, 0)
    from accounts a
    join ratedecks d on d.account_id = a.parent_id and d.deleted is null
        and coalesce(d.doc ->> 'use', 'sale') = 'sale'
    left join ratedeck_versions v on v.id = d.version_id
    where a.id = {CURRENT_ACCOUNT}
    order by lower(d.name)
$$"""

# Calls from before: they have no cost until their trunks have a deck.
BEFORE = """
    insert into leg_costs (id, account_id, resource_id, used_by, created, outbound, seconds, number, caller)
    select c.id, r.account_id, r.id, c.account_id, c.created,
        coalesce(c.doc ->> 'traffic', c.doc ->> 'call_direction') = 'outbound', (c.doc ->> 'billing_seconds')::int,
        coalesce(nullif(c.doc ->> 'called', ''), c.doc ->> 'callee_id_number', ''),
        coalesce(c.doc ->> 'caller_id_number', '')
    from cdrs c join resources r on r.id::text = case
        when c.doc #>> '{custom_channel_vars,resource_id}' ~ '^[0-9a-f]{32}$'
        then (c.doc #>> '{custom_channel_vars,resource_id}')::uuid::text end
    where coalesce(c.doc ->> 'traffic', c.doc ->> 'call_direction') in ('inbound', 'outbound')
        and c.doc ->> 'disposition' = 'ANSWER' and (c.doc ->> 'billing_seconds')::int > 0
        and not exists (select from report_queue q where q.leg = c.id)
    on conflict (id) do nothing"""


def upgrade() -> None:
    """Create the table, what fills it, and the functions that price and count."""
    for statement in [
        *TABLES,
        *definer("leg_costs_next(integer)", NEXT),
        *definer("leg_costs_settle(jsonb)", SETTLE),
        *definer("leg_costs_again(timestamptz, timestamptz, integer)", AGAIN),
        *definer("report_entries_queued()", ENTRIES, grantees=("qvoice_owner",)),
        *definer("reports_fold(integer)", FOLD),
        *definer("ratedecks_above()", DECKS_ABOVE),
        "set local role qvoice_lookup",
        BEFORE,
        "set local role qvoice_owner",
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
