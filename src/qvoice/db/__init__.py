"""The database: one pool, one door (`Database.tx`), tenants kept apart by row level security, migrations, notices."""

from qvoice.db.engine import SYSTEM, Database, Scope

__all__ = ["SYSTEM", "Database", "Scope"]
