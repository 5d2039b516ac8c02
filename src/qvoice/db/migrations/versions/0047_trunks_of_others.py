"""A trunk does not take the calls of a phone system that another customer's device is recognised by."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0047"
down_revision = "0046"

# Which of the pairs (account of a trunk, address of its gateway) stand for somebody's phone system: a device that is
# recognised by that address, unless the trunk is its own account's or one's above it. Says nothing about whose.
FOREIGN = """
create function trunk_addresses_taken(trunk_accounts uuid[], addresses inet[]) returns table (n integer)
language sql stable security definer set search_path = public, pg_temp as $$
    select t.n::integer
    from unnest(trunk_accounts, addresses) with ordinality as t (account_id, address, n)
    join accounts mine on mine.id = t.account_id
    where exists (
        select from devices d join accounts a on a.id = d.account_id and a.deleted is null
        where d.deleted is null and d.sip_method = 'ip' and d.sip_ip = t.address and not mine.path @> a.path)
    order by t.n
$$"""


def upgrade() -> None:
    """Addresses of phone systems stay theirs."""
    for statement in definer("trunk_addresses_taken(uuid[], inet[])", FOREIGN):
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
