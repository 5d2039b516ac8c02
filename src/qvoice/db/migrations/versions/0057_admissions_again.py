"""A call that asks for more and is not known is told so: a crash of the database took what was reserved just before."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import definer

revision = "0057"
down_revision = "0056"

# As before (migration 0037), and `unknown` when there is no such admission.
EXTEND = """
create or replace function call_extend(r jsonb) returns jsonb language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    chain uuid[];
    denied jsonb;
begin
    perform set_config('synchronous_commit', 'off', true);
    select a.levels into chain from call_admissions a where a.id = r ->> 'id';
    if chain is null then
        return '{"denied": "unknown"}';
    end if;
    if (select count(*) from call_levels_now(r -> 'levels')) < jsonb_array_length(r -> 'levels') then
        return '{"denied": "unavailable"}';
    end if;
    perform from call_usage u where u.account_id = any(chain) order by u.account_id for update;
    denied := call_reserve(r);
    if denied is not null then
        return denied;
    end if;
    update call_usage u set held = u.held + l.amount - h.held
    from jsonb_to_recordset(r -> 'levels') as l (account uuid, amount numeric), call_admission_levels h
    where h.admission_id = r ->> 'id' and h.account_id = l.account and u.account_id = l.account
        and l.amount is not null;
    update call_admission_levels h set held = l.amount
    from jsonb_to_recordset(r -> 'levels') as l (account uuid, amount numeric)
    where h.admission_id = r ->> 'id' and h.account_id = l.account and l.amount is not null;
    update call_admissions a set until = to_timestamp((r ->> 'until')::double precision) where a.id = r ->> 'id';
    return '{"ok": true}';
end $$"""


def upgrade() -> None:
    """Tell who is not known from who may not."""
    for statement in definer("call_extend(jsonb)", EXTEND):
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
