"""Bringing a database up to date: roles, then Alembic's versions, under one lock so that two starts do not race."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from qvoice.db import roles
from qvoice.kit.errors import Unavailable
from qvoice.kit.settings import Settings

_HERE = Path(__file__).parent / "migrations"


class MigrationFailed(Unavailable):
    """The database could not be brought up to date; it is as it was."""

    code = "migration-failed"


def config() -> Config:
    """Return Alembic's configuration for the migrations of this package."""
    result = Config()
    result.set_main_option("script_location", str(_HERE))
    return result


def head() -> str:
    """Return the newest version this code knows."""
    found = ScriptDirectory.from_config(config()).get_current_head()
    if found is None:
        raise RuntimeError("there are no migrations")
    return found


def upgrade(settings: Settings) -> str:
    """Create database and roles as needed and run all migrations; returns the version. Idempotent; waits for a
    parallel run. Raises MigrationFailed with what the server said.
    """
    passwords = {role: settings.secret(f"db-{role}") for role in roles.LOGIN_ROLES}
    try:
        return upgrade_dsn(settings.dsn("admin"), passwords)
    except CommandError as problem:
        raise MigrationFailed(
            f"The database was made by a newer QVOICE ({problem}); this one knows versions up to {head()}. "
            "Run the newer one, or restore the backup made before the upgrade."
        ) from problem
    except (psycopg.Error, SQLAlchemyError) as problem:
        said = str(getattr(problem, "orig", None) or problem).strip()
        raise MigrationFailed(f"The database could not be brought up to date: {said[:500]}") from problem


def upgrade_dsn(admin_dsn: str, passwords: Mapping[str, str]) -> str:
    """As `upgrade`, with the administrator's connection string and the passwords of the login roles."""
    roles.ensure_database(admin_dsn)
    roles.ensure_roles(admin_dsn, passwords)
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://" + admin_dsn.split("://", 1)[1], poolclass=sqlalchemy.NullPool
    )
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("select pg_advisory_xact_lock(713002)"))
        connection.execute(sqlalchemy.text("set local lock_timeout = '10s'"))
        connection.execute(sqlalchemy.text("set local role qvoice_owner"))
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
    return head()
