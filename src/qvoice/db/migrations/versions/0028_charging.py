"""Authorising and charging calls: what runs, what was spent, who is locked; one step that admits, extends or finishes.

Locks are taken in one order by everybody: `call_usage` by account, then the ledger's balances by account.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0028"
down_revision = "0027"


def _written_by_function(table: str) -> list[str]:
    return [
        f"create policy calls on {table} to qvoice_lookup using (true) with check (true)",
        f"grant select, insert, update, delete on {table} to qvoice_lookup",
    ]


TABLES = [
    # Calls to and from carriers that run now, by account at every level; its row is the lock under which is counted.
    """
    create table call_usage (
        account_id uuid primary key,
        inbound integer not null default 0,
        outbound integer not null default 0,
        held numeric(20, 6) not null default 0
    ) with (fillfactor = 50)""",
    *protect("call_usage"),
    *_written_by_function("call_usage"),
    """
    create table call_admissions (
        id text primary key,
        account_id uuid not null,
        node text not null,
        call_id text not null,
        direction text not null,
        number text not null,
        levels uuid[] not null,
        until timestamptz not null,
        created timestamptz not null default now()
    )""",
    "create index call_admissions_node on call_admissions (node)",
    "create index call_admissions_until on call_admissions (until)",
    *protect("call_admissions"),
    *_written_by_function("call_admissions"),
    """
    create table call_admission_levels (
        admission_id text not null references call_admissions (id) on delete cascade,
        account_id uuid not null,
        held numeric(20, 6) not null default 0,
        primary key (admission_id, account_id)
    )""",
    *protect("call_admission_levels"),
    *_written_by_function("call_admission_levels"),
    # What calls cost an account in a day (2026-11-27) or month (2026-11) of its own time zone.
    """
    create table call_spend (
        account_id uuid not null,
        period text not null,
        amount numeric(20, 6) not null,
        primary key (account_id, period)
    )""",
    *protect("call_spend"),
    *_written_by_function("call_spend"),
]

LEVELS = """
create function call_levels(account uuid) returns table (id uuid, parent_id uuid, timezone text, limits jsonb,
    guards jsonb, lock_level smallint, lock_reason text, deck_id uuid, version_id uuid, built integer)
language sql stable security definer set search_path = public, pg_temp as $$
    select up.id, up.parent_id, up.timezone, l.doc, f.doc, k.level, k.reason, d.deck_id, d.version_id, d.built
    from accounts me
    join accounts up on up.path @> me.path
    left join limits l on l.id = up.id and l.deleted is null
    left join fraud f on f.id = up.id and f.deleted is null
    left join account_locks k on k.account_id = up.id
    left join lateral ratedeck_of(up.id) d on true
    where me.id = account
    order by nlevel(up.path) desc
$$"""

# {"denied": reason, "account", …} or {"ok": true}. Levels from the caller's account up; amounts null: not priced there.
ADMIT = """
create function call_admit(r jsonb) returns jsonb language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    chain uuid[] := array(select (l ->> 'account')::uuid from jsonb_array_elements(r -> 'levels') l);
    inwards boolean := r ->> 'direction' = 'inbound';
    lv record;
    denied jsonb;
begin
    -- Nobody waits for the disk while he holds the row that all calls of an account want. Should the server's machine
    -- crash, the last reservations are lost; a charge stops at the floor even then (call_finish).
    perform set_config('synchronous_commit', 'off', true);
    if exists (select from call_admissions a where a.id = r ->> 'id') then
        return '{"ok": true}';
    end if;
    insert into call_usage (account_id) select distinct c from unnest(chain) c
    where not exists (select from call_usage u where u.account_id = c) order by 1 on conflict do nothing;
    perform from call_usage u where u.account_id = any(chain) order by u.account_id for update;
    for lv in
        select l.*, u.inbound + case when inwards then 1 else 0 end as n_in,
            u.outbound + case when inwards then 0 else 1 end as n_out
        from jsonb_to_recordset(r -> 'levels') as l (place integer, account uuid, inbound integer, outbound integer,
            twoway integer, burst integer, total integer, soft boolean)
        join call_usage u on u.account_id = l.account
        where coalesce(l.inbound, l.outbound, l.twoway, l.burst, l.total) is not null and not coalesce(l.soft, false)
        order by l.place
    loop
        if lv.n_in + lv.n_out > lv.total
            or (lv.twoway is null and lv.burst is null
                and case when inwards then lv.n_in > lv.inbound else lv.n_out > lv.outbound end)
            or (coalesce(lv.twoway, lv.burst) is not null
                and case when inwards then lv.n_in > coalesce(lv.inbound, 0)
                    else lv.n_out > coalesce(lv.outbound, 0) end
                and greatest(lv.n_in - coalesce(lv.inbound, 0), 0) + greatest(lv.n_out - coalesce(lv.outbound, 0), 0)
                    > coalesce(lv.twoway, 0) + coalesce(lv.burst, 0))
        then
            return jsonb_build_object('denied', 'trunks', 'account', lv.account);
        end if;
    end loop;
    denied := call_reserve(r);
    if denied is not null then
        return denied;
    end if;
    insert into call_admissions (id, account_id, node, call_id, direction, number, levels, until)
    values (r ->> 'id', (r ->> 'account')::uuid, r ->> 'node', r ->> 'call', r ->> 'direction', r ->> 'number', chain,
        to_timestamp((r ->> 'until')::double precision));
    insert into call_admission_levels (admission_id, account_id, held)
    select r ->> 'id', l.account, coalesce(l.amount, 0)
    from jsonb_to_recordset(r -> 'levels') as l (account uuid, amount numeric);
    update call_usage u set inbound = u.inbound + case when inwards then 1 else 0 end,
        outbound = u.outbound + case when inwards then 0 else 1 end, held = u.held + coalesce(l.amount, 0)
    from jsonb_to_recordset(r -> 'levels') as l (account uuid, amount numeric)
    where u.account_id = l.account;
    return '{"ok": true}';
end $$"""

# Caps, then money. A call that asks for more says its totals; what it has already is not counted against it.
RESERVE = """
create function call_reserve(r jsonb) returns jsonb language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    lv record;
    spent numeric;
    running numeric;
    short record;
begin
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
    return null;
end $$"""

EXTEND = """
create function call_extend(r jsonb) returns jsonb language plpgsql
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

# Ends an admission and posts what the call cost, once for each key. A charge beyond what is reserved is taken as far
# as the balance is above its floor: no call brings a balance below it.
FINISH = """
create function call_finish(c jsonb) returns void language plpgsql
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
create function calls_finish(charges jsonb) returns void language plpgsql
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
    perform ledger_lock(accounts) where exists (
        select from jsonb_array_elements(charges) c where c ? 'key');
    perform call_finish(c) from jsonb_array_elements(charges) c;
end $$"""

FORGET = """
create function call_admissions_forget(of_node text, keep text[]) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    lost jsonb;
begin
    select coalesce(jsonb_agg(jsonb_build_object('id', a.id)), '[]') into lost from call_admissions a
    where a.node = of_node and not a.id = any(keep);
    perform calls_finish(lost);
    return jsonb_array_length(lost);
end $$"""

EXPIRE = """
create function call_admissions_expire() returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    lost jsonb;
begin
    select coalesce(jsonb_agg(jsonb_build_object('id', a.id)), '[]') into lost from call_admissions a
    where a.until < now() - interval '10 minutes';
    perform calls_finish(lost);
    return jsonb_array_length(lost);
end $$"""

# As before (migration 0005), and what finished calls cost, in the same transaction as their records.
WRITE = """
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
    if jsonb_array_length(coalesce(batch->'charges', '[]')) > 0 then
        perform calls_finish(batch->'charges');
    end if;
    perform pg_notify('qvoice_event', e::text) from jsonb_array_elements(batch->'events') as e
    where octet_length(e::text) < 7900;
end $$"""


def upgrade() -> None:
    """Create the tables and functions; call control's batch finishes calls too."""
    for statement in [
        *TABLES,
        *definer("call_levels(uuid)", LEVELS),
        *definer("call_reserve(jsonb)", RESERVE, grantees=()),
        *definer("call_admit(jsonb)", ADMIT),
        *definer("call_extend(jsonb)", EXTEND),
        *definer("call_finish(jsonb)", FINISH, grantees=()),
        *definer("calls_finish(jsonb)", FINISH_ALL, grantees=()),
        *definer("call_admissions_forget(text, text[])", FORGET),
        *definer("call_admissions_expire()", EXPIRE),
        *definer("calls_write(jsonb)", WRITE),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
