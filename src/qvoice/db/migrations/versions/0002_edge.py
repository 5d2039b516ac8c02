"""What Kamailio reads and writes: schema `edge`, and the definer functions that give it exactly that of the tenants'
tables.
"""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, definer

revision = "0002"
down_revision = "0001"

_HEADER = "language plpgsql stable security definer set search_path = public, pg_temp"

_DEVICE_COLUMNS = (
    "device_id text, key_name varchar, ha1 varchar, account_id text, policy text, enabled boolean, ip text, "
    "realm varchar"
)
# A device whose owner was deleted is off: nobody answers for it any more.
_DEVICES = """
    select replace(d.id::text, '-', ''), (lower(d.sip_username) || '@' || d.realm)::varchar, d.ha1::varchar,
        replace(d.account_id::text, '-', ''),
        case
            when d.doc #>> '{media,webrtc}' = 'true' then 'webrtc'
            when d.doc #>> '{media,encryption,enforce_security}' = 'true' then 'srtp'
            when jsonb_typeof(d.doc #> '{media,encryption,methods}') = 'array'
                 and (d.doc #> '{media,encryption,methods}') ? 'srtp' then 'srtp-optional'
            else 'rtp' end,
        d.enabled and (d.owner_id is null or coalesce(u.enabled, false))
            and not exists (select from accounts up where up.path @> a.path and not up.enabled),
        case d.sip_method when 'ip' then host(d.sip_ip) end, d.realm::varchar
    from devices d
    join accounts a on a.id = d.account_id and a.deleted is null
    left join users u on u.id = d.owner_id and u.account_id = d.account_id and u.deleted is null
    where d.deleted is null"""

TABLES = [
    "create schema edge",
    "grant usage on schema edge to qvoice_edge, qvoice_app, qvoice_lookup",
    # Kamailio asks every table's version at start.
    "create table edge.version (table_name varchar(32) primary key, table_version integer not null)",
    "insert into edge.version values ('location', 9), ('location_attrs', 1), ('uacreg', 5)",
    """
    create table edge.location (
        id serial primary key,
        ruid varchar(64) not null default '' unique,
        username varchar(64) not null default '',
        domain varchar(253),
        contact varchar(512) not null default '',
        received varchar(128),
        path varchar(512),
        expires timestamp without time zone not null default '2030-05-28 21:32:15',
        q real not null default 1.0,
        callid varchar(255) not null default '',
        cseq integer not null default 1,
        last_modified timestamp without time zone not null default '2000-01-01 00:00:01',
        flags integer not null default 0,
        cflags integer not null default 0,
        user_agent varchar(255) not null default '',
        socket varchar(64),
        methods integer,
        instance varchar(255),
        reg_id integer not null default 0,
        server_id integer not null default 0,
        connection_id integer not null default 0,
        keepalive integer not null default 0,
        partition integer not null default 0
    )""",
    "create index location_aor on edge.location (domain, username)",
    "create index location_expires on edge.location (expires)",
    """
    create table edge.location_attrs (
        id serial primary key,
        ruid varchar(64) not null default '',
        username varchar(64) not null default '',
        domain varchar(253),
        aname varchar(64) not null default '',
        atype integer not null default 0,
        avalue varchar(512) not null default '',
        last_modified timestamp without time zone not null default '2000-01-01 00:00:01'
    )""",
    # Kamailio's htable rows, kept by the worker: carriers' resolved addresses, and message-waiting states.
    *(
        f"""
    create table edge.{name} (
        key_name varchar(320) primary key,
        key_type integer not null default 0,
        value_type integer not null default 0,
        key_value varchar(255) not null,
        expires integer not null default 0
    )"""
        for name in ("carriers", "mwi")
    ),
    """
    create table edge.gateway_state (
        resource_id uuid not null,
        gateway integer not null,
        alive boolean not null,
        detail text not null default '',
        changed timestamptz not null default now(),
        primary key (resource_id, gateway)
    )""",
    "grant select, insert, update, delete on edge.carriers, edge.mwi, edge.gateway_state to qvoice_app",
    "grant select on edge.carriers, edge.mwi, edge.version to qvoice_edge",
    "grant select, insert, update, delete on edge.location, edge.location_attrs to qvoice_edge",
    "grant usage on all sequences in schema edge to qvoice_edge",
    "grant select on edge.location to qvoice_lookup",
]

FUNCTIONS = [
    *definer(
        "edge_devices()",
        f"""
    create function edge_devices() returns table ({_DEVICE_COLUMNS})
    {_HEADER} as $$ begin return query {_DEVICES}; end $$""",
        grantees=("qvoice_edge",),
    ),
    # One device, by its key: a change must not read all devices again.
    *definer(
        "edge_device_row(uuid)",
        f"""
    create function edge_device_row(wanted uuid) returns table ({_DEVICE_COLUMNS})
    {_HEADER} as $$ begin return query {_DEVICES} and d.id = wanted; end $$""",
        grantees=("qvoice_edge",),
    ),
    *definer(
        "edge_ip_devices()",
        f"""
    create function edge_ip_devices() returns table ({_DEVICE_COLUMNS})
    {_HEADER} as $$ begin return query {_DEVICES} and d.sip_method = 'ip' and d.sip_ip is not null
        order by d.created, d.id; end $$""",
        grantees=("qvoice_edge",),
    ),
    # Gateways of all carriers, with what answers their challenges: for Kamailio only.
    *definer(
        "edge_gateways()",
        f"""
    create function edge_gateways() returns table (
        resource_id text, gateway integer, server text, port integer, username text, password text, realm text,
        register boolean, from_realm text)
    {_HEADER} as $$ begin return query
        select replace(r.id::text, '-', ''), (g.n - 1)::integer, g.doc ->> 'server',
            coalesce((g.doc ->> 'port')::integer, 5060),
            coalesce(g.doc ->> 'username', ''), coalesce(g.doc ->> 'password', ''), coalesce(g.doc ->> 'realm', ''),
            coalesce((g.doc ->> 'register')::boolean, false),
            coalesce(nullif(r.doc ->> 'from_uri_realm', ''),
                     case when r.doc ->> 'from_account_realm' = 'true' then a.realm end,
                     nullif(g.doc ->> 'realm', ''), '')
        from resources r
        join accounts a on a.id = r.account_id and a.deleted is null and a.enabled
        cross join lateral jsonb_array_elements(r.doc -> 'gateways') with ordinality as g (doc, n)
        where r.deleted is null and r.enabled and coalesce((g.doc ->> 'enabled')::boolean, true)
            and coalesce(g.doc ->> 'server', '') <> '';
    end $$""",
        grantees=("qvoice_edge",),
    ),
    # The same without secrets: the worker resolves names and watches health.
    *definer(
        "gateway_addresses()",
        f"""
    create function gateway_addresses() returns table (
        resource_id text, account_id text, gateway integer, server text, port integer, force_port boolean)
    {_HEADER} as $$ begin return query
        select replace(r.id::text, '-', ''), replace(r.account_id::text, '-', ''), (g.n - 1)::integer,
            g.doc ->> 'server',
            coalesce((g.doc ->> 'port')::integer, 5060), coalesce((g.doc ->> 'force_port')::boolean, false)
        from resources r
        join accounts a on a.id = r.account_id and a.deleted is null and a.enabled
        cross join lateral jsonb_array_elements(r.doc -> 'gateways') with ordinality as g (doc, n)
        where r.deleted is null and r.enabled and coalesce((g.doc ->> 'enabled')::boolean, true)
            and coalesce(g.doc ->> 'server', '') <> ''
        order by nlevel(a.path), r.created, r.id, g.n;
    end $$""",
    ),
    # Changes when a trunk's registration does; says nothing about it.
    *definer(
        "edge_registrations_digest()",
        f"""
    create function edge_registrations_digest() returns table (digest text)
    {_HEADER} as $$ begin return query
        select md5(coalesce(string_agg(g::text, '|' order by g.resource_id, g.gateway), ''))
        from edge_gateways() g where g.register;
    end $$""",
    ),
    *definer(
        "registrations()",
        f"""
    create function registrations() returns table (
        username text, realm text, device_id uuid, owner_id uuid, contact text, received text, user_agent text,
        expires double precision, call_id text, last_modified double precision)
    {_HEADER} as $$ begin return query
        select l.username::text, l.domain::text, d.id, d.owner_id, l.contact::text, l.received::text,
            l.user_agent::text, extract(epoch from l.expires)::double precision, l.callid::text,
            extract(epoch from l.last_modified)::double precision
        from accounts a
        join edge.location l on l.domain = a.realm and l.expires > (now() at time zone 'UTC')
        join devices d on d.realm = a.realm and lower(d.sip_username) = l.username and d.deleted is null
        where a.id = {CURRENT_ACCOUNT} and a.deleted is null
        order by l.username, l.contact;
    end $$""",
    ),
    # Registered AORs that no enabled device stands behind any more.
    *definer(
        "edge_intruders()",
        f"""
    create function edge_intruders() returns table (aor text)
    {_HEADER} as $$ begin return query
        select distinct l.username || '@' || l.domain
        from edge.location l
        left join edge_devices() d on d.key_name = l.username || '@' || l.domain
        where l.expires > (now() at time zone 'UTC') and not coalesce(d.enabled, false);
    end $$""",
    ),
    *definer(
        "mailbox_aors(uuid)",
        f"""
    create function mailbox_aors(wanted uuid) returns table (aor text, new bigint, saved bigint)
    {_HEADER} as $$ begin return query
        select lower(d.sip_username) || '@' || d.realm, sum(m.new)::bigint, sum(m.saved)::bigint
        from mailbox_state(wanted) m
        join devices d on d.account_id = m.account_id and d.owner_id = m.owner_id and d.deleted is null
        where d.sip_username is not null and coalesce((d.doc ->> 'mwi_unsolicited_updates')::boolean, true)
        group by 1;
    end $$""",
    ),
]

_DEVICE_VALUE = "(ha1 || '|' || device_id || '|' || account_id || '|' || policy || '|' || enabled::integer)::varchar"

VIEWS = [
    f"""
    create view edge.devices as
        select device_id, key_name, 0 as key_type, 0 as value_type, {_DEVICE_VALUE} as key_value, 0 as expires
        from public.edge_devices() where key_name is not null and ha1 is not null""",
    f"""
    create function edge.device(wanted uuid) returns table (key_name varchar, key_value varchar)
    language sql stable as $$
        select d.key_name, {_DEVICE_VALUE} from public.edge_device_row(wanted) d
        where d.key_name is not null and d.ha1 is not null
    $$""",
    "revoke all on function edge.device(uuid) from public",
    "grant execute on function edge.device(uuid) to qvoice_edge",
    """
    create view edge.device_keys as
        select device_id::varchar as key_name, 0 as key_type, 0 as value_type, key_name as key_value, 0 as expires
        from public.edge_devices() where key_name is not null and ha1 is not null""",
    """
    create view edge.ip_devices as
        select ip::varchar as key_name, 0 as key_type, 0 as value_type,
            (device_id || '|' || account_id || '|' || policy || '|' || realm)::varchar as key_value, 0 as expires
        from public.edge_ip_devices() where enabled""",
    """
    create view edge.gateways as
        select (resource_id || ':' || gateway)::varchar as key_name, 0 as key_type, 0 as value_type,
            (encode(convert_to(username, 'UTF8'), 'hex') || '|' || encode(convert_to(password, 'UTF8'), 'hex') || '|'
             || realm || '|' || from_realm)::varchar as key_value, 0 as expires
        from public.edge_gateways()""",
    """
    create view edge.uacreg as
        select (row_number() over (order by resource_id, gateway))::integer as id,
            (resource_id || '-' || gateway)::varchar as l_uuid, username::varchar as l_username,
            coalesce(nullif(realm, ''), server)::varchar as l_domain, username::varchar as r_username,
            server::varchar as r_domain,
            realm::varchar as realm, username::varchar as auth_username, password::varchar as auth_password,
            ''::varchar as auth_ha1,
            ('sip:' || server || ':' || port)::varchar as auth_proxy, 600 as expires, 0 as flags, 0 as reg_delay,
            ''::varchar as contact_addr, ''::varchar as socket
        from public.edge_gateways() where register and username <> ''""",
    *(
        f"grant select on edge.{view} to qvoice_edge"
        for view in ("devices", "device_keys", "ip_devices", "gateways", "uacreg")
    ),
]

EVENTS = [
    """
    create function edge.tell_registration() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
        row edge.location;
        account uuid;
    begin
        if tg_op = 'DELETE' then row := old; else row := new; end if;
        account := public.realm_account(row.domain);
        if account is not null then
            perform pg_notify('qvoice_event', json_build_object(
                'account', replace(account::text, '-', ''),
                'name', case tg_op when 'DELETE' then 'UNREGISTERED' else 'REGISTERED' end,
                'data', json_build_object('username', row.username, 'realm', row.domain))::text);
        end if;
        return null;
    end $$""",
    """
    create trigger registrations after insert or delete on edge.location
        for each row execute function edge.tell_registration()""",
]


def upgrade() -> None:
    """Create the schema `edge`."""
    for statement in [*TABLES, *FUNCTIONS, *VIEWS]:
        op.execute(statement)
    # Its owner grants it: the trigger below runs as qvoice_owner.
    op.execute("set local role qvoice_lookup")
    op.execute("grant execute on function realm_account(text) to qvoice_owner")
    op.execute("set local role qvoice_owner")
    for statement in EVENTS:
        op.execute(statement)
    # Kamailio's table names have no schema; the role finds them by its search path (set by an administrator, not by
    # the owner).
    op.execute("reset role")
    op.execute("alter role qvoice_edge set search_path = edge, public")
    op.execute("set local role qvoice_owner")


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
