"""A link that logs in once: made, found by its token, used.

Only a nonce is stored; the token is a keyed hash of it, made again by whoever sends the mail. So neither a copy of the
database nor an administrator who may read the account's mails can log in with somebody else's link.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.db import Database, Scope
from qvoice.features.auth.tokens import TokenKey
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import NotFound

LIFE = {"invitation": timedelta(hours=72), "new_account": timedelta(hours=72), "recovery": timedelta(hours=1)}
"""How long a link of each kind can be used."""


class LinkGone(NotFound):
    """This link cannot be used any more. Ask for a new one."""

    code = "link_gone"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link to make: for whom, and where it is sent."""

    user_id: str
    channel: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its token finds it. `state`: `open`, `used`, `expired` or `revoked`."""

    id: str
    scope: Scope
    user_id: str
    kind: str
    channel: str
    expires: datetime
    state: str


def token_hash(token: str) -> str:
    """Return what is stored of a token (random: a plain hash is enough)."""
    return hashlib.sha256(token.encode()).hexdigest()


async def make(s: AsyncSession, key: TokenKey, kind: str, wanted: Sequence[Wanted]) -> list[str]:
    """Make links of `kind` in the session's account and revoke the unused ones that these users had; return their
    ids.
    """
    if not wanted:
        return []
    await s.execute(
        text(
            "update login_links set revoked = now() where used is null and revoked is null and user_id = any(:users)"
            " and (kind = 'recovery') = (:kind = 'recovery')"
        ),
        {"users": [one.user_id for one in wanted], "kind": kind},
    )
    expires, rows = utcnow() + LIFE[kind], []
    for one in wanted:
        link_id, nonce = ids.new_id(), secrets.token_hex(16)
        rows.append(
            {
                "id": link_id, "account": s.info["scope"].account_id, "user": one.user_id, "kind": kind,
                "channel": one.channel, "to": one.recipient[:254], "nonce": nonce,
                "hash": token_hash(key.login_link(link_id, nonce)), "expires": expires,
            }
        )  # fmt: skip
    await s.execute(
        text(
            "insert into login_links (id, account_id, user_id, kind, channel, recipient, nonce, token_hash, expires)"
            " values (:id, :account, :user, :kind, :channel, :to, :nonce, :hash, :expires)"
        ),
        rows,
    )
    return [row["id"] for row in rows]


async def token_of(s: AsyncSession, key: TokenKey, link_id: str) -> str:
    """Return the token of a link of the session's account; raises LinkGone."""
    nonce = (await s.execute(text("select nonce from login_links where id = :id"), {"id": link_id})).scalar()
    if nonce is None:
        raise LinkGone
    return key.login_link(link_id, nonce)


async def is_open(s: AsyncSession, link_id: str) -> bool:
    """Tell whether a link of the session's account can still be used."""
    found = await s.execute(
        text("select 1 from login_links where id = :id and used is null and revoked is null and expires > now()"),
        {"id": link_id},
    )
    return found.first() is not None


async def find(db: Database, token: str) -> Link | None:
    """Return the link of a token, whatever its state; None when there is none."""
    if len(token) > 128:
        return None
    rows = await db.fetch("select * from login_link(:hash)", {"hash": token_hash(token)})
    if not rows or not rows[0].user_there:
        return None
    row = rows[0]
    state = "used" if row.used else "revoked" if row.revoked else "expired" if row.expires <= utcnow() else "open"
    scope = Scope(row.account_id.hex, row.path)
    return Link(row.id.hex, scope, row.user_id.hex, row.kind, row.channel, row.expires, state)


async def opened(db: Database, link: Link) -> None:
    """Write down that the page was looked at, the first time. Perhaps by a mail scanner: nothing else happens."""
    async with db.tx(link.scope) as s:
        await s.execute(
            text("update login_links set opened = now() where id = :id and opened is null"), {"id": link.id}
        )


async def use(s: AsyncSession, link: Link, source: str) -> None:
    """Use the link up, in the transaction of the log-in; raises LinkGone when somebody was quicker, or it is late."""
    taken = await s.execute(
        text(
            "update login_links set used = now(), used_from = :source where id = :id and used is null"
            " and revoked is null and expires > now() returning id"
        ),
        {"id": link.id, "source": source[:64]},
    )
    if taken.first() is None:
        raise LinkGone


def shown(row: Any) -> dict[str, Any]:
    """Return an invitation as administrators see it. `state` says how far it came; `problem` why no further."""
    failed = row.problem or row.mail_problem or ""
    if row.used:
        state = "accepted"
    elif row.revoked:
        state = "revoked"
    elif row.expires <= utcnow():
        state = "expired"
    elif row.mail_state == "failed" or (row.channel == "sms" and row.problem):
        state = "failed"
    elif row.opened:
        state = "opened"
    elif row.mail_state == "sent" or row.sent:
        state = "sent"
    else:
        state = "queued"
    return {
        "id": row.id.hex,
        "user_id": row.user_id.hex,
        "name": row.name,
        "kind": row.kind,
        "channel": row.channel,
        "to": row.recipient,
        "state": state,
        "problem": failed or None,
        "mail_id": row.mail_id.hex if row.mail_id else None,
        **{
            name: value.isoformat() if (value := getattr(row, name)) else None
            for name in ("created", "expires", "opened", "used")
        },
    }


ROWS = """
    select l.*, m.id as mail_id, m.state as mail_state, m.problem as mail_problem,
        trim(coalesce(u.doc ->> 'first_name', '') || ' ' || coalesce(u.doc ->> 'last_name', '')) as name
    from login_links l
    join users u on u.id = l.user_id
    left join lateral (select id, state, problem from mails where login_link = l.id order by created desc limit 1) m
        on true"""
"""Links with the fate of their mail."""
