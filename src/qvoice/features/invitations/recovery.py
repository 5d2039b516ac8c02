"""A forgotten password: whoever asks gets the same answer in the same time, whether there is such a user or not.

The request only writes down what was typed; the worker looks whom it names and mails each a link. So neither the answer
nor how long it takes tells anything.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from qvoice.db import SYSTEM, Database, Scope
from qvoice.db.queue import defer
from qvoice.features import documents
from qvoice.features.auth.login import account_selector
from qvoice.features.invitations import invite
from qvoice.kit import ids, log
from qvoice.kit.errors import Invalid
from qvoice.kit.settings import Settings

ANSWER = "invitations.recovery"


async def ask(db: Database, data: dict[str, Any], *, source: str) -> None:
    """Write the request down. Raises Invalid when it names no account or no user."""
    kind, value = account_selector(data)
    username = data.get("username")
    if not isinstance(username, str) or not username.strip():
        raise Invalid.field("username", "required", "say whose password is forgotten: username or e-mail address")
    request_id = ids.new_id()
    async with db.tx(SYSTEM) as s:
        await s.execute(
            text(
                "insert into recovery_requests (id, kind, value, username, source)"
                " values (:id, :kind, :value, :username, :source)"
            ),
            {
                "id": request_id, "kind": kind, "value": value.replace("\x00", ""),
                "username": username.strip().lower().replace("\x00", "")[:256], "source": source[:64],
            },
        )  # fmt: skip
        await defer(s, ANSWER, request_id=request_id)


async def answer(db: Database, settings: Settings, *, request_id: str) -> None:
    """Mail a link to whom the request names, if anybody."""
    from qvoice.features.invitations.jobs import key_of  # imported late: jobs lists this task

    async with db.tx(SYSTEM) as s:
        row = (
            await s.execute(
                text("select kind, value, username from recovery_requests where id = :id"), {"id": request_id}
            )
        ).one_or_none()
    if row is None:
        return
    found = await db.fetch(
        "select * from recovery_users(:kind, :value, :username)",
        {"kind": row.kind, "value": row.value, "username": row.username},
    )
    for one in found:
        async with db.tx(Scope(one.account_id.hex, one.path)) as s:
            user = await documents.get(s, "users", one.user_id.hex)
            if user is not None and not await _recently(s, user.id):
                await invite.invite(s, key_of(settings), [user], kind="recovery")
    log.get().info("recovery.answered", users=len(found))
    async with db.tx(SYSTEM) as s:
        await s.execute(text("delete from recovery_requests where id = :id"), {"id": request_id})


async def _recently(s: Any, user_id: str) -> bool:
    """Tell whether the user got such a mail in the last minute: nobody's mailbox is flooded by a stranger's clicks."""
    rows = await s.execute(
        text(
            "select 1 from login_links where user_id = :user and kind = 'recovery'"
            " and created > now() - interval '1 minute'"
        ),
        {"user": user_id},
    )
    return rows.first() is not None
