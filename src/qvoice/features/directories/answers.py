"""Answers to a flow's questions about directories, in the call's account."""

from __future__ import annotations

from qvoice.core.flow.requests import Directory, DirectoryPerson, ListDirectory
from qvoice.features.callflows.context import Answer, AnswerContext
from qvoice.features.directories.queries import listed
from qvoice.features.documents import store
from qvoice.features.media.journal import BLOB_PREFIX


async def list_directory(context: AnswerContext, request: ListDirectory) -> Directory | None:
    """Read a directory and its people."""
    async with context.db.tx(context.scope) as session:
        document = await store.get(session, "directories", request.directory_id)
        if document is None:
            return None
        people = await listed(session, document.id)
    return Directory(
        document.doc,
        tuple(
            DirectoryPerson(
                one.first_name,
                one.last_name,
                one.callflow_id,
                BLOB_PREFIX + one.name_blob if one.name_blob else "",
            )
            for one in people
        ),
    )


ANSWERS: dict[type, Answer] = {ListDirectory: list_directory}
