"""The SQLAlchemy metadata that all features' tables hang on, and the column type for ids."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import MetaData, Uuid
from sqlalchemy.types import TypeDecorator

METADATA = MetaData()


class HexId(TypeDecorator[str]):
    """A uuid column that Python sees as the dialect's 32 lower-case hex characters."""

    impl = Uuid(as_uuid=True)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> uuid.UUID | None:
        """Turn hex (or a uuid with dashes) into a UUID; raises ValueError when it is neither."""
        return None if value is None else uuid.UUID(value)

    def process_result_value(self, value: uuid.UUID | None, dialect: Any) -> str | None:
        """Turn a UUID into hex."""
        return None if value is None else value.hex
