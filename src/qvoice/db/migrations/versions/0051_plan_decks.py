"""A service plan may name the rate deck by which the accounts that have it pay for calls."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, definer

revision = "0051"
down_revision = "0050"

GRANTS = [
    "grant insert, update, delete on ratedeck_bindings to qvoice_lookup",
    "create policy bind on ratedeck_bindings to qvoice_lookup using (source = 'plan') with check (source = 'plan')",
]

# Bind what plans say: of the account that is entered (no plan given), or of every account directly below it that has
# the plan. Of several plans with a deck the one of the highest priority says, then the first by name. Returns whose
# deck changed.
BIND = f"""
create function ratedecks_bound_by_plan(plan uuid) returns setof uuid
language sql security definer set search_path = public, pg_temp as $$
    with payers as (
        select a.id, a.parent_id, coalesce(s.plans, '{{}}'::jsonb) as plans
        from accounts a left join services s on s.account_id = a.id
        where plan is null and a.id = {CURRENT_ACCOUNT}
            or plan is not null and a.parent_id = {CURRENT_ACCOUNT} and s.plans ? replace(plan::text, '-', '')
    ), wanted as (
        select p.id, (
            select d.id from jsonb_object_keys(p.plans) k (id)
            join service_plans sp on sp.id = k.id::uuid and sp.account_id = p.parent_id and sp.deleted is null
            join ratedecks d on replace(d.id::text, '-', '') = sp.doc #>> '{{ratedeck,id}}'
                and d.account_id = p.parent_id and d.deleted is null and d.doc ->> 'use' is distinct from 'cost'
            order by coalesce((sp.doc #>> '{{merge,priority}}')::integer, 0) desc, lower(sp.name), sp.id limit 1
        ) as deck from payers p
    ), gone as (
        delete from ratedeck_bindings b using wanted w
        where b.account_id = w.id and b.source = 'plan' and w.deck is null returning b.account_id
    ), bound as (
        insert into ratedeck_bindings as b (account_id, source, ratedeck_id)
        select w.id, 'plan', w.deck from wanted w where w.deck is not null
        on conflict (account_id, source) do update set ratedeck_id = excluded.ratedeck_id
            where b.ratedeck_id <> excluded.ratedeck_id
        returning b.account_id
    )
    select account_id from gone union all select account_id from bound
$$"""

# Which plans of the account that is entered name a deck of its.
NAMED = f"""
create function ratedeck_plans(deck uuid) returns table (id uuid, name text)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.id, p.name from service_plans p
    where p.account_id = {CURRENT_ACCOUNT} and p.deleted is null
        and p.doc #>> '{{ratedeck,id}}' = replace(deck::text, '-', '')
    order by lower(p.name)
$$"""

# As before (migration 0018), with who gave it: `account`, `plan`, or `default`.
IN_FORCE = """
create function ratedeck_held(payer uuid) returns table (deck_id uuid, name text, source text)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.id, d.name, coalesce(b.source, 'default')
    from accounts a
    join ratedecks d on d.account_id = a.parent_id and d.deleted is null
    left join ratedeck_bindings b on b.account_id = a.id and b.ratedeck_id = d.id
    join ratedeck_versions v on v.id = d.version_id
    where a.id = payer and (b.account_id is not null or d.is_default)
    order by case b.source when 'account' then 0 when 'plan' then 1 else 2 end
    limit 1
$$"""


def upgrade() -> None:
    """Let plans bind decks."""
    for statement in [
        *GRANTS,
        *definer("ratedecks_bound_by_plan(uuid)", BIND),
        *definer("ratedeck_plans(uuid)", NAMED),
        *definer("ratedeck_held(uuid)", IN_FORCE),
    ]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
