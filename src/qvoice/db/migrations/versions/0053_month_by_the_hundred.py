"""What the monthly run reads of many accounts in one statement, and what of it is counted, in one place for both."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_PATH, definer

revision = "0053"
down_revision = "0052"

_SIMPLE = (
    ("vmboxes", "voicemails", "mailbox"),
    ("conferences", "conferences", "conference"),
    ("faxboxes", "faxboxes", "faxbox"),
    ("groups", "groups", "group"),
    ("menus", "menus", "menu"),
    ("directories", "directories", "directory"),
    ("media", "media", "file"),
    ("resources", "trunks", "local"),
)
"""(table, category, item): each document is one."""

_USES = [
    *(
        f"select '{category}'::text, '{item}'::text, t.account_id, 1::bigint from {table} t"
        " where t.account_id = any(ids) and t.deleted is null"
        for table, category, item in _SIMPLE
    ),
    "select 'users', t.priv_level, t.account_id, 1 from users t where t.account_id = any(ids) and t.deleted is null",
    # Features switched on for a person: conferencing, faxing, call_recording …
    """select 'user_features', f.key, t.account_id, 1 from users t,
        jsonb_each(case when jsonb_typeof(t.doc -> 'smartpbx') = 'object' then t.doc -> 'smartpbx' else '{}' end) f
       where t.account_id = any(ids) and t.deleted is null and t.doc ? 'smartpbx'
        and f.value -> 'enabled' = 'true'::jsonb""",
    """select 'user_features', 'hotdesk', t.account_id, 1 from users t
       where t.account_id = any(ids) and t.deleted is null and t.doc #> '{hotdesk,enabled}' = 'true'::jsonb""",
    "select 'devices', t.device_type, t.account_id, 1 from devices t"
    " where t.account_id = any(ids) and t.deleted is null",
    """select 'limits', l.key, t.account_id, (l.value #>> '{}')::numeric::bigint from limits t, jsonb_each(t.doc) l
       where t.account_id = any(ids) and t.deleted is null and jsonb_typeof(l.value) = 'number'
        and l.key in ('twoway_trunks', 'inbound_trunks', 'outbound_trunks', 'burst_trunks')
        and case jsonb_typeof(l.value) when 'number' then (l.value #>> '{}')::numeric end > 0""",
    """select 'phone_numbers', coalesce((
            select c.name from unnest(classes, patterns) with ordinality c (name, pattern, n)
            where t.number ~ c.pattern order by c.n limit 1), 'unknown'), t.account_id, 1
       from phone_numbers t
       where t.account_id = any(ids) and t.state in ('in_service', 'reserved', 'port_in', 'port_out')""",
    """select 'number_services', f.item, t.account_id, 1 from phone_numbers t,
        lateral (values
            ('e911', jsonb_typeof(t.doc -> 'e911') = 'object' and t.doc -> 'e911' <> '{}'),
            ('outbound_cnam', coalesce(t.doc #>> '{cnam,display_name}', '') <> ''),
            ('inbound_cnam', t.doc #> '{cnam,inbound_lookup}' = 'true'::jsonb),
            ('failover', coalesce(t.doc #>> '{failover,e164}', t.doc #>> '{failover,sip}', '') <> ''),
            ('prepend', t.doc #> '{prepend,enabled}' = 'true'::jsonb),
            ('sms', t.doc #> '{sms,enabled}' = 'true'::jsonb),
            ('mms', t.doc #> '{mms,enabled}' = 'true'::jsonb)) f (item, used)
       where t.account_id = any(ids) and t.state in ('in_service', 'reserved', 'port_in', 'port_out') and f.used""",
    """select 'number_services', 'port', t.account_id, 1 from phone_numbers t
       where t.account_id = any(ids) and t.state = 'port_in'""",
    """select 'accounts', case when t.is_reseller then 'reseller' else 'account' end, t.parent_id, 1 from accounts t
       where t.parent_id = any(ids) and t.deleted is null""",
    """select c.key, i.key, t.account_id, (i.value #>> '{}')::numeric::bigint from services t, jsonb_each(t.manual) c,
        jsonb_each(case when jsonb_typeof(c.value) = 'object' then c.value else '{}' end) i
       where t.account_id = any(ids) and jsonb_typeof(i.value) = 'number'""",
]

# What is counted, by account: a new thing to price is one line in the list above (in a migration that replaces this).
USES = f"""
create function service_uses(ids uuid[], classes text[], patterns text[])
returns table (account uuid, category text, item text, n bigint)
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return query select u.account, u.category, u.item, sum(u.n)::bigint
        from ({" union all ".join(_USES)}) u (category, item, account, n)
        where u.item is not null
        group by 1, 2, 3;
end $$"""

COUNTS = f"""
create or replace function service_counts(wanted uuid, deep boolean, classes text[], patterns text[])
returns table (category text, item text, own bigint, cascade bigint)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    top ltree;
    ids uuid[];
begin
    select a.path into top from accounts a where a.id = wanted
        and coalesce({CURRENT_PATH} @> a.path or a.path @> {CURRENT_PATH}, true);
    if top is null then
        raise exception 'that account is not on your way' using errcode = 'insufficient_privilege';
    end if;
    if deep then
        select array_agg(a.id) into ids from accounts a where a.path <@ top and a.deleted is null;
    else
        ids := array[wanted];
    end if;
    return query
        select u.category, u.item, coalesce(sum(u.n) filter (where u.account = wanted), 0)::bigint, sum(u.n)::bigint
        from service_uses(ids, classes, patterns) u
        group by 1, 2;
end $$"""

# For the worker only, which acts for no account: with a path set there is nothing to see. `changed`: what came and went
# since the month began, with what it added a month. `is_open`: something happened before `until` that no invoice has.
MONTH = f"""
create function billing_month(ids uuid[], classes text[], patterns text[], begins timestamptz, ends timestamptz,
    before date, until timestamptz, oldest timestamptz)
returns table (account_id uuid, provider_id uuid, path text, name text, plans jsonb, overrides jsonb, counts jsonb,
    changed jsonb, is_open boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    with uses as (
        select u.account, jsonb_agg(jsonb_build_array(u.category, u.item, u.n)) as counts
        from service_uses(ids, classes, patterns) u group by 1)
    select a.id, a.parent_id, a.path::text, a.name, coalesce(s.plans, '{{}}'), coalesce(s.overrides, '{{}}'),
        coalesce(u.counts, '[]'),
        coalesce((select jsonb_agg(jsonb_build_object('monthly', i.value ->> 'monthly',
                                                      'taxes', i.value -> 'monthly_taxes'))
            from ledger_lines l, jsonb_array_elements(
                case jsonb_typeof(l.ref -> 'items') when 'array' then l.ref -> 'items' else '[]' end) i
            where l.account_id = a.id and l.book = 'balance' and l.kind = 'services' and l.at >= begins and l.at < ends
                and i.value ? 'monthly'), '[]'),
        not exists (select from invoices v where v.account_id = a.id and v.month = before)
            and exists (select from ledger_lines l where l.account_id = a.id and l.book = 'balance' and l.amount <> 0
                and l.at < until and l.at >= oldest
                and not exists (select from invoice_lines i where i.line_id = l.id))
    from unnest(ids) w (id) join accounts a on a.id = w.id and a.deleted is null and a.parent_id is not null
    left join services s on s.account_id = a.id left join uses u on u.account = a.id
    where {CURRENT_PATH} is null
$$"""

PLANS = f"""
create function billing_plans(wanted uuid[]) returns table (id uuid, account_id uuid, doc jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.id, p.account_id, p.doc from service_plans p
    where p.id = any(wanted) and p.deleted is null and {CURRENT_PATH} is null
$$"""

# Many entries of one kind and moment. All balances are locked before the first is changed, in the order that calls
# lock theirs, so that neither waits for the other.
POST = f"""
create function billing_post(entries jsonb, entry_kind text, entry_at timestamptz, entry_text text) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one jsonb;
    number bigint := 0;
begin
    if {CURRENT_PATH} is not null then
        raise exception 'only the monthly run posts for many accounts' using errcode = 'insufficient_privilege';
    end if;
    perform ledger_lock(array(
        select distinct (l.value ->> 'account')::uuid from jsonb_array_elements(entries) e,
            jsonb_array_elements(e.value -> 'lines') l where l.value ->> 'book' = 'balance'));
    for one in select e.value from jsonb_array_elements(entries) e loop
        perform ledger_post(one ->> 'key', entry_kind, entry_at, entry_text, '{{}}',
            array(select (l.value ->> 'account')::uuid from jsonb_array_elements(one -> 'lines') with ordinality l
                  order by l.ordinality),
            array(select l.value ->> 'book' from jsonb_array_elements(one -> 'lines') with ordinality l
                  order by l.ordinality),
            array(select (l.value ->> 'amount')::numeric from jsonb_array_elements(one -> 'lines') with ordinality l
                  order by l.ordinality),
            array(select l.value -> 'ref' from jsonb_array_elements(one -> 'lines') with ordinality l
                  order by l.ordinality));
        number := number + 1;
    end loop;
    return number;
end $$"""

# Planning the count of twenty tables takes ten times as long as counting: keep the plan.
PLANNED_ONCE = [
    "set local role qvoice_lookup",
    "alter function service_uses(uuid[], text[], text[]) set plan_cache_mode = force_generic_plan",
    "set local role qvoice_owner",
]


def upgrade() -> None:
    """Make the functions."""
    for statement in [
        *definer("service_uses(uuid[], text[], text[])", USES, grantees=()),
        *PLANNED_ONCE,
        *definer("service_counts(uuid, boolean, text[], text[])", COUNTS),
        *definer(
            "billing_month(uuid[], text[], text[], timestamptz, timestamptz, date, timestamptz, timestamptz)", MONTH
        ),
        *definer("billing_plans(uuid[])", PLANS),
        *definer("billing_post(jsonb, text, timestamptz, text)", POST),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
