"""Kamailio's dialogs with carriers that asked for a password: CSeq must stay right after a restart of the edge."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = [
    "insert into edge.version values ('dialog', 7), ('dialog_vars', 1)",
    """
    create table edge.dialog (
        id serial primary key,
        hash_entry integer not null,
        hash_id integer not null,
        callid varchar(255) not null,
        from_uri varchar(1024) not null,
        from_tag varchar(255) not null,
        to_uri varchar(1024) not null,
        to_tag varchar(255) not null,
        caller_cseq varchar(20) not null,
        callee_cseq varchar(20) not null,
        caller_route_set varchar(2048),
        callee_route_set varchar(2048),
        caller_contact varchar(1024) not null,
        callee_contact varchar(1024) not null,
        caller_sock varchar(64) not null,
        callee_sock varchar(64) not null,
        state integer not null,
        start_time integer not null,
        timeout integer default 0 not null,
        sflags integer default 0 not null,
        iflags integer default 0 not null,
        toroute_name varchar(32),
        req_uri varchar(1024) not null,
        xdata varchar(2048)
    )""",
    "create index dialog_hash on edge.dialog (hash_entry, hash_id)",
    """
    create table edge.dialog_vars (
        id serial primary key,
        hash_entry integer not null,
        hash_id integer not null,
        dialog_key varchar(128) not null,
        dialog_value varchar(2048) not null
    )""",
    "create index dialog_vars_hash on edge.dialog_vars (hash_entry, hash_id)",
    "grant select, insert, update, delete on edge.dialog, edge.dialog_vars to qvoice_edge",
    "grant usage on all sequences in schema edge to qvoice_edge",
]


def upgrade() -> None:
    """Create Kamailio's tables."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not supported: restore a backup instead."""
    raise NotImplementedError("restore a backup made before the upgrade")
