"""Two accounts with a voicemail box each, and a node's data folder."""

from __future__ import annotations

import pytest
from tests.fixtures.tenants import make_account

from qvoice.features.documents import store
from qvoice.features.media.files import MediaFiles


@pytest.fixture
def master(database):
    return make_account(database, None, "Master")


@pytest.fixture
def acme(database, master):
    return make_account(database, master, "Acme")


@pytest.fixture
def globex(database, master):
    return make_account(database, master, "Globex")


@pytest.fixture
def media(db, tmp_path):
    (tmp_path / "asterisk" / "recordings").mkdir(parents=True)
    return MediaFiles(db, tmp_path)


@pytest.fixture
def new_box(db):
    async def make(scope, mailbox="1000", **more):
        async with db.tx(scope) as session:
            return (await store.create(session, "vmboxes", {"mailbox": mailbox, "name": f"Box {mailbox}"} | more)).id

    return make
