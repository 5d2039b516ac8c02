"""A database that takes a request and says nothing is away after seconds, and is used again when it answers."""

from __future__ import annotations

import asyncio
import socket

import pytest
from sqlalchemy import text

from qvoice.db import SYSTEM, Database
from qvoice.db.engine import DatabaseAway

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def test_1_8_a_statement_without_an_answer_ends_and_the_next_transaction_works(database) -> None:
    db = Database(database.app_url)
    try:
        with pytest.raises(DatabaseAway):
            async with db.tx(SYSTEM) as session:
                await session.execute(text("select pg_sleep(60)").execution_options(quick=True))
        assert (await db.fetch("select 1 as one"))[0].one == 1
    finally:
        await db.close()


async def test_1_8_a_server_that_accepts_and_never_speaks_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        db = Database(f"postgresql://nobody:none@127.0.0.1:{mute.getsockname()[1]}/none")
        try:
            with pytest.raises(DatabaseAway):
                await asyncio.wait_for(db.fetch("select 1"), 30)
        finally:
            await db.close()
