"""Calls that run while their account is moved in the tree are charged to whoever is above it when they end."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0037"
down_revision = "0036"

# The levels of a charge as the tree is now: those that are no longer on the lowest one's way up pay nothing, the others
# pay the account that is above them now.
LEVELS = """
create function call_levels_now(levels jsonb) returns table (place integer, account uuid, parent uuid, amount numeric,
    floor numeric, day text, month text, ref jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    with given as (
        select l.*, a.path, a.parent_id
        from jsonb_to_recordset(levels) as l (place integer, account uuid, amount numeric, floor numeric, day text,
            month text, ref jsonb)
        join accounts a on a.id = l.account),
    lowest as (select g.path from given g order by g.place limit 1)
    select g.place, g.account, g.parent_id, g.amount, g.floor, g.day, g.month, g.ref
    from given g, lowest w where g.path @> w.path order by g.place
$$"""

# As before (migration 0028); levels that are not on one way up at this moment are refused, not an error.
EXTEND = """
create or replace function call_extend(r jsonb) returns jsonb language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    chain uuid[];
    denied jsonb;
begin
    perform set_config('synchronous_commit', 'off', true);
    select a.levels into chain from call_admissions a where a.id = r ->> 'id';
    if chain is null then
        return '{"denied": "unavailable"}';
    end if;
    if (select count(*) from call_levels_now(r -> 'levels')) < jsonb_array_length(r -> 'levels') then
        return '{"denied": "unavailable"}';
    end if;
    perform from call_usage u where u.account_id = any(chain) order by u.account_id for update;
    denied := call_reserve(r);
    if denied is not null then
        return denied;
    end if;
    update call_usage u set held = u.held + l.amount - h.held
    from jsonb_to_recordset(r -> 'levels') as l (account uuid, amount numeric), call_admission_levels h
    where h.admission_id = r ->> 'id' and h.account_id = l.account and u.account_id = l.account
        and l.amount is not null;
    update call_admission_levels h set held = l.amount
    from jsonb_to_recordset(r -> 'levels') as l (account uuid, amount numeric)
    where h.admission_id = r ->> 'id' and h.account_id = l.account and l.amount is not null;
    update call_admissions a set until = to_timestamp((r ->> 'until')::double precision) where a.id = r ->> 'id';
    return '{"ok": true}';
end $$"""

# As before (migration 0031), by the tree of now.
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
            from call_levels_now(c -> 'levels') l
            join ledger_standing(c ->> 'id', array(select n.account from call_levels_now(c -> 'levels') n)) s
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


def upgrade() -> None:
    """Charge by the tree of now."""
    for statement in [
        *definer("call_levels_now(jsonb)", LEVELS, grantees=()),
        *definer("call_extend(jsonb)", EXTEND),
        *definer("call_finish(jsonb)", FINISH, grantees=()),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
