"""Invoices of many accounts in one transaction, and the logo on each paper as it was when it was written."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, CURRENT_PATH, definer, protect

revision = "0056"
down_revision = "0055"

# Each logo that ever stood on a paper, once. `at_upgrade`: on the papers that were written before logos were kept.
TABLES = [
    """
    create table paper_logos (
        account_id uuid not null references accounts (id),
        hash text not null,
        kind text not null,
        data bytea not null,
        at_upgrade boolean not null default false,
        kept timestamptz not null default now(),
        primary key (account_id, hash)
    )""",
    *protect("paper_logos", append_only=True),
    "grant insert on paper_logos, invoices, invoice_lines to qvoice_lookup",
    "create policy keep on paper_logos for insert to qvoice_lookup with check (true)",
    "create policy issue on invoices for insert to qvoice_lookup with check (true)",
    "create policy issue on invoice_lines for insert to qvoice_lookup with check (true)",
    "set local role qvoice_lookup",
    "insert into paper_logos (account_id, hash, kind, data, at_upgrade)"
    " select w.account_id, encode(sha256(w.logo), 'hex'), w.logo_type, w.logo, true from whitelabel w"
    " where w.logo is not null and w.logo_type is not null",
    "drop function invoice_number(uuid)",
    "drop function credit_note_number(uuid)",
    "drop function invoice_logo(uuid)",
    "set local role qvoice_owner",
]

KEPT = """
create function paper_logo_kept(issuer uuid) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    found record;
begin
    select encode(sha256(w.logo), 'hex') as hash, w.logo_type, w.logo into found
    from whitelabel w where w.account_id = issuer and w.logo is not null and w.logo_type is not null;
    if found.hash is not null then
        insert into paper_logos (account_id, hash, kind, data) values (issuer, found.hash, found.logo_type, found.logo)
        on conflict do nothing;
    end if;
    return found.hash;
end $$"""

# As before (migration 0049), with the logo of the one who issues, kept.
NUMBER = f"""
create function invoice_number(wanted uuid)
returns table (provider_id uuid, number bigint, label text, day date, settings jsonb, logo text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    above uuid;
begin
    select a.parent_id into above from accounts a where a.id = wanted and coalesce({CURRENT_PATH} @> a.path, true);
    if above is null then
        raise exception 'no account above it sends this account invoices' using errcode = 'insufficient_privilege';
    end if;
    return query select above, t.*, paper_logo_kept(above) from invoice_number_taken(above, 'invoices') t;
end $$"""

NOTE_NUMBER = f"""
create function credit_note_number(wanted uuid)
returns table (number bigint, label text, day date, settings jsonb, logo text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    above uuid;
begin
    select i.provider_id into above from invoices i where i.id = wanted and i.account_id = {CURRENT_ACCOUNT};
    if above is null then
        raise exception 'there is no such invoice in this account' using errcode = 'insufficient_privilege';
    end if;
    return query select t.*, paper_logo_kept(above) from invoice_number_taken(above, 'credit_notes') t;
end $$"""

# The logo of a paper on or about an invoice of the session's account; no hash: of one that was written before 0056.
LOGO = f"""
create function paper_logo(invoice uuid, wanted text) returns table (kind text, data bytea)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.kind, p.data from invoices i join paper_logos p on p.account_id = i.provider_id
        and case when wanted is null then p.at_upgrade else p.hash = wanted end
    where i.id = invoice and i.account_id = {CURRENT_ACCOUNT}
$$"""

# The rest is for the monthly run, which acts for no account: with a path set there is nothing to see.
# Accounts whose turn it is (their advisory locks are held), that have no invoice of the month `before` yet and
# something to bill: as much as fits into `most` lines, one account at least.
HEADS = f"""
create function billing_heads(ids uuid[], before date, until timestamptz, oldest timestamptz, most bigint)
returns table (id uuid, parent_id uuid, path text, name text, doc jsonb, language text, timezone text,
    above_timezone text, plans jsonb, allotments jsonb, opening numeric, billed date)
language sql stable security definer set search_path = public, pg_temp as $$
    with due as (
        select a.*, o.n, sum(o.n) over (order by a.id) as so_far
        from unnest(ids) w (id) join accounts a on a.id = w.id and a.deleted is null and a.parent_id is not null
        cross join lateral (
            select count(*) as n, coalesce(bool_or(l.amount <> 0), false) as any from ledger_lines l
            where l.account_id = a.id and l.book = 'balance' and l.at < until and l.at >= oldest
                and not exists (select from invoice_lines i where i.line_id = l.id)) o
        where o.any and not exists (select from invoices v where v.account_id = a.id and v.month = before))
    select d.id, d.parent_id, d.path::text, d.name, d.doc, d.language, d.timezone, up.timezone,
        (select jsonb_agg(jsonb_build_object('plan', replace(p.id::text, '-', ''), 'bundles', p.doc -> 'bundles',
                'priority', p.doc #> '{{merge,priority}}') order by p.id)
         from services sv join service_plans p on p.account_id = d.parent_id and p.deleted is null
            and sv.plans ? replace(p.id::text, '-', '') and jsonb_typeof(p.doc -> 'bundles') = 'object'
         where sv.account_id = d.id),
        (select t.doc from allotments t where t.id = d.id and t.deleted is null), coalesce(b.total, 0), b.last
    from due d join accounts up on up.id = d.parent_id
    cross join lateral (select sum(v.closing - v.opening) as total, max(v.period_end) as last
                        from invoices v where v.account_id = d.id) b
    where {CURRENT_PATH} is null and (d.so_far <= most or d.so_far = d.n)
    order by d.id
$$"""

LINES = f"""
create function billing_lines(ids uuid[], until timestamptz, oldest timestamptz)
returns table (account_id uuid, id bigint, kind text, at timestamptz, amount numeric, line_ref jsonb, text text,
    ref jsonb, currency text)
language sql stable security definer set search_path = public, pg_temp as $$
    select l.account_id, l.id, l.kind, l.at, l.amount, l.ref, e.text, e.ref, e.currency
    from unnest(ids) w (id) join ledger_lines l on l.account_id = w.id and l.book = 'balance'
    join ledger_entries e on e.id = l.entry_id
    where l.at < until and l.at >= oldest and {CURRENT_PATH} is null
        and not exists (select from invoice_lines i where i.line_id = l.id)
    order by l.account_id, l.at, l.id
$$"""

# Numbers for accounts, by provider and account: whoever takes numbers of several providers takes them in this order.
NUMBERS = f"""
create function billing_numbers(ids uuid[])
returns table (account_id uuid, provider_id uuid, name text, number bigint, label text, day date, settings jsonb,
    logo text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    one record;
    above uuid;
    picture text;
begin
    if {CURRENT_PATH} is not null then
        raise exception 'only the monthly run numbers for many accounts' using errcode = 'insufficient_privilege';
    end if;
    for one in
        select a.id, a.parent_id, up.name from unnest(ids) w (id) join accounts a on a.id = w.id
        join accounts up on up.id = a.parent_id order by a.parent_id, a.id
    loop
        if above is distinct from one.parent_id then
            above := one.parent_id;
            picture := paper_logo_kept(above);
        end if;
        return query select one.id, above, one.name, t.*, picture from invoice_number_taken(above, 'invoices') t;
    end loop;
end $$"""

WRITE = f"""
create function billing_issue(made jsonb) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if {CURRENT_PATH} is not null then
        raise exception 'only the monthly run issues for many accounts' using errcode = 'insufficient_privilege';
    end if;
    insert into invoices (id, account_id, provider_id, number, label, day, month, key, period_start, period_end,
        currency, opening, closing, doc)
    select m.id, m.account_id, m.provider_id, m.number, m.label, m.day, m.month, m.key, m.period_start, m.period_end,
        m.currency, m.opening, m.closing, m.doc from jsonb_populate_recordset(null::invoices, made) m;
    insert into invoice_lines (line_id, account_id, invoice_id)
    select l.value::bigint, (m.value ->> 'account_id')::uuid, (m.value ->> 'id')::uuid
    from jsonb_array_elements(made) m, jsonb_array_elements_text(m.value -> 'line_ids') l;
end $$"""


def upgrade() -> None:
    """Keep the logos there are, and make the functions."""
    for statement in [
        *TABLES,
        *definer("paper_logo_kept(uuid)", KEPT, grantees=()),
        *definer("invoice_number(uuid)", NUMBER),
        *definer("credit_note_number(uuid)", NOTE_NUMBER),
        *definer("paper_logo(uuid, text)", LOGO),
        *definer("billing_heads(uuid[], date, timestamptz, timestamptz, bigint)", HEADS),
        *definer("billing_lines(uuid[], timestamptz, timestamptz)", LINES),
        *definer("billing_numbers(uuid[])", NUMBERS),
        *definer("billing_issue(jsonb)", WRITE),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
