"""The ledger: double entry, append-only, balances and reservations kept beside it by the database itself."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, CURRENT_PATH, definer

revision = "0015"
down_revision = "0014"

SHARDS = 16
"""Rows over which a busy book of income is spread, so that calls of one provider do not wait for one another."""


def _shown(table: str, condition: str) -> list[str]:
    """Tenant's policy for reading; nobody but the definer functions writes."""
    return [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy tenant on {table} for select to qvoice_app using ({condition})",
        f"create policy lookup on {table} to qvoice_lookup using (true) with check (true)",
        f"grant select on {table} to qvoice_app",
    ]


TABLES = [
    """
    create table ledger_entries (
        id uuid primary key,
        number bigint generated always as identity,
        at timestamptz not null,
        written timestamptz not null default now(),
        key text not null unique check (key <> '' and length(key) <= 300),
        kind text not null check (kind ~ '^[a-z0-9][a-z0-9_.-]{0,63}$'),
        account_id uuid not null references accounts (id),
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        text text not null,
        ref jsonb not null
    )""",
    """
    create table ledger_lines (
        id bigint generated always as identity primary key,
        entry_id uuid not null references ledger_entries (id),
        account_id uuid not null references accounts (id),
        book text not null check (book in
            ('balance', 'income', 'payments', 'adjustments', 'taxes', 'costs', 'carriers')),
        kind text not null,
        at timestamptz not null,
        amount numeric(20, 6) not null,
        ref jsonb not null
    )""",
    "create index ledger_lines_entry on ledger_lines (entry_id)",
    "create index ledger_lines_list on ledger_lines (account_id, book, at, id)",
    """
    create table ledger_balances (
        account_id uuid not null references accounts (id),
        book text not null,
        slot smallint not null,
        amount numeric(20, 6) not null,
        held numeric(20, 6) not null default 0 check (held >= 0),
        primary key (account_id, book, slot)
    ) with (fillfactor = 50)""",
    """
    create table balance_holds (
        id uuid primary key default gen_random_uuid(),
        account_id uuid not null references accounts (id),
        call_id text not null,
        amount numeric(20, 6) not null check (amount >= 0),
        floor numeric(20, 6) not null,
        until timestamptz not null,
        made timestamptz not null default now(),
        unique (call_id, account_id)
    )""",
    "create index balance_holds_account on balance_holds (account_id, until)",
    "create index balance_holds_until on balance_holds (until)",
    *_shown("ledger_lines", f"account_id = {CURRENT_ACCOUNT}"),
    *_shown(
        "ledger_entries",
        "exists (select from ledger_lines l"
        f" where l.entry_id = ledger_entries.id and l.account_id = {CURRENT_ACCOUNT})",
    ),
    *_shown("ledger_balances", f"account_id = {CURRENT_ACCOUNT}"),
    *_shown("balance_holds", f"account_id = {CURRENT_ACCOUNT}"),
    # Exactly what the functions below do, and no more.
    "grant select, insert on ledger_entries, ledger_lines to qvoice_lookup",
    "grant select, insert, update on ledger_balances to qvoice_lookup",
    "grant select, insert, update, delete on balance_holds to qvoice_lookup",
]

APPEND_ONLY = [
    """
    create function ledger_is_append_only() returns trigger language plpgsql set search_path = public, pg_temp as $$
    begin
        raise exception 'the ledger is append-only: post a correction instead' using errcode = 'restrict_violation';
    end $$""",
    *(
        f"create trigger append_only before update or delete or truncate on {table}"
        " for each statement execute function ledger_is_append_only()"
        for table in ("ledger_entries", "ledger_lines")
    ),
    "create trigger kept before truncate on ledger_balances"
    " for each statement execute function ledger_is_append_only()",
]

BALANCED = """
create function ledger_entry_is_balanced() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    entry uuid;
    total numeric;
    lines bigint;
begin
    if tg_table_name = 'ledger_entries' then
        entry := new.id;
    else
        entry := new.entry_id;
    end if;
    select coalesce(sum(l.amount), 0), count(*) into total, lines from ledger_lines l where l.entry_id = entry;
    if total <> 0 or lines < 2 then
        raise exception 'ledger entry % has % lines that add up to %, not to 0', entry, lines, total
            using errcode = 'check_violation', constraint = 'ledger_balanced';
    end if;
    return null;
end $$"""

COUNTED = f"""
create function ledger_line_is_counted() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    insert into ledger_balances as b (account_id, book, slot, amount)
    values (new.account_id, new.book, case new.book when 'balance' then 0 else pg_backend_pid() % {SHARDS} end,
            new.amount)
    on conflict (account_id, book, slot) do update set amount = b.amount + excluded.amount;
    return null;
end $$"""

HELD = """
create function balance_hold_is_counted() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
    update ledger_balances b
    set held = b.held + case tg_op when 'INSERT' then new.amount when 'UPDATE' then new.amount - old.amount
                                   else - old.amount end
    where b.account_id = (case tg_op when 'DELETE' then old.account_id else new.account_id end)
        and b.book = 'balance' and b.slot = 0;
    if not found then
        raise exception 'a reservation needs a balance';
    end if;
    return null;
end $$"""

TRIGGERS = [
    COUNTED,
    HELD,
    *(
        f"create constraint trigger balanced after insert on {table} deferrable initially deferred"
        " for each row execute function ledger_entry_is_balanced()"
        for table in ("ledger_entries", "ledger_lines")
    ),
    "create trigger counted after insert on ledger_lines for each row execute function ledger_line_is_counted()",
    "create trigger counted after insert or update of amount or delete on balance_holds"
    " for each row execute function balance_hold_is_counted()",
]

# Who may be written to: accounts on one way down the tree, the lowest of them at or below the transaction's account.
# A transaction without account (call control, the worker) is the system's own.
CHECKED = f"""
create function ledger_subject(accounts uuid[]) returns uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    subject uuid;
    way ltree;
begin
    select a.id, a.path into subject, way from accounts a where a.id = any(accounts)
    order by nlevel(a.path) desc, a.id limit 1;
    if subject is null or exists (
        select from unnest(accounts) wanted (id) left join accounts a on a.id = wanted.id
        where a.path is null or not a.path @> way
    ) then
        raise exception 'the accounts of a ledger entry must lie on one way down the tree'
            using errcode = 'check_violation', constraint = 'ledger_way';
    end if;
    if not coalesce({CURRENT_PATH} @> way, true) then
        raise exception 'that account is not below yours' using errcode = 'insufficient_privilege';
    end if;
    return subject;
end $$"""

LOCKED = """
create function ledger_lock(accounts uuid[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into ledger_balances (account_id, book, slot, amount)
    select distinct wanted.id, 'balance', 0, 0 from unnest(accounts) wanted (id)
    where not exists (
        select from ledger_balances b where b.account_id = wanted.id and b.book = 'balance' and b.slot = 0)
    order by 1
    on conflict do nothing;
    -- One order for everybody: nobody waits in a circle.
    perform from ledger_balances b where b.account_id = any(accounts) and b.book = 'balance' and b.slot = 0
    order by b.account_id for update;
end $$"""

POST = """
create function ledger_post(entry_key text, entry_kind text, entry_at timestamptz, entry_text text, entry_ref jsonb,
    accounts uuid[], books text[], amounts numeric[], refs jsonb[]) returns uuid
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    subject uuid := ledger_subject(accounts);
    entry uuid;
begin
    select e.id into entry from ledger_entries e where e.key = entry_key;
    if entry is not null then
        return entry;
    end if;
    perform ledger_lock(array(select distinct u.account from unnest(accounts, books) u (account, book)
                              where u.book = 'balance'));
    insert into ledger_entries (id, at, key, kind, account_id, currency, text, ref)
    values (gen_random_uuid(), entry_at, entry_key, entry_kind, subject, ledger_currency(), entry_text, entry_ref)
    on conflict (key) do nothing returning id into entry;
    if entry is null then
        select e.id into entry from ledger_entries e where e.key = entry_key;
        return entry;
    end if;
    insert into ledger_lines (entry_id, account_id, book, kind, at, amount, ref)
    select entry, u.account, u.book, entry_kind, entry_at, u.amount, u.ref
    from unnest(accounts, books, amounts, refs) u (account, book, amount, ref)
    order by u.book <> 'balance', u.account, u.book;
    return entry;
end $$"""

CURRENCY = """
create function ledger_currency() returns text
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select a.doc ->> 'currency' from accounts a where a.parent_id is null), 'CAD')
$$"""

# What is missing for the reservations that a call asks for, in the order asked.
SHORT = """
create function ledger_short(the_call text, accounts uuid[], amounts numeric[], floors numeric[])
returns table (account uuid, missing numeric)
language sql volatile security definer set search_path = public, pg_temp as $$
    select w.account, w.amount - (b.amount - b.held + coalesce(h.amount, 0) - w.floor)
    from unnest(accounts, amounts, floors) with ordinality w (account, amount, floor, place)
    join ledger_balances b on b.account_id = w.account and b.book = 'balance' and b.slot = 0
    left join balance_holds h on h.account_id = w.account and h.call_id = the_call
    where w.amount > 0 and b.amount - b.held + coalesce(h.amount, 0) - w.floor < w.amount
    order by w.place
$$"""

# All levels or none. Amounts are totals, so the same call may ask again (after a crash, or for more).
HOLD = """
create function ledger_hold(the_call text, accounts uuid[], amounts numeric[], floors numeric[], until_then timestamptz)
returns table (account uuid, missing numeric)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform ledger_subject(accounts);
    perform ledger_lock(accounts);
    if exists (select from ledger_short(the_call, accounts, amounts, floors)) then
        -- What calls left behind whose keeper is gone stands in nobody's way.
        delete from balance_holds h where h.account_id = any(accounts) and h.until < clock_timestamp()
            and h.call_id <> the_call;
    end if;
    return query select s.account, s.missing from ledger_short(the_call, accounts, amounts, floors) s;
    if not found then
        insert into balance_holds as h (account_id, call_id, amount, floor, until)
        select w.account, the_call, w.amount, w.floor, until_then
        from unnest(accounts, amounts, floors) w (account, amount, floor)
        order by w.account
        on conflict (call_id, account_id) do update
            set amount = excluded.amount, floor = excluded.floor, until = excluded.until;
    end if;
end $$"""

STAND = """
create function ledger_standing(the_call text, accounts uuid[])
returns table (account uuid, amount numeric, held numeric, own numeric, floor numeric)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform ledger_subject(accounts);
    perform ledger_lock(array(select u.id from unnest(accounts) u (id)
                              union select h.account_id from balance_holds h where h.call_id = the_call));
    return query
        select b.account_id, b.amount, b.held, h.amount, h.floor
        from ledger_balances b
        left join balance_holds h on h.account_id = b.account_id and h.call_id = the_call
        where b.account_id = any(accounts) and b.book = 'balance' and b.slot = 0;
end $$"""

RELEASE = """
create function ledger_release(the_call text) returns numeric
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    freed numeric;
begin
    perform ledger_lock(array(select h.account_id from balance_holds h where h.call_id = the_call));
    with gone as (delete from balance_holds h where h.call_id = the_call returning h.amount)
    select coalesce(sum(gone.amount), 0) into freed from gone;
    return freed;
end $$"""

EXPIRE = """
create function ledger_expire(most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    stale record;
    freed integer := 0;
begin
    for stale in
        select h.account_id, h.call_id from balance_holds h where h.until < clock_timestamp()
        order by h.account_id limit most
    loop
        perform ledger_lock(array[stale.account_id]);
        delete from balance_holds h where h.account_id = stale.account_id and h.call_id = stale.call_id
            and h.until < clock_timestamp();
        if found then
            freed := freed + 1;
        end if;
    end loop;
    return freed;
end $$"""

AUDIT = """
create function ledger_discrepancies() returns table (account uuid, book text, difference numeric)
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce(b.account_id, l.account_id), coalesce(b.book, l.book),
        coalesce(b.amount, 0) - coalesce(l.amount, 0)
    from (select account_id, book, sum(amount) as amount from ledger_balances group by 1, 2) b
    full join (select account_id, book, sum(amount) as amount from ledger_lines group by 1, 2) l
        on l.account_id = b.account_id and l.book = b.book
    where coalesce(b.amount, 0) <> coalesce(l.amount, 0)
    union all
    select b.account_id, 'held', b.held - coalesce(h.amount, 0)
    from ledger_balances b
    left join (select account_id, sum(amount) as amount from balance_holds group by 1) h
        on h.account_id = b.account_id
    where b.book = 'balance' and b.held <> coalesce(h.amount, 0)
$$"""

FUNCTIONS = [
    *definer("ledger_entry_is_balanced()", BALANCED, grantees=("qvoice_owner",)),
    *definer("ledger_currency()", CURRENCY),
    *definer("ledger_subject(uuid[])", CHECKED, grantees=()),
    *definer("ledger_lock(uuid[])", LOCKED, grantees=()),
    *definer("ledger_post(text, text, timestamptz, text, jsonb, uuid[], text[], numeric[], jsonb[])", POST),
    *definer("ledger_short(text, uuid[], numeric[], numeric[])", SHORT, grantees=()),
    *definer("ledger_hold(text, uuid[], numeric[], numeric[], timestamptz)", HOLD),
    *definer("ledger_standing(text, uuid[])", STAND),
    *definer("ledger_release(text)", RELEASE),
    *definer("ledger_expire(integer)", EXPIRE),
    *definer("ledger_discrepancies()", AUDIT),
]


def upgrade() -> None:
    """Make the tables, the triggers that guard them, and the functions that are the only way in."""
    for statement in [*TABLES, *APPEND_ONLY, *FUNCTIONS, *TRIGGERS]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
