"""Monthly runs, payments, notices of low balances, and invoices."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_PATH, definer, protect

revision = "0026"
down_revision = "0025"

TABLES = [
    # Of the platform, not of a tenant: only the master account's route shows it.
    """
    create table billing_runs (
        period date primary key,
        state text not null check (state in ('running', 'done')),
        total integer not null,
        done integer not null default 0,
        failed integer not null default 0,
        cursor uuid,
        started timestamptz not null default now(),
        finished timestamptz
    )""",
    """
    create table billing_failures (
        period date not null,
        failed_account uuid not null,
        problem text not null,
        at timestamptz not null default now(),
        primary key (period, failed_account)
    )""",
    "grant select, insert, update on billing_runs to qvoice_app",
    "grant select, insert, update, delete on billing_failures to qvoice_app",
    """
    create table payment_methods (
        account_id uuid primary key references accounts (id),
        provider text not null,
        token text not null,
        label text not null,
        modified timestamptz not null default now()
    )""",
    *protect("payment_methods"),
    """
    create table transactions (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        key text not null,
        kind text not null check (kind in ('sale', 'topup', 'refund', 'credit', 'debit')),
        amount numeric(20, 6) not null check (amount > 0),
        currency text not null,
        status text not null check (status in ('pending', 'approved', 'declined')),
        provider text not null,
        reference text not null default '',
        description text not null default '',
        reason text not null default '',
        actor_id uuid,
        actor_account_id uuid,
        entry_id uuid,
        created timestamptz not null default now(),
        changed timestamptz not null default now(),
        unique (account_id, key)
    )""",
    "create index transactions_list on transactions (account_id, created, id)",
    *protect("transactions"),
    # What the simulated provider has done: it is asked twice after a crash, and must charge once.
    """
    create table simulated_charges (
        key text primary key,
        token text not null,
        amount numeric(20, 6) not null,
        currency text not null,
        approved boolean not null,
        at timestamptz not null default now()
    )""",
    "grant select, insert on simulated_charges to qvoice_app",
    """
    create table balance_notices (
        account_id uuid primary key references accounts (id),
        below boolean not null,
        at timestamptz not null default now()
    )""",
    *protect("balance_notices"),
    """
    create table invoices (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        provider_id uuid not null references accounts (id),
        number bigint not null,
        period_start date not null,
        period_end date not null,
        issued timestamptz not null default now(),
        currency text not null,
        opening numeric(20, 6) not null,
        closing numeric(20, 6) not null,
        doc jsonb not null,
        unique (provider_id, number),
        unique (account_id, period_start)
    )""",
    "create index invoices_list on invoices (account_id, period_start)",
    *protect("invoices", append_only=True),
    """
    create table invoice_lines (
        line_id bigint primary key references ledger_lines (id),
        account_id uuid not null references accounts (id),
        invoice_id uuid not null references invoices (id)
    )""",
    "create index invoice_lines_invoice on invoice_lines (invoice_id)",
    *protect("invoice_lines", append_only=True),
    """
    create table invoice_counters (
        account_id uuid primary key references accounts (id),
        last bigint not null
    )""",
    *protect("invoice_counters"),
    "grant insert, update on invoice_counters to qvoice_lookup",
    "create policy count on invoice_counters to qvoice_lookup using (true) with check (true)",
]

# Accounts that a month's run visits: they have a plan, or books.
ACCOUNTS = """
create function billing_accounts(after uuid, most integer) returns table (id uuid, path text)
language sql stable security definer set search_path = public, pg_temp as $$
    select a.id, a.path::text from accounts a
    where a.deleted is null and a.parent_id is not null and (after is null or a.id > after)
        and (exists (select from services s where s.account_id = a.id and s.plans <> '{}'::jsonb)
             or exists (select from ledger_balances b where b.account_id = a.id and b.book = 'balance'))
    order by a.id limit most
$$"""

# Numbers without gaps, one series for each provider: the row stays locked until the invoice is committed.
NUMBER = f"""
create function invoice_number(wanted uuid) returns table (provider_id uuid, number bigint)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    above uuid;
begin
    select a.parent_id into above from accounts a where a.id = wanted and coalesce({CURRENT_PATH} @> a.path, true);
    if above is null then
        raise exception 'no account above it sends this account invoices' using errcode = 'insufficient_privilege';
    end if;
    return query insert into invoice_counters as c (account_id, last) values (above, 1)
        on conflict (account_id) do update set last = c.last + 1 returning c.account_id, c.last;
end $$"""

TOPUPS = """
create function topups_due(month text, most integer) returns table (id uuid, path text, amount numeric)
language sql stable security definer set search_path = public, pg_temp as $$
    select w.id, w.path, w.amount from (
        select a.id, a.path::text as path,
            case jsonb_typeof(a.doc #> '{topup,amount}') when 'number' then (a.doc #>> '{topup,amount}')::numeric end
            as amount,
            case jsonb_typeof(a.doc #> '{topup,threshold}') when 'number'
                then (a.doc #>> '{topup,threshold}')::numeric end as threshold,
            coalesce((select b.amount - b.held from ledger_balances b
                      where b.account_id = a.id and b.book = 'balance' and b.slot = 0), 0) as left_over
        from accounts a
        where a.deleted is null and a.enabled and a.parent_id is not null and a.doc ? 'topup'
            and exists (select from payment_methods p where p.account_id = a.id)) w
    where w.amount > 0 and w.left_over < w.threshold
        and not exists (select from transactions t where t.account_id = w.id and t.key = 'topup:' || month)
        and not exists (select from transactions t where t.account_id = w.id and t.kind = 'topup'
                        and t.status = 'declined' and t.created > now() - interval '24 hours')
    order by w.id limit most
$$"""

LOW = """
create function balances_to_tell(most integer)
returns table (id uuid, path text, amount numeric, threshold numeric, below boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select w.id, w.path, w.amount, w.threshold, w.amount < w.threshold from (
        select a.id, a.path::text as path, b.amount,
            case jsonb_typeof(a.doc #> '{notifications,low_balance,threshold}') when 'number'
                then (a.doc #>> '{notifications,low_balance,threshold}')::numeric end as threshold,
            coalesce((select n.below from balance_notices n where n.account_id = a.id), false) as told
        from accounts a join ledger_balances b on b.account_id = a.id and b.book = 'balance' and b.slot = 0
        where a.deleted is null and a.parent_id is not null
            and coalesce(a.doc #> '{notifications,low_balance,enabled}', 'true') <> 'false'::jsonb) w
    where (w.amount < w.threshold) <> w.told
    order by w.id limit most
$$"""


# Planning the count of twenty tables takes ten times as long as counting: keep the plan.
PLANNED_ONCE = [
    "set local role qvoice_lookup",
    "alter function service_counts(uuid, boolean, text[], text[]) set plan_cache_mode = force_generic_plan",
    "set local role qvoice_owner",
]


def upgrade() -> None:
    """Make tables and functions."""
    for statement in [
        *TABLES,
        *PLANNED_ONCE,
        *definer("billing_accounts(uuid, integer)", ACCOUNTS),
        *definer("invoice_number(uuid)", NUMBER),
        *definer("topups_due(text, integer)", TOPUPS),
        *definer("balances_to_tell(integer)", LOW),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
