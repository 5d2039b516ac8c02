"""Refunds name the sale they give back, never more than it was; invoices that were mailed."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer, protect

revision = "0036"
down_revision = "0035"

# Whoever writes a refund holds the sale's row: two at once wait for one another.
GUARD = """
create function refund_within_sale() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    sale transactions;
begin
    select * into sale from transactions t where t.id = new.sale_id for update;
    if sale.account_id is distinct from new.account_id or sale.kind not in ('sale', 'topup')
        or sale.status <> 'approved'
        or sale.amount < (select sum(r.amount) from transactions r
                          where r.sale_id = new.sale_id and r.status <> 'declined')
    then
        raise exception 'more is refunded than was paid' using errcode = 'check_violation',
            constraint = 'refund_within_sale';
    end if;
    return null;
end $$"""

PROVIDER = """
create function invoice_provider_name(invoice uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select a.name from invoices i join accounts a on a.id = i.provider_id
    where i.id = invoice and i.account_id = nullif(current_setting('qvoice.account', true), '')::uuid
$$"""


def upgrade() -> None:
    """Add the column with its guard, and the table."""
    for statement in [
        "alter table transactions add column sale_id uuid references transactions (id)",
        "create index transactions_sale on transactions (sale_id) where sale_id is not null",
        "grant update on transactions to qvoice_lookup",
        "create policy refunds on transactions for update to qvoice_lookup using (true) with check (true)",
        *definer("refund_within_sale()", GUARD, grantees=("qvoice_owner",)),
        "create trigger refund_within_sale after insert or update on transactions"
        " for each row when (new.sale_id is not null) execute function refund_within_sale()",
        """
        create table invoice_mails (
            invoice_id uuid primary key references invoices (id),
            account_id uuid not null references accounts (id),
            at timestamptz not null default now()
        )""",
        *protect("invoice_mails", append_only=True),
        *definer("invoice_provider_name(uuid)", PROVIDER),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
