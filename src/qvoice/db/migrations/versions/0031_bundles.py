"""Bundles of minutes: pools of seconds by cycle, what running calls have of them, and what calls used.

Locks are taken in one order by everybody: `call_usage` by account, `call_bundles` by pool, then the ledger's balances.
A pool's `used` is what ended calls used and what running calls have reserved; it never exceeds what the bundle has.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0031"
down_revision = "0030"


def _written_by_function(table: str) -> list[str]:
    return [
        f"create policy calls on {table} to qvoice_lookup using (true) with check (true)",
        f"grant select, insert, update, delete on {table} to qvoice_lookup",
    ]


TABLES = [
    """
    create table call_bundles (
        pool text not null,
        period text not null,
        account_id uuid not null,
        used integer not null default 0 check (used >= 0),
        calls integer not null default 0,
        primary key (pool, period)
    ) with (fillfactor = 50)""",
    *protect("call_bundles"),
    *_written_by_function("call_bundles"),
    """
    create table call_admission_bundles (
        admission_id text not null,
        pool text not null,
        period text not null,
        account_id uuid not null,
        seconds integer not null,
        primary key (admission_id, pool, period)
    )""",
    *protect("call_admission_bundles"),
    *_written_by_function("call_admission_bundles"),
]

# As before (migration 0028), and the bundles of each level's plans.
LEVELS = """
create function call_levels(account uuid) returns table (id uuid, parent_id uuid, timezone text, limits jsonb,
    guards jsonb, lock_level smallint, lock_reason text, deck_id uuid, version_id uuid, built integer, plans jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select up.id, up.parent_id, up.timezone, l.doc, f.doc, k.level, k.reason, d.deck_id, d.version_id, d.built,
        (select jsonb_agg(jsonb_build_object('plan', replace(p.id::text, '-', ''), 'bundles', p.doc -> 'bundles',
                'priority', p.doc #> '{merge,priority}') order by p.id)
         from services sv join service_plans p on p.account_id = up.parent_id and p.deleted is null
            and sv.plans ? replace(p.id::text, '-', '') and jsonb_typeof(p.doc -> 'bundles') = 'object'
         where sv.account_id = up.id)
    from accounts me
    join accounts up on up.path @> me.path
    left join limits l on l.id = up.id and l.deleted is null
    left join fraud f on f.id = up.id and f.deleted is null
    left join account_locks k on k.account_id = up.id
    left join lateral ratedeck_of(up.id) d on true
    where me.id = account
    order by nlevel(up.path) desc
$$"""

# As before, and seconds of bundles before money.
RESERVE = """
create or replace function call_reserve(r jsonb) returns jsonb language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    lv record;
    spent numeric;
    running numeric;
    short record;
    wish record;
    had integer;
begin
    insert into call_bundles (pool, period, account_id)
    select p.pool, p.period, p.owner from jsonb_to_recordset(r -> 'pools') as p (pool text, period text, owner uuid)
    where not exists (select from call_bundles b where b.pool = p.pool and b.period = p.period)
    order by 1, 2 on conflict do nothing;
    perform from call_bundles b where (b.pool, b.period) in (
        select p.pool, p.period from jsonb_to_recordset(r -> 'pools') as p (pool text, period text))
    order by b.pool, b.period for update;
    for wish in
        select p.*, b.used from jsonb_to_recordset(r -> 'pools') as p (pool text, period text, size integer,
            want integer)
        join call_bundles b on b.pool = p.pool and b.period = p.period
    loop
        select coalesce(max(h.seconds), 0) into had from call_admission_bundles h
        where h.admission_id = r ->> 'id' and h.pool = wish.pool and h.period = wish.period;
        if wish.want - had > greatest(wish.size - wish.used, 0) then
            return jsonb_build_object('denied', 'bundle', 'pool', wish.pool, 'period', wish.period, 'had', had,
                'left', greatest(wish.size - wish.used, 0) + had);
        end if;
    end loop;
    for lv in
        select l.* from jsonb_to_recordset(r -> 'levels') as l (place integer, account uuid, amount numeric,
            day text, month text, daily numeric, monthly numeric)
        where l.amount is not null and coalesce(l.daily, l.monthly) is not null order by l.place
    loop
        select u.held - coalesce((select h.held from call_admission_levels h
                                  where h.admission_id = r ->> 'id' and h.account_id = u.account_id), 0)
        into running from call_usage u where u.account_id = lv.account;
        select coalesce(max(s.amount), 0) into spent from call_spend s
        where s.account_id = lv.account and s.period = lv.day;
        if spent + running + greatest(lv.amount, 0.000001) > lv.daily then
            return jsonb_build_object('denied', 'daily', 'account', lv.account,
                'left', greatest(lv.daily - spent - running, 0));
        end if;
        select coalesce(max(s.amount), 0) into spent from call_spend s
        where s.account_id = lv.account and s.period = lv.month;
        if spent + running + greatest(lv.amount, 0.000001) > lv.monthly then
            return jsonb_build_object('denied', 'monthly', 'account', lv.account,
                'left', greatest(lv.monthly - spent - running, 0));
        end if;
    end loop;
    for short in
        select h.account, h.missing from (
            select array_agg(l.account order by l.place) as accounts, array_agg(l.amount order by l.place) as amounts,
                array_agg(l.floor order by l.place) as floors
            from jsonb_to_recordset(r -> 'levels') as l (place integer, account uuid, amount numeric, floor numeric)
            where l.amount > 0) w,
        lateral ledger_hold(r ->> 'id', w.accounts, w.amounts, w.floors,
            to_timestamp((r ->> 'until')::double precision)) h
        where w.accounts is not null
    loop
        return jsonb_build_object('denied', 'money', 'account', short.account, 'missing', short.missing);
    end loop;
    update call_bundles b set used = b.used + p.want - coalesce(h.seconds, 0)
    from jsonb_to_recordset(r -> 'pools') as p (pool text, period text, want integer)
    left join call_admission_bundles h
        on h.admission_id = r ->> 'id' and h.pool = p.pool and h.period = p.period
    where b.pool = p.pool and b.period = p.period;
    insert into call_admission_bundles as h (admission_id, pool, period, account_id, seconds)
    select r ->> 'id', p.pool, p.period, p.owner, p.want
    from jsonb_to_recordset(r -> 'pools') as p (pool text, period text, owner uuid, want integer)
    on conflict (admission_id, pool, period) do update set seconds = excluded.seconds;
    return null;
end $$"""

# As before, and what a call did not use of bundles goes back.
FINISH = """
create or replace function call_finish(c jsonb) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    gone call_admissions;
    charged jsonb;
begin
    if c ? 'key' and not exists (select from ledger_entries e where e.key = c ->> 'key') then
        select jsonb_agg(jsonb_build_object('account', t.account, 'parent', t.parent, 'amount', t.amount,
                'place', t.place, 'day', t.day, 'month', t.month, 'ref', case when t.amount < t.wanted
                then t.ref || jsonb_build_object('uncollected', (t.wanted - t.amount)::text) else t.ref end))
        into charged
        from (
            select l.account, l.parent, l.place, l.day, l.month, l.ref, l.amount as wanted,
                least(l.amount, greatest(coalesce(s.own, 0),
                    s.amount - (s.held - coalesce(s.own, 0)) - coalesce(s.floor, l.floor, 0), 0)) as amount
            from jsonb_to_recordset(c -> 'levels') as l (place integer, account uuid, parent uuid, amount numeric,
                floor numeric, day text, month text, ref jsonb)
            join ledger_standing(c ->> 'id', array(select (x ->> 'account')::uuid
                                                   from jsonb_array_elements(c -> 'levels') x)) s
                on s.account = l.account
            where l.amount > 0) t;
        if charged is not null then
            perform ledger_post(c ->> 'key', 'per-minute-voip', to_timestamp((c ->> 'at')::double precision),
                c ->> 'text', c -> 'ref', array_agg(p.account order by p.place, p.side),
                array_agg(p.book order by p.place, p.side), array_agg(p.amount order by p.place, p.side),
                array_agg(p.ref order by p.place, p.side))
            from (
                select l.place, side, case side when 1 then l.account else l.parent end as account,
                    case side when 1 then 'balance' else 'income' end as book,
                    case side when 1 then - l.amount else l.amount end as amount, l.ref
                from jsonb_to_recordset(charged) as l (place integer, account uuid, parent uuid, amount numeric,
                    ref jsonb), generate_series(1, 2) side) p;
            insert into call_spend as s (account_id, period, amount)
            select l.account, period, l.amount
            from jsonb_to_recordset(charged) as l (account uuid, amount numeric, day text, month text),
                unnest(array[l.day, l.month]) period
            where period is not null
            order by 1, 2
            on conflict (account_id, period) do update set amount = s.amount + excluded.amount;
        end if;
    end if;
    with gone_bundles as (
        delete from call_admission_bundles h where h.admission_id = c ->> 'id' returning h.pool, h.period, h.seconds)
    update call_bundles b set
        used = b.used - g.seconds + least(coalesce(p.seconds, 0), g.seconds),
        calls = b.calls + case when coalesce(p.seconds, 0) > 0 then 1 else 0 end
    from gone_bundles g
    left join jsonb_to_recordset(coalesce(c -> 'pools', '[]')) as p (pool text, period text, seconds integer)
        on p.pool = g.pool and p.period = g.period
    where b.pool = g.pool and b.period = g.period;
    perform ledger_release(c ->> 'id');
    update call_usage u set held = greatest(u.held - h.held, 0)
    from call_admission_levels h where h.admission_id = c ->> 'id' and u.account_id = h.account_id;
    delete from call_admissions a where a.id = c ->> 'id' returning * into gone;
    if found then
        update call_usage u
        set inbound = greatest(u.inbound - case gone.direction when 'inbound' then 1 else 0 end, 0),
            outbound = greatest(u.outbound - case gone.direction when 'inbound' then 0 else 1 end, 0)
        where u.account_id = any(gone.levels);
    end if;
end $$"""

FINISH_ALL = """
create or replace function calls_finish(charges jsonb) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    accounts uuid[];
begin
    accounts := array(
        select distinct x from (
            select unnest(a.levels) as x from call_admissions a
            where a.id in (select c ->> 'id' from jsonb_array_elements(charges) c)
            union all
            select (l ->> 'account')::uuid from jsonb_array_elements(charges) c,
                lateral jsonb_array_elements(coalesce(c -> 'levels', '[]')) l) every
        order by x);
    perform from call_usage u where u.account_id = any(accounts) order by u.account_id for update;
    perform from call_bundles b where (b.pool, b.period) in (
        select h.pool, h.period from call_admission_bundles h
        where h.admission_id in (select c ->> 'id' from jsonb_array_elements(charges) c))
    order by b.pool, b.period for update;
    perform ledger_lock(accounts) where exists (
        select from jsonb_array_elements(charges) c where c ? 'key');
    perform call_finish(c) from jsonb_array_elements(charges) c;
end $$"""

# What was used of pools whose names somebody knows: those of his own plans.
USE = """
create function call_bundles_use(pools text[], since text, until text)
returns table (pool text, period text, used integer, calls integer)
language sql stable security definer set search_path = public, pg_temp as $$
    select b.pool, b.period, b.used, b.calls from call_bundles b
    where b.pool = any(pools) and b.period between since and until order by b.pool, b.period
$$"""


def upgrade() -> None:
    """Create the tables; reservations and charges consider bundles."""
    for statement in [
        *TABLES,
        "set local role qvoice_lookup",
        "drop function call_levels(uuid)",
        "set local role qvoice_owner",
        *definer("call_levels(uuid)", LEVELS),
        *definer("call_reserve(jsonb)", RESERVE, grantees=()),
        *definer("call_finish(jsonb)", FINISH, grantees=()),
        *definer("calls_finish(jsonb)", FINISH_ALL, grantees=()),
        *definer("call_bundles_use(text[], text, text)", USE),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
