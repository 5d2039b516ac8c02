"""Menus, hours, groups, media, voicemail, trunks; stored audio; what flows read of ancestors."""

from __future__ import annotations

from alembic import op

from qvoice.db.tenancy import CURRENT_ACCOUNT, definer, document_ddl, protect

revision = "0004"
down_revision = "0003"


def _integrity(table: str) -> str:
    """Return the policy that lets foreign keys to `table` be checked (as its owner, who is under FORCE too)."""
    return f"create policy integrity on {table} for select to qvoice_owner using (true)"


DOCUMENTS = [
    *document_ddl("menus", "name text not null"),
    *document_ddl("temporal_rules", "name text not null"),
    *document_ddl("temporal_rules_sets", "name text not null"),
    *document_ddl("groups", "name text not null"),
    *document_ddl("resources", "name text not null", "enabled boolean not null"),
    *document_ddl("media", "name text not null", "prompt_id text"),
    *document_ddl("vmboxes", "name text not null", "mailbox text not null", "owner_id uuid"),
    "create unique index vmboxes_mailbox on vmboxes (account_id, mailbox) where deleted is null",
    "create index vmboxes_owner on vmboxes (account_id, owner_id) where deleted is null",
    _integrity("media"),
    _integrity("vmboxes"),
    # Stored only; what calls do with them comes with a later issue.
    *document_ddl("conferences", "name text not null", "owner_id uuid"),
    *document_ddl("directories", "name text not null"),
    *document_ddl("faxboxes", "name text not null", "owner_id uuid"),
    *document_ddl("blacklists", "name text not null"),
    *document_ddl("lists", "name text not null"),
]

AUDIO = [
    """
    create table blobs (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        content_type text not null,
        size bigint not null,
        sha256 bytea not null,
        created timestamptz not null default now(),
        data bytea not null
    )""",
    # Audio does not compress, and EXTERNAL lets a Range request read its slice without the rest.
    "alter table blobs alter column data set storage external",
    "create index blobs_account on blobs (account_id)",
    *protect("blobs"),
    _integrity("blobs"),
    """
    create table media_audio (
        media_id uuid primary key references media (id),
        account_id uuid not null references accounts (id),
        original_id uuid not null references blobs (id),
        playable_id uuid not null references blobs (id),
        extension text not null,
        seconds real not null
    )""",
    *protect("media_audio"),
]

VOICEMAIL = [
    """
    create table voicemail_messages (
        id uuid primary key,
        account_id uuid not null references accounts (id),
        box_id uuid not null references vmboxes (id),
        folder text not null check (folder in ('new', 'saved', 'deleted')),
        ref text not null,
        call_id text not null default '',
        caller_number text not null,
        caller_name text not null,
        dialled text not null,
        received timestamptz not null,
        seconds real not null,
        blob_id uuid not null references blobs (id),
        transcription text,
        moved timestamptz not null default now(),
        unique (account_id, box_id, ref)
    )""",
    "create index voicemail_messages_box on voicemail_messages (account_id, box_id, folder, received, id)",
    "create index voicemail_messages_deleted on voicemail_messages (moved) where folder = 'deleted'",
    *protect("voicemail_messages"),
    """
    create table vmbox_pins (
        box_id uuid primary key references vmboxes (id) deferrable initially deferred,
        account_id uuid not null references accounts (id),
        hash text not null
    )""",
    *protect("vmbox_pins"),
    """
    create table vmbox_pin_failures (
        box_id uuid not null references vmboxes (id),
        account_id uuid not null references accounts (id),
        origin text not null,
        failures integer not null,
        last_failure timestamptz not null,
        primary key (box_id, origin)
    )""",
    *protect("vmbox_pin_failures"),
]

_HEADER = "language sql stable security definer set search_path = public, pg_temp"

FUNCTIONS = [
    *definer(
        "mailbox_state(uuid)",
        f"""
    create function mailbox_state(wanted uuid) returns table (
        account_id uuid, owner_id uuid, box_id uuid, mailbox text, new bigint, saved bigint)
    {_HEADER} as $$
        select b.account_id, b.owner_id, b.id, b.mailbox,
            count(m.id) filter (where m.folder = 'new'), count(m.id) filter (where m.folder = 'saved')
        from vmboxes b
        left join voicemail_messages m
            on m.account_id = b.account_id and m.box_id = b.id and m.folder in ('new', 'saved')
        where b.deleted is null and (wanted is null or b.account_id = wanted)
        group by b.account_id, b.owner_id, b.id, b.mailbox
    $$""",
        grantees=("qvoice_app", "qvoice_edge"),
    ),
    *definer(
        "voicemail_due(timestamptz)",
        f"""
    create function voicemail_due(deleted_before timestamptz) returns table (account_id uuid, path text)
    {_HEADER} as $$
        select a.id, a.path::text from accounts a where a.deleted is null and (
            exists (select from voicemail_messages m
                    where m.account_id = a.id and m.folder = 'deleted' and m.moved < deleted_before)
            or exists (select from vmboxes b
                       where b.account_id = a.id and b.doc ? 'retention_days' and b.deleted is null))
    $$""",
    ),
    # The trunks of the transaction's account and of those above it; passwords stay with their owner and the edge.
    *definer(
        "trunk_pools()",
        f"""
    create function trunk_pools() returns table (owner_id uuid, distance integer, id uuid, doc jsonb)
    {_HEADER} as $$
        select up.id, nlevel(me.path) - nlevel(up.path), r.id,
            jsonb_set(r.doc, '{{gateways}}', coalesce(
                (select jsonb_agg(g - 'password' order by n)
                 from jsonb_array_elements(r.doc -> 'gateways') with ordinality as e (g, n)), '[]'))
        from accounts me
        join accounts up on up.path @> me.path
        join resources r on r.account_id = up.id and r.deleted is null
        where me.id = {CURRENT_ACCOUNT}
        order by nlevel(up.path) desc, r.id
    $$""",
    ),
    # The transaction's account and those above it, nearest first, as flows see them.
    *definer(
        "account_chain()",
        f"""
    create function account_chain() returns table (id uuid, path text, enabled boolean, doc jsonb)
    {_HEADER} as $$
        select up.id, up.path::text, up.enabled, up.doc || jsonb_build_object(
            'name', up.name, 'realm', up.realm, 'timezone', up.timezone, 'language', up.language, 'country', up.country,
            'enabled', up.enabled)
        from accounts me join accounts up on up.path @> me.path
        where me.id = {CURRENT_ACCOUNT} and me.deleted is null
        order by nlevel(up.path) desc
    $$""",
    ),
]


def upgrade() -> None:
    """Create the tables of menus, hours, groups, media, voicemail and trunks."""
    for statement in [*DOCUMENTS, *AUDIO, *VOICEMAIL, *FUNCTIONS]:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
