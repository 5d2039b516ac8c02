"""The history of a callflow: every saved version, who saved it, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.flow.changes import Difference, changes
from qvoice.features.documents import store
from qvoice.features.documents.resource import Change, Doc, Document
from qvoice.kit import ids
from qvoice.kit.errors import NotFound

MOST = 500
"""Versions that a list gives, newest first."""


@dataclass(frozen=True, slots=True)
class Version:
    """One saved version. `actor_id`: the user who saved it (of `actor_account_id`), None for the system or an API
    key.
    """

    revision: int
    action: str
    created: datetime
    doc: Doc
    actor_account_id: str | None
    actor_id: str | None
    actor_name: str | None = None


async def keep(change: Change) -> None:
    """Keep what a write has just stored (hook `after_write` and `after_delete`)."""
    who = change.actor
    await change.session.execute(
        text(
            "insert into callflow_versions"
            " (account_id, callflow_id, revision, action, doc, actor_account_id, actor_id)"
            " select account_id, id, revision + :more, :action, doc, cast(:actor_account as uuid),"
            " cast(:actor as uuid) from callflows where id = cast(:id as uuid)"
        ),
        {
            "id": change.id,
            "action": change.action,
            "more": 1 if change.action == "deleted" else 0,
            "actor_account": who.account_id if who is not None else None,
            "actor": who.owner_id if who is not None else None,
        },
    )


async def keep_created(changes: Sequence[Change]) -> None:
    """As `keep`, for new callflows stored together by one actor."""
    who = changes[0].actor
    await changes[0].session.execute(
        text(
            "insert into callflow_versions"
            " (account_id, callflow_id, revision, action, doc, actor_account_id, actor_id)"
            " select account_id, id, revision, 'created', doc, cast(:actor_account as uuid), cast(:actor as uuid)"
            " from callflows where id = any(cast(:ids as uuid[]))"
        ),
        {
            "ids": [change.id for change in changes],
            "actor_account": who.account_id if who is not None else None,
            "actor": who.owner_id if who is not None else None,
        },
    )


def _known(callflow_id: str) -> str:
    """Return the id; raises NotFound for what cannot be one."""
    if not ids.is_id(callflow_id):
        raise NotFound("there is no callflow with this id in this account")
    return callflow_id


async def listing(session: AsyncSession, callflow_id: str) -> list[Version]:
    """Return the versions of a callflow, newest first; raises NotFound when there is no such callflow."""
    await store.load(session, "callflows", callflow_id)
    rows = await session.execute(
        text(f"{_SELECT} where v.callflow_id = cast(:id as uuid) order by v.revision desc limit :most"),
        {"id": _known(callflow_id), "most": MOST},
    )
    return [_version(row) for row in rows]


async def load(session: AsyncSession, callflow_id: str, revision: int) -> Version:
    """Return one version; raises NotFound."""
    row = (
        await session.execute(
            text(f"{_SELECT} where v.callflow_id = cast(:id as uuid) and v.revision = :revision"),
            {"id": _known(callflow_id), "revision": revision},
        )
    ).one_or_none()
    if row is None:
        raise NotFound(f"this callflow has no version {revision}: GET its versions lists them")
    return _version(row)


async def differences(
    session: AsyncSession, callflow_id: str, revision: int, since: int | None
) -> tuple[int | None, list[Difference]]:
    """Return (the version compared with, what `revision` changed since then); None: the version before, if any."""
    newer = await load(session, callflow_id, revision)
    if since is None:
        since = (
            await session.execute(
                text(
                    "select max(revision) from callflow_versions"
                    " where callflow_id = cast(:id as uuid) and revision < :revision"
                ),
                {"id": _known(callflow_id), "revision": revision},
            )
        ).scalar_one()
    older = await load(session, callflow_id, since) if since is not None else None
    return since, changes(older.doc if older else {}, newer.doc)


async def restore(session: AsyncSession, callflow_id: str, revision: int, *, read: int | None) -> Document:
    """Make an earlier version the current one, as a new revision. `read`: the revision the client had read.

    Raises NotFound; StaleRevision; Invalid when its numbers are taken meanwhile or it no longer compiles.
    """
    version = await load(session, callflow_id, revision)
    return await store.replace(session, "callflows", callflow_id, version.doc, revision=read)


# Names are those of people of this account; of somebody who acted from above only the account is told.
_SELECT = """
    select v.revision, v.action, v.created, v.doc, v.actor_account_id, v.actor_id,
        trim(coalesce(u.doc ->> 'first_name', '') || ' ' || coalesce(u.doc ->> 'last_name', '')) as actor_name
    from callflow_versions v left join users u on u.id = v.actor_id
"""


def _version(row: Any) -> Version:
    return Version(
        revision=row.revision,
        action=row.action,
        created=row.created,
        doc=row.doc,
        actor_account_id=row.actor_account_id.hex if row.actor_account_id else None,
        actor_id=row.actor_id.hex if row.actor_id else None,
        actor_name=row.actor_name or None,
    )
