"""Credit notes: numbered by provider, never more than the invoice holds, each with the ledger entry that books it."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, definer, protect

revision = "0045"
down_revision = "0044"

TABLES = [
    """
    create table credit_notes (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        provider_id uuid not null references accounts (id),
        invoice_id uuid not null references invoices (id),
        number bigint not null,
        issued timestamptz not null default now(),
        currency text not null,
        amount numeric(20, 6) not null check (amount > 0),
        entry_id uuid not null references ledger_entries (id),
        key text,
        parts jsonb not null,
        doc jsonb not null,
        unique (provider_id, number),
        unique (account_id, key)
    )""",
    "create index credit_notes_invoice on credit_notes (invoice_id)",
    "create index credit_notes_list on credit_notes (account_id, issued)",
    *protect("credit_notes", append_only=True),
    """
    create table credit_note_counters (
        account_id uuid primary key references accounts (id),
        last bigint not null
    )""",
    *protect("credit_note_counters"),
    "grant insert, update on credit_note_counters to qvoice_lookup",
    "create policy count on credit_note_counters to qvoice_lookup using (true) with check (true)",
    """
    create table credit_note_mails (
        note_id uuid primary key references credit_notes (id),
        account_id uuid not null references accounts (id),
        at timestamptz not null default now()
    )""",
    *protect("credit_note_mails", append_only=True),
]

# One series for each provider without gaps: the row stays locked until the note is committed.
NUMBER = f"""
create function credit_note_number(wanted uuid) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    above uuid;
    taken bigint;
begin
    select i.provider_id into above from invoices i where i.id = wanted and i.account_id = {CURRENT_ACCOUNT};
    if above is null then
        raise exception 'there is no such invoice in this account' using errcode = 'insufficient_privilege';
    end if;
    insert into credit_note_counters as c (account_id, last) values (above, 1)
        on conflict (account_id) do update set last = c.last + 1 returning c.last into taken;
    return taken;
end $$"""

# Whoever writes a note holds the invoice: two at once wait for one another. What is checked is what stands there after
# the note: of each line no more than it charged, in all no more than was charged and not given back on the invoice
# itself, the ledger's entry of the same amount, and the provider that sent the invoice.
GUARD = """
create function credit_within_invoice() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    invoice invoices;
begin
    perform pg_advisory_xact_lock(hashtextextended('credit:' || new.invoice_id, 12));
    select * into invoice from invoices i where i.id = new.invoice_id;
    if invoice.account_id is distinct from new.account_id or invoice.provider_id is distinct from new.provider_id
        or new.amount <> (select sum(p.amount) from jsonb_to_recordset(new.parts) as p (line int, amount numeric))
        or exists (select from jsonb_to_recordset(new.parts) as p (line int, amount numeric) where p.amount <= 0)
        or new.amount is distinct from (
            select sum(l.amount) from ledger_lines l
            where l.entry_id = new.entry_id and l.account_id = new.account_id and l.book = 'balance')
        or (select sum(c.amount) from credit_notes c where c.invoice_id = new.invoice_id) > (
            select sum(case when l.amount < 0 or l.kind in ('services', 'per-minute-voip') then - l.amount else 0 end)
            from jsonb_to_recordset(invoice.doc -> 'lines') as l (kind text, amount numeric))
        or exists (
            select from (
                select p.line, sum(p.amount) as amount
                from credit_notes c, jsonb_to_recordset(c.parts) as p (line int, amount numeric)
                where c.invoice_id = new.invoice_id group by 1) given
            where given.amount > coalesce(- (invoice.doc -> 'lines' -> given.line ->> 'amount')::numeric, 0))
    then
        raise exception 'more is given back than the invoice holds' using errcode = 'check_violation',
            constraint = 'credit_within_invoice';
    end if;
    return null;
end $$"""

# As before (migration 0032), with what was given back.
ISSUED = f"""
create function invoices_issued() returns table (
    id uuid, account_id uuid, account_name text, number bigint, period_start date, period_end date,
    issued timestamptz, currency text, opening numeric, closing numeric, credited numeric)
language sql stable security definer set search_path = public, pg_temp as $$
    select i.id, i.account_id, a.name, i.number, i.period_start, i.period_end, i.issued, i.currency, i.opening,
        i.closing, coalesce((select sum(c.amount) from credit_notes c where c.invoice_id = i.id), 0)
    from invoices i join accounts a on a.id = i.account_id
    where i.provider_id = {CURRENT_ACCOUNT}
    order by i.number desc limit 5000
$$"""


def upgrade() -> None:
    """Make the tables, the guard, and what counts."""
    for statement in [
        *TABLES,
        *definer("credit_note_number(uuid)", NUMBER),
        *definer("credit_within_invoice()", GUARD, grantees=("qvoice_owner",)),
        "create trigger credit_within_invoice after insert or update on credit_notes"
        " for each row execute function credit_within_invoice()",
        "set local role qvoice_lookup",
        "drop function invoices_issued()",
        "set local role qvoice_owner",
        *definer("invoices_issued()", ISSUED),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
