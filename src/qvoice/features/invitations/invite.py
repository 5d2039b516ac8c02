"""Inviting: links for users, sent by mail or text message, prepared in the transaction or, for many, by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.roles import role_of
from qvoice.db.queue import defer
from qvoice.features import documents
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.documents import Document
from qvoice.features.invitations import links
from qvoice.features.mail.queue_mail import LINK, queue_mail

PREPARE, SEND_SMS = "invitations.prepare", "invitations.sms"
AT_ONCE = 20
"""Up to so many mails are written in the transaction that asks for them; more by the worker."""
BATCH = 100
Channel = Literal["email", "sms"]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A user who was not invited, and why."""

    user_id: str
    name: str
    reason: str


def recipient_of(user: Document, channel: Channel) -> tuple[str, str]:
    """Return (address, "") or ("", why there is none)."""
    if not user.doc.get("enabled", True):
        return "", "the user is disabled"
    if channel == "email":
        address = user.doc.get("email") or ""
        return address, "" if address else "the user has no e-mail address"
    mobile = user.doc.get("mobile") or ""
    return mobile, "" if mobile else "the user has no mobile number"


async def invite(
    s: AsyncSession, key: TokenKey, users: Sequence[Document], *, channel: Channel = "email", kind: str = "invitation"
) -> tuple[list[str], list[Skipped]]:
    """Invite users of the session's account; return the ids of the links and whom we passed over.

    An earlier unused invitation of the same user ends. Everything is in the session's transaction.
    """
    wanted, skipped = [], []
    for user in users:
        to, reason = recipient_of(user, channel)
        if reason:
            skipped.append(Skipped(user.id, name_of(user.doc), reason))
        else:
            wanted.append(links.Wanted(user.id, channel, to))
    made = await links.make(s, key, kind, wanted)
    if len(made) <= AT_ONCE:
        await prepare(s, made)
    else:
        scope = s.info["scope"]
        await defer(s, PREPARE, account_id=scope.account_id, path=scope.path)
    return made, skipped


def name_of(doc: dict[str, Any]) -> str:
    """Return a user's name as people read it."""
    return f"{doc.get('first_name', '')} {doc.get('last_name', '')}".strip()


async def prepare(s: AsyncSession, link_ids: Sequence[str]) -> None:
    """Write the mails of these links, or put their text messages into the queue."""
    if not link_ids:
        return
    scope = s.info["scope"]
    account = await documents.load(s, "accounts", scope.account_id)
    rows = (
        await s.execute(
            text(
                "update login_links set prepared = now() where id = any(:ids) and prepared is null"
                " returning id, user_id, kind, channel, recipient"
            ),
            {"ids": list(link_ids)},
        )
    ).all()
    users = {user.id: user for user in await documents.find(s, "users", id=[row.user_id.hex for row in rows])}
    for row in rows:
        user = users.get(row.user_id.hex)
        if user is None:
            continue
        if row.channel == "sms":
            await defer(s, SEND_SMS, account_id=scope.account_id, path=scope.path, link_id=row.id.hex)
            continue
        await queue_mail(
            s,
            kind=kind_of_mail(row.kind, user.doc),
            to=[row.recipient],
            language=user.doc.get("language") or account.doc.get("language") or "en",
            facts=facts(user.doc, account.doc, row.kind),
            login_link=row.id.hex,
        )


def kind_of_mail(kind: str, user: dict[str, Any]) -> str:
    """Return which text a link's mail has: administrators are told of the portal, others of their phone."""
    if kind == "recovery":
        return "recovery"
    if kind == "new_account":
        return "new_account"
    return "invitation" if role_of(user).value == "user" else "invitation_admin"


def facts(user: dict[str, Any], account: dict[str, Any], kind: str) -> dict[str, str]:
    """Return what a mail about a link may say."""
    return {
        "name": name_of(user),
        "first_name": str(user.get("first_name", "")),
        "account": str(account.get("name", "")),
        "username": str(user.get("username") or user.get("email") or ""),
        "extension": str(user.get("presence_id") or ""),
        "hours": str(int(links.LIFE[kind].total_seconds() // 3600)),
        "link": LINK,
    }
