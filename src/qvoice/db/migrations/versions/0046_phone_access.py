"""From which networks phones may register and call: lists beside those of log-ins, and what the edge sees of them."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0046"
down_revision = "0045"

TABLE = [
    # Rows of devices were never written; an account's row is that of its log-ins.
    "alter table access_lists add column purpose text not null default 'logins'"
    " check (purpose in ('logins', 'phones'))",
    "drop index access_lists_of_account",
    "create unique index access_lists_of_account on access_lists (account_id, purpose) where device_id is null",
]

LOGINS = """
create or replace function login_access_list(account uuid) returns jsonb
language sql stable security definer set search_path = public, pg_temp as $$
    select doc from access_lists where account_id = account and device_id is null and purpose = 'logins'
$$"""

# Kamailio's: the id of a device or account => `only` or `not`, and the networks. An empty list is none.
EDGE_LISTS = """
create function edge_access_lists(wanted uuid) returns table (key_name varchar, key_value varchar)
language sql stable security definer set search_path = public, pg_temp as $$
    select replace(coalesce(l.device_id, l.account_id)::text, '-', '')::varchar,
        (case l.doc ->> 'order' when 'deny,allow' then 'not' else 'only' end || '|'
         || (select string_agg(c, ',' order by n) from jsonb_array_elements_text(l.doc -> 'cidrs')
             with ordinality as e (c, n)))::varchar
    from access_lists l
    where l.purpose = 'phones' and l.doc -> 'cidrs' <> '[]'
        and (wanted is null or coalesce(l.device_id, l.account_id) = wanted)
$$"""

# The address that a contact is reached at: where it came from, else what it names. Null for what is no address.
ADDRESS = r"""
create function edge_contact_address(uri text) returns inet
language sql immutable security definer set search_path = public, pg_temp as $$
    select case when pg_input_is_valid(found, 'inet') then found::inet end
    from (select coalesce(substring(uri from '^sips?:(?:[^@]*@)?([0-9.]+)(?:[:;>?]|$)'),
                          substring(uri from '^sips?:(?:[^@]*@)?\[([0-9A-Fa-f:.]+)\]')) as found) f
$$"""

# Registrations from where their device may not be (any more): of a device or account, null for all.
OUTSIDERS = """
create function edge_outsiders(wanted uuid) returns table (aor text, contact text)
language sql stable security definer set search_path = public, pg_temp as $$
    select l.username || '@' || l.domain, l.contact::text
    from devices d
    join edge.location l on l.domain = d.realm and l.username = lower(d.sip_username)
        and l.expires > (now() at time zone 'UTC')
    cross join lateral (
        select x.doc from access_lists x
        where x.purpose = 'phones' and x.doc -> 'cidrs' <> '[]' and x.account_id = d.account_id
            and (x.device_id is null or x.device_id = d.id)
        order by x.device_id is null limit 1) a
    cross join lateral edge_contact_address(coalesce(nullif(l.received, ''), l.contact)) as source
    where d.deleted is null and (wanted is null or d.id = wanted or d.account_id = wanted) and source is not null
        and exists (select from jsonb_array_elements_text(a.doc -> 'cidrs') c where source <<= c::inet)
            <> (a.doc ->> 'order' <> 'deny,allow')
$$"""

VIEWS = [
    """
    create view edge.access_lists as
        select key_name, 0 as key_type, 0 as value_type, key_value, 0 as expires from public.edge_access_lists(null)""",
    "grant select on edge.access_lists to qvoice_edge",
]


def upgrade() -> None:
    """Lists for phones."""
    for statement in [
        *TABLE,
        *definer("login_access_list(uuid)", LOGINS),
        *definer("edge_access_lists(uuid)", EDGE_LISTS, grantees=("qvoice_edge",)),
        *definer("edge_contact_address(text)", ADDRESS),
        *definer("edge_outsiders(uuid)", OUTSIDERS),
        *VIEWS,
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
