"""The roles and the database itself, made idempotently with the administrator's connection (ours or an external
server's).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

LOGIN_ROLES = ("qvoice_app", "qvoice_edge")
GROUP_ROLES = ("qvoice_owner", "qvoice_lookup")


def _other_database(dsn: str, database: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(path="/" + database))


def ensure_database(admin_dsn: str) -> None:
    """Create the database that `admin_dsn` names when it is missing (through the server's `postgres` database)."""
    name = urlsplit(admin_dsn).path.lstrip("/") or "qvoice"
    with psycopg.connect(_other_database(admin_dsn, "postgres"), autocommit=True, connect_timeout=5) as connection:
        if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
            connection.execute(
                sql.SQL("create database {} template template0 encoding 'UTF8' locale 'C.UTF-8'").format(
                    sql.Identifier(name)
                )
            )


def ensure_roles(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    """Create or update the four roles and their rights in the database of `admin_dsn`.

    `passwords`: {login role: password}. Works for an administrator that is not superuser but has CREATEROLE and owns
    the database.
    """
    with psycopg.connect(admin_dsn, connect_timeout=5) as connection:
        # Roles are shared by all databases of a server: two installations (or tests) may do this at once.
        connection.execute("select pg_advisory_xact_lock(713001)")
        existing = {row[0] for row in connection.execute("select rolname from pg_roles where rolname like 'qvoice%'")}
        for role in GROUP_ROLES:
            if role not in existing:
                connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
        for role in LOGIN_ROLES:
            verb = "alter" if role in existing else "create"
            connection.execute(
                sql.SQL("{} role {} login password {}").format(
                    sql.SQL(verb), sql.Identifier(role), sql.Literal(passwords[role])
                )
            )
        if "qvoice_edge" not in existing:
            # Registrations may be lost by a power cut; phones register again. Speed matters more there.
            connection.execute("alter role qvoice_edge set synchronous_commit = off")
        # A role's settings are the server's, not the database's: a dump does not hold them, so they are set each time.
        connection.execute("alter role qvoice_edge set search_path = edge, public")
        superuser = connection.execute("select usesuper from pg_user where usename = current_user").fetchone()
        if not (superuser and superuser[0]):
            connection.execute("grant qvoice_owner, qvoice_lookup to current_user with inherit true, set true")
        database = sql.Identifier(connection.info.dbname)
        for statement in (
            "create extension if not exists ltree",
            "revoke create on schema public from public",
            "grant usage, create on schema public to qvoice_owner, qvoice_lookup",
            "grant usage on schema public to qvoice_app, qvoice_edge",
        ):
            connection.execute(statement)
        connection.execute(sql.SQL("revoke all on database {} from public").format(database))
        connection.execute(sql.SQL("grant create, connect on database {} to qvoice_owner").format(database))
        connection.execute(sql.SQL("grant connect on database {} to qvoice_app, qvoice_edge").format(database))
