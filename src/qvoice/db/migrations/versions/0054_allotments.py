"""Allotments: minutes by class of numbers that an account has for itself, a document read with its levels."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, document_ddl

revision = "0054"
down_revision = "0053"

# As before (migration 0035), and the account's allotments.
LEVELS = """
create function call_levels(account uuid) returns table (id uuid, parent_id uuid, timezone text, limits jsonb,
    guards jsonb, lock_level smallint, lock_reason text, lock_ends_calls boolean,
    deck_id uuid, version_id uuid, built integer, plans jsonb, allotments jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select up.id, up.parent_id, up.timezone, l.doc, f.doc, k.level, k.reason, k.ends_calls,
        d.deck_id, d.version_id, d.built,
        (select jsonb_agg(jsonb_build_object('plan', replace(p.id::text, '-', ''), 'bundles', p.doc -> 'bundles',
                'priority', p.doc #> '{merge,priority}') order by p.id)
         from services sv join service_plans p on p.account_id = up.parent_id and p.deleted is null
            and sv.plans ? replace(p.id::text, '-', '') and jsonb_typeof(p.doc -> 'bundles') = 'object'
         where sv.account_id = up.id),
        t.doc
    from accounts me
    join accounts up on up.path @> me.path
    left join limits l on l.id = up.id and l.deleted is null
    left join fraud f on f.id = up.id and f.deleted is null
    left join allotments t on t.id = up.id and t.deleted is null
    left join account_locks k on k.account_id = up.id
    left join lateral ratedeck_of(up.id) d on true
    where me.id = account
    order by nlevel(up.path) desc
$$"""

# As before (migration 0031), and a call that costs a level nothing, being covered by its minutes, is not stopped by the
# cap on what its calls may cost.
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
        where l.amount > 0 and coalesce(l.daily, l.monthly) is not null order by l.place
    loop
        select u.held - coalesce((select h.held from call_admission_levels h
                                  where h.admission_id = r ->> 'id' and h.account_id = u.account_id), 0)
        into running from call_usage u where u.account_id = lv.account;
        select coalesce(max(s.amount), 0) into spent from call_spend s
        where s.account_id = lv.account and s.period = lv.day;
        if spent + running + lv.amount > lv.daily then
            return jsonb_build_object('denied', 'daily', 'account', lv.account,
                'left', greatest(lv.daily - spent - running, 0));
        end if;
        select coalesce(max(s.amount), 0) into spent from call_spend s
        where s.account_id = lv.account and s.period = lv.month;
        if spent + running + lv.amount > lv.monthly then
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


def upgrade() -> None:
    """Create the table; levels come with their allotments."""
    for statement in [
        *document_ddl("allotments"),
        "set local role qvoice_lookup",
        "drop function call_levels(uuid)",
        "set local role qvoice_owner",
        *definer("call_levels(uuid)", LEVELS),
        *definer("call_reserve(jsonb)", RESERVE, grantees=()),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
