"""An address stands for one device of the whole installation: the one that had it first, whoever names it later."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0041"
down_revision = "0040"

# As before (migration 0002); of two devices with one address only the older one is recognised by it.
IP_DEVICES = """
create or replace function edge_ip_devices() returns table (device_id text, key_name varchar, ha1 varchar,
    account_id text, policy text, enabled boolean, ip text, realm varchar)
language plpgsql stable security definer set search_path = public, pg_temp as $$ begin return query
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
        host(d.sip_ip), d.realm::varchar
    from devices d
    join accounts a on a.id = d.account_id and a.deleted is null
    left join users u on u.id = d.owner_id and u.account_id = d.account_id and u.deleted is null
    where d.deleted is null and d.sip_method = 'ip' and d.sip_ip is not null
        and not exists (select from devices o where o.deleted is null and o.sip_method = 'ip' and o.sip_ip = d.sip_ip
            and (o.created, o.id) < (d.created, d.id));
end $$"""

# Why a device may not be recognised by an address: '' when it may. Says nothing about whose the address is.
TAKEN = """
create function device_address_taken(address inet, device uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select case
        when exists (select from devices d where d.deleted is null and d.sip_method = 'ip' and d.sip_ip = address
            and d.id <> device) then 'device'
        when exists (select from edge.carriers c where split_part(c.key_name, ':', 1) = host(address)) then 'carrier'
        else '' end
$$"""


def upgrade() -> None:
    """One device for an address."""
    op.execute("create index devices_sip_ip on devices (sip_ip) where sip_method = 'ip' and deleted is null")
    op.execute("grant select on edge.carriers to qvoice_lookup")
    for statement in [
        *definer("edge_ip_devices()", IP_DEVICES, grantees=("qvoice_edge",)),
        *definer("device_address_taken(inet, uuid)", TAKEN),
    ]:
        op.execute(statement)
