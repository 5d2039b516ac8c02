"""Service plans, what accounts have of them, and the functions that count what they use across the tree."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_PATH, definer, document_ddl, protect

revision = "0021"
down_revision = "0020"

TABLES = [
    *document_ddl("service_plans", "name text not null", "category text"),
    """
    create table services (
        account_id uuid primary key references accounts (id),
        plans jsonb not null default '{}',
        overrides jsonb not null default '{}',
        manual jsonb not null default '{}',
        modified timestamptz not null default now()
    )""",
    *protect("services"),
]

# The plans on the way down to an account: each level's own were given by the account above it. Reaching up is what it
# is for: a customer's new user is charged at every level.
WAY = f"""
create function service_way(wanted uuid) returns table (
    account_id uuid, provider_id uuid, path text, name text, plans jsonb, overrides jsonb, documents jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.parent_id, a.path::text, a.name, s.plans, s.overrides,
        (select jsonb_object_agg(replace(p.id::text, '-', ''), p.doc) from service_plans p
         where p.account_id = a.parent_id and p.deleted is null and s.plans ? replace(p.id::text, '-', ''))
    from accounts me join accounts a on a.path @> me.path join services s on s.account_id = a.id
    where me.id = wanted and s.plans <> '{{}}'::jsonb and a.parent_id is not null and a.deleted is null
        and coalesce({CURRENT_PATH} @> me.path, true)
    order by nlevel(a.path)
$$"""

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

# `deep`: of all accounts below as well. Numbers fall into the first class whose pattern they match.
COUNTS = f"""
create function service_counts(wanted uuid, deep boolean, classes text[], patterns text[])
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
        from ({" union all ".join(_USES)}) u (category, item, account, n)
        where u.item is not null
        group by 1, 2;
end $$"""

USERS = f"""
create function service_plan_users(plan uuid) returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select count(*) from service_plans p join accounts a on a.parent_id = p.account_id and a.deleted is null
    join services s on s.account_id = a.id
    where p.id = plan and s.plans ? replace(p.id::text, '-', '')
        and coalesce({CURRENT_PATH} @> (select o.path from accounts o where o.id = p.account_id), true)
$$"""

# Plans that the account above offers: what its administrators may give, and the account itself may look at.
OFFERED = f"""
create function service_plans_offered(wanted uuid) returns table (id uuid, doc jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.id, p.doc from accounts a join service_plans p on p.account_id = a.parent_id and p.deleted is null
    where a.id = wanted and coalesce({CURRENT_PATH} @> a.path, true) order by p.sort_key, p.id
$$"""

# Months are counted in the zone of whoever runs the platform.
ZONE = """
create function billing_zone() returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select timezone from accounts where parent_id is null), 'UTC')
$$"""


def upgrade() -> None:
    """Make tables and functions."""
    for statement in [
        *TABLES,
        *definer("billing_zone()", ZONE),
        *definer("service_way(uuid)", WAY),
        *definer("service_counts(uuid, boolean, text[], text[])", COUNTS),
        *definer("service_plan_users(uuid)", USERS),
        *definer("service_plans_offered(uuid)", OFFERED),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
