"""Who issues invoices and how they are numbered; invoices made at once, beside those of a month."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, CURRENT_PATH, definer, protect

revision = "0049"
down_revision = "0048"

TABLES = [
    """
    create table invoice_settings (
        account_id uuid primary key references accounts (id),
        doc jsonb not null,
        modified timestamptz not null default now()
    )""",
    *protect("invoice_settings"),
    # One row for each series of numbers: whoever takes a number holds the row until the paper is committed, and whoever
    # changes how numbers look holds it too.
    """
    create table invoice_series (
        account_id uuid not null references accounts (id),
        series text not null check (series in ('invoices', 'credit_notes')),
        last bigint not null check (last >= 0),
        year integer not null,
        primary key (account_id, series)
    )""",
    *protect("invoice_series"),
    "grant insert, update on invoice_series to qvoice_lookup",
    "create policy count on invoice_series to qvoice_lookup using (true) with check (true)",
    "set local role qvoice_lookup",
    "insert into invoice_series (account_id, series, last, year)"
    " select account_id, 'invoices', last, 0 from invoice_counters"
    " union all select account_id, 'credit_notes', last, 0 from credit_note_counters",
    "drop function invoice_number(uuid)",
    "drop function credit_note_number(uuid)",
    "drop function invoices_issued()",
    "set local role qvoice_owner",
    "drop table invoice_counters",
    "drop table credit_note_counters",
    # `label`: the number as it stands on the paper; `day`: issued on, where months are counted; `month`: of which it is
    # the invoice, null when it was made at once. Given in the statement that makes the columns: no trigger sees it.
    "alter table invoices add column label text, add column day date, add column month date, add column key text",
    "alter table invoices alter column label type text using number::text,"
    " alter column day type date using (issued at time zone 'UTC')::date,"
    " alter column month type date using period_start",
    "alter table invoices alter column label set not null, alter column day set not null,"
    " drop constraint invoices_provider_id_number_key, drop constraint invoices_account_id_period_start_key,"
    " add constraint invoices_label unique (provider_id, label),"
    " add constraint invoices_month unique (account_id, month), add constraint invoices_key unique (account_id, key)",
    "create index invoices_sent on invoices (provider_id, issued)",
    "alter table credit_notes add column label text, add column day date",
    "alter table credit_notes alter column label type text using number::text,"
    " alter column day type date using (issued at time zone 'UTC')::date",
    "alter table credit_notes alter column label set not null, alter column day set not null,"
    " drop constraint credit_notes_provider_id_number_key,"
    " add constraint credit_notes_label unique (provider_id, label)",
]

# How a number is written. A prefix has no braces, so nothing that was put in is replaced again.
LABEL = """
create function invoice_label(rule jsonb, year integer, number bigint) returns text
language sql immutable as $$
    select replace(replace(replace(coalesce(rule ->> 'pattern', '{prefix}{number}'),
        '{prefix}', coalesce(rule ->> 'prefix', '')), '{year}', lpad(year::text, 4, '0')),
        '{number}', lpad(number::text, greatest(length(number::text), coalesce((rule ->> 'width')::integer, 0)), '0'))
$$"""

# The next of a series: one more than the last, with the row of the series locked until whoever takes it commits, so
# there are no gaps and no number twice. A series that begins anew each year never goes back to an old one.
TAKEN = """
create function invoice_number_taken(issuer uuid, wanted text)
returns table (number bigint, label text, day date, settings jsonb)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    state invoice_series;
    found jsonb;
    today date := (now() at time zone billing_zone())::date;
    this_year integer;
begin
    insert into invoice_series values (issuer, wanted, 0, 0) on conflict do nothing;
    select * into state from invoice_series s where s.account_id = issuer and s.series = wanted for update;
    select i.doc into found from invoice_settings i where i.account_id = issuer;
    this_year := greatest(extract(year from today)::integer, state.year);
    if found #>> array[wanted, 'restart'] = 'yearly' and state.year > 0 and this_year > state.year then
        state.last := 0;
    end if;
    update invoice_series s set last = state.last + 1, year = this_year
        where s.account_id = issuer and s.series = wanted;
    return query select state.last + 1, invoice_label(found -> wanted, this_year, state.last + 1), today, found;
end $$"""

NUMBER = f"""
create function invoice_number(wanted uuid)
returns table (provider_id uuid, number bigint, label text, day date, settings jsonb)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    above uuid;
begin
    select a.parent_id into above from accounts a where a.id = wanted and coalesce({CURRENT_PATH} @> a.path, true);
    if above is null then
        raise exception 'no account above it sends this account invoices' using errcode = 'insufficient_privilege';
    end if;
    return query select above, t.* from invoice_number_taken(above, 'invoices') t;
end $$"""

NOTE_NUMBER = f"""
create function credit_note_number(wanted uuid)
returns table (number bigint, label text, day date, settings jsonb)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    above uuid;
begin
    select i.provider_id into above from invoices i where i.id = wanted and i.account_id = {CURRENT_ACCOUNT};
    if above is null then
        raise exception 'there is no such invoice in this account' using errcode = 'insufficient_privilege';
    end if;
    return query select * from invoice_number_taken(above, 'credit_notes');
end $$"""

# Of the account above: what an invoice that is not made yet will say, and the picture on one that is.
ABOVE = f"""
create function invoice_settings_above() returns table (name text, settings jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
    select up.name, i.doc from accounts a join accounts up on up.id = a.parent_id
    left join invoice_settings i on i.account_id = up.id where a.id = {CURRENT_ACCOUNT}
$$"""
LOGO = f"""
create function invoice_logo(wanted uuid) returns table (kind text, data bytea)
language sql stable security definer set search_path = public, pg_temp as $$
    select w.logo_type, w.logo from invoices i join whitelabel w on w.account_id = i.provider_id
    where i.id = wanted and i.account_id = {CURRENT_ACCOUNT} and w.logo is not null
$$"""

# What an account has written numbers on so far that `regex` reads: the year (0: none in it) and the highest number.
# `year_at`, `number_at`: which of the regex's brackets.
WRITTEN = f"""
create function invoice_labels_written(wanted text, regex text, year_at integer, number_at integer)
returns table (year integer, top numeric)
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((m.parts)[year_at]::integer, 0), max((m.parts)[number_at]::numeric)
    from (
        select regexp_match(i.label, regex) as parts from invoices i
        where wanted = 'invoices' and i.provider_id = {CURRENT_ACCOUNT}
        union all
        select regexp_match(c.label, regex) from credit_notes c
        where wanted = 'credit_notes' and c.provider_id = {CURRENT_ACCOUNT}) m
    where m.parts is not null group by 1
$$"""

# As before (migration 0045), with the number as it is written.
ISSUED = f"""
create function invoices_issued() returns table (
    id uuid, account_id uuid, account_name text, number bigint, label text, period_start date, period_end date,
    day date, month date, due text, currency text, opening numeric, closing numeric, credited numeric)
language sql stable security definer set search_path = public, pg_temp as $$
    select i.id, i.account_id, a.name, i.number, i.label, i.period_start, i.period_end, i.day, i.month,
        i.doc ->> 'due', i.currency, i.opening, i.closing,
        coalesce((select sum(c.amount) from credit_notes c where c.invoice_id = i.id), 0)
    from invoices i join accounts a on a.id = i.account_id
    where i.provider_id = {CURRENT_ACCOUNT}
    order by i.issued desc, i.number desc limit 5000
$$"""


def upgrade() -> None:
    """Make the settings, carry the counters over, and write the numbers that there are."""
    for statement in [
        *TABLES,
        LABEL,
        "grant execute on function invoice_label(jsonb, integer, bigint) to qvoice_app, qvoice_lookup",
        *definer("invoice_number_taken(uuid, text)", TAKEN, grantees=()),
        *definer("invoice_number(uuid)", NUMBER),
        *definer("credit_note_number(uuid)", NOTE_NUMBER),
        *definer("invoice_settings_above()", ABOVE),
        *definer("invoice_logo(uuid)", LOGO),
        *definer("invoice_labels_written(text, text, integer, integer)", WRITTEN),
        *definer("invoices_issued()", ISSUED),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
