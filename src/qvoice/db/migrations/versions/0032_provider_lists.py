"""What a provider sees of all accounts below it in one list: the invoices it has sent, and orders of numbers."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, CURRENT_PATH, definer

revision = "0032"
down_revision = "0031"

# Whoever sends invoices sees those it has sent; what stands on one is read in the account it is for.
ISSUED = f"""
create function invoices_issued() returns table (
    id uuid, account_id uuid, account_name text, number bigint, period_start date, period_end date,
    issued timestamptz, currency text, opening numeric, closing numeric)
language sql stable security definer set search_path = public, pg_temp as $$
    select i.id, i.account_id, a.name, i.number, i.period_start, i.period_end, i.issued, i.currency, i.opening,
        i.closing
    from invoices i join accounts a on a.id = i.account_id
    where i.provider_id = {CURRENT_ACCOUNT}
    order by i.number desc limit 5000
$$"""

ORDERS = f"""
create function number_orders_below() returns table (
    id uuid, account_id uuid, account_name text, number text, state text, problem text, attempts integer, doc jsonb,
    created timestamptz, modified timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select o.id, o.account_id, a.name, o.number, o.state, o.problem, o.attempts, o.doc, o.created, o.modified
    from number_orders o join accounts a on a.id = o.account_id and a.deleted is null
    where a.path <@ {CURRENT_PATH}
    order by o.created desc limit 1000
$$"""


def upgrade() -> None:
    """Make the functions."""
    for statement in [
        *definer("invoices_issued()", ISSUED),
        *definer("number_orders_below()", ORDERS),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
