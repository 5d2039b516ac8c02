"""An account, its neighbour, and a node's data folder."""

from __future__ import annotations

import pytest
from tests.fixtures.tenants import make_account

from qvoice.features.media.files import MediaFiles


@pytest.fixture
def acme(database):
    return make_account(database, None, "Acme")


@pytest.fixture
def globex(database, acme):
    return make_account(database, acme, "Globex")


@pytest.fixture
def media(db, tmp_path):
    (tmp_path / "asterisk" / "recordings").mkdir(parents=True)
    return MediaFiles(db, tmp_path)
