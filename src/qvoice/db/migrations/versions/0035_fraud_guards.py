"""Calls begun by account, counted for all nodes; locks that end calls, close the portal, or an account."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0035"
down_revision = "0034"


def _written_by_function(table: str) -> list[str]:
    return [
        f"create policy calls on {table} to qvoice_lookup using (true) with check (true)",
        f"grant select, insert, update, delete on {table} to qvoice_lookup",
    ]


TABLES = [
    "alter table account_locks add column ends_calls boolean not null default false",
    # By second, for windows that slide; by day, for what is usual.
    """
    create table call_begun (
        account_id uuid not null,
        second bigint not null,
        calls integer not null,
        primary key (account_id, second)
    )""",
    *protect("call_begun"),
    *_written_by_function("call_begun"),
    """
    create table call_days (
        account_id uuid not null,
        day text not null,
        calls integer not null,
        primary key (account_id, day)
    ) with (fillfactor = 50)""",
    *protect("call_days"),
    *_written_by_function("call_days"),
]

# As before (migration 0031), and whether the lock ends calls.
LEVELS = """
create function call_levels(account uuid) returns table (id uuid, parent_id uuid, timezone text, limits jsonb,
    guards jsonb, lock_level smallint, lock_reason text, lock_ends_calls boolean,
    deck_id uuid, version_id uuid, built integer, plans jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select up.id, up.parent_id, up.timezone, l.doc, f.doc, k.level, k.reason, k.ends_calls,
        d.deck_id, d.version_id, d.built,
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

# One more call begins: {"denied": guard, …} or {"ok": true}. Two that begin in one moment on two nodes may each miss
# the other, so a guard may let through as many calls more as there are nodes.
BEGIN = """
create function call_begin(r jsonb) returns jsonb language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    me uuid := (r ->> 'account')::uuid;
    moment bigint := (r ->> 'at')::bigint;
    today integer;
    spent numeric;
    mean_calls numeric;
    mean_spent numeric;
    denied jsonb;
begin
    perform set_config('synchronous_commit', 'off', true);
    insert into call_begun as b (account_id, second, calls) values (me, moment, 1)
    on conflict (account_id, second) do update set calls = b.calls + 1;
    insert into call_days as d (account_id, day, calls) values (me, r ->> 'day', 1)
    on conflict (account_id, day) do update set calls = d.calls + 1 returning d.calls into today;
    if r ? 'calls' and (select sum(b.calls) from call_begun b where b.account_id = me
            and b.second > moment - (r ->> 'seconds')::bigint) > (r ->> 'calls')::integer then
        denied := '{"denied": "velocity"}';
    elsif r ? 'night_calls' and (select sum(b.calls) from call_begun b where b.account_id = me
            and b.second > moment - 3600) > (r ->> 'night_calls')::integer then
        denied := '{"denied": "off-hours"}';
    elsif r ? 'factor' then
        if today > (r ->> 'day_calls')::integer then
            select coalesce(sum(d.calls), 0) / (r ->> 'days')::numeric into mean_calls from call_days d
            where d.account_id = me and d.day >= r ->> 'since' and d.day < r ->> 'day';
            if today > mean_calls * (r ->> 'factor')::numeric then
                denied := jsonb_build_object('denied', 'unusual', 'what', 'calls', 'number', today,
                    'mean', round(mean_calls, 1));
            end if;
        end if;
        select coalesce(max(s.amount), 0) into spent from call_spend s
        where s.account_id = me and s.period = r ->> 'day';
        select spent + coalesce(max(u.held), 0) into spent from call_usage u where u.account_id = me;
        if denied is null and spent > (r ->> 'day_amount')::numeric then
            select coalesce(sum(s.amount), 0) / (r ->> 'days')::numeric into mean_spent from call_spend s
            where s.account_id = me and s.period >= r ->> 'since' and s.period < r ->> 'day' and length(s.period) = 10;
            if spent > mean_spent * (r ->> 'factor')::numeric then
                denied := jsonb_build_object('denied', 'unusual', 'what', 'spent on calls', 'number', round(spent, 2),
                    'mean', round(mean_spent, 2));
            end if;
        end if;
    end if;
    if denied is null then
        return '{"ok": true}';
    end if;
    -- Somebody is told and looks at it; after that it begins anew.
    delete from call_begun b where b.account_id = me;
    if denied ->> 'denied' = 'unusual' then
        delete from call_days d where d.account_id = me and d.day = r ->> 'day';
    end if;
    return denied;
end $$"""

FORGET = """
create function call_begun_forget() returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from call_begun where second < extract(epoch from now()) - 86400;
    delete from call_days where day < to_char(now() - interval '70 days', 'YYYY-MM-DD')
$$"""

_OPEN = "not exists (select from accounts up where up.path @> a.path and not up.enabled)"
_UNLOCKED = f"""{_OPEN}
        and not exists (select from account_locks l where l.account_id = a.id and l.level >= 4)"""

# As before (migration 0001); a lock of level 4 and more closes the portal to the account's own people.
CANDIDATES = f"""
create or replace function login_candidates(kind text, value text, credential_key text) returns table (
    account_id uuid, path text, account_name text, realm text, account_enabled boolean, user_id uuid,
    user_enabled boolean, password_hash text, user_identity text, account_identity text)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.path::text, a.name, a.realm, {_UNLOCKED},
        u.id, u.enabled, case credential_key when s.md5_key then s.md5_hash else s.sha1_hash end, s.identity,
        k.identity
    from accounts a
    join account_secrets k on k.account_id = a.id
    join user_secrets s on s.account_id = a.id and (s.md5_key = credential_key or s.sha1_key = credential_key)
    join users u on u.id = s.user_id and u.deleted is null
    where a.deleted is null and case kind
        when 'id' then a.id::text = value
        when 'name' then a.name_key = value
        when 'realm' then a.realm = lower(value)
        when 'number' then a.id = (select n.account_id from phone_numbers n where n.number = value)
        else false end
    order by nlevel(a.path), a.id limit 20
$$"""

HOLDER = f"""
create or replace function token_holder(account uuid, owner uuid, token_id text) returns table (
    path text, account_enabled boolean, is_reseller boolean, account_identity text,
    user_id uuid, user_identity text, user_enabled boolean, priv_level text, admin_type text, revoked boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.path::text, {_UNLOCKED},
        a.is_reseller, k.identity, u.id, s.identity, u.enabled, u.priv_level, u.doc ->> 'admin_type',
        exists (select from revoked_tokens r where r.token_id = token_holder.token_id)
    from accounts a
    join account_secrets k on k.account_id = a.id
    left join users u on u.id = owner and u.account_id = a.id and u.deleted is null
    left join user_secrets s on s.user_id = u.id
    where a.id = account and a.deleted is null
$$"""


def upgrade() -> None:
    """Create the tables; locks say whether they end calls, and close the portal."""
    for statement in [
        *TABLES,
        "set local role qvoice_lookup",
        "drop function call_levels(uuid)",
        "set local role qvoice_owner",
        *definer("call_levels(uuid)", LEVELS),
        *definer("call_begin(jsonb)", BEGIN),
        *definer("call_begun_forget()", FORGET),
        *definer("login_candidates(text, text, text)", CANDIDATES),
        *definer("token_holder(uuid, uuid, text)", HOLDER),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
