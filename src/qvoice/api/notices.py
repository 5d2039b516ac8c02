"""Feeds the process from the database's notices: drops remembered accounts and tokens, and hands events to the
sockets.
"""

from __future__ import annotations

from fastapi import FastAPI

from qvoice.db.listen import CONNECTED, listen
from qvoice.db.notices import DOC_CHANNEL, EVENT_CHANNEL
from qvoice.features.auth.directory import TOUCHING


async def feed(app: FastAPI, dsn: str) -> None:
    """Run until cancelled. While not connected nothing is remembered (Directory.live)."""
    directory, hub = app.state.directory, app.state.hub
    try:
        async for notice in listen(dsn, (DOC_CHANNEL, EVENT_CHANNEL)):
            if notice is CONNECTED:
                directory.forget()
                directory.live = True
                hub.doubt()
            elif notice.channel == DOC_CHANNEL:
                if notice.data.get("type") in TOUCHING:
                    directory.forget()
                    hub.doubt(notice.data)
                hub.document(notice.data)
            else:
                hub.event(notice.data)
    finally:
        directory.live = False
