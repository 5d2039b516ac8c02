"""Users as documents: columns, the list row, and where the password goes."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Boolean, Column, Text, text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.roles import Role
from qvoice.core.dialing.hotdesk import conflicts
from qvoice.features import documents
from qvoice.features.auth import passwords
from qvoice.features.auth.tokens import TokenKey
from qvoice.features.documents import Change, Document, Hooks, Resource, Taken
from qvoice.features.documents.resource import Doc
from qvoice.features.users.rules import features
from qvoice.features.users.schemas import User
from qvoice.kit.errors import Forbidden, Invalid

_STORE_SECRET = text(
    "insert into user_secrets (user_id, account_id, md5_key, md5_hash, sha1_key, sha1_hash, identity)"
    " values (cast(:user as uuid), cast(:account as uuid), :md5_key, :md5_hash, :sha1_key, :sha1_hash, :identity)"
    " on conflict (user_id) do update set md5_key = excluded.md5_key, md5_hash = excluded.md5_hash,"
    " sha1_key = excluded.sha1_key, sha1_hash = excluded.sha1_hash, identity = excluded.identity"
)


async def _before_write(change: Change) -> None:
    new, old = change.new, change.old or {}
    username = new.get("username")
    if username is not None:
        new["username"] = username = username.strip().lower()
    password = new.pop("password", None)
    if password is not None and not username:
        raise Invalid.field("username", "required", "a password needs a username to log in with")
    if change.old is not None and password is None and username and username != old.get("username"):
        raise Invalid.field(
            "password", "required", "logins are bound to the username: give a password together with a new username"
        )
    actor = change.actor
    activating = actor is not None and actor.actor.role == Role.USER_ACTIVATION and actor.owner_id != change.id
    if activating and old.get("priv_level") == "admin":
        raise Forbidden("you may enable and disable users, not administrators")
    if actor is not None and actor.actor.role != "admin":
        for key in ("priv_level", "admin_type"):
            if new.get(key) != old.get(key) and not (change.old is None and new.get("priv_level") == "user"):
                raise Forbidden(f"only a total administrator may set {key}")
    if password is not None:
        change.scratch["credential"] = (username, password)
        if actor is not None and actor.owner_id == change.id and old.get("require_password_update"):
            new["require_password_update"] = False  # it was asked for, and here it is


async def _after_write(change: Change) -> None:
    await _keep_secret(change)
    if change.old is None and change.new.get("send_email_on_creation") is True and change.new.get("email"):
        from qvoice.features.invitations.invite import invite  # imported late: invitations build on users

        user = await documents.load(change.session, "users", change.id)
        await invite(change.session, _key(change), [user])


async def _keep_secret(change: Change) -> None:
    if "credential" not in change.scratch:
        if change.old is not None and not change.new.get("username") and change.old.get("username"):
            await _forget(change)
        return
    username, password = change.scratch["credential"]
    key = _key(change)
    hashes = await passwords.hash_password(username, password)
    await change.session.execute(
        _STORE_SECRET,
        {
            "user": change.id,
            "account": change.scope.account_id,
            "md5_key": key.credential_key("md5", passwords.md5_credential(username, password)),
            "md5_hash": hashes.md5,
            "sha1_key": key.credential_key("sha1", passwords.sha1_credential(username, password)),
            "sha1_hash": hashes.sha1,
            "identity": secrets.token_hex(16),
        },
    )
    if change.old is not None:
        # Whoever has an old mail of theirs must not get in by it after the password was changed.
        await change.session.execute(
            text("update login_links set revoked = now() where user_id = :user and used is null and revoked is null"),
            {"user": change.id},
        )


def _key(change: Change) -> TokenKey:
    key: TokenKey | None = change.session.info.get("token_key")
    if key is None:
        raise RuntimeError("open the Database with info={'token_key': TokenKey(...)} to write passwords and links")
    return key


async def _forget(change: Change) -> None:
    await change.session.execute(text("delete from user_secrets where user_id = cast(:id as uuid)"), {"id": change.id})


async def _present(s: AsyncSession, document: Document, shown: Doc, actor: Any) -> Doc:
    """Report settings that defeat one another where they are set."""
    found = [{"path": path, "code": code, "message": message} for path, code, message in conflicts(document.whole)]
    if found:
        shown["_read_only"] = {**shown["_read_only"], "warnings": found}
    return shown


def _summary(whole: dict[str, Any]) -> dict[str, Any]:
    keys = (
        "first_name", "last_name", "username", "email", "priv_level", "feature_level", "presence_id", "timezone",
        "call_recording", "service", "flags", "enabled", "ui_metadata",
    )  # fmt: skip
    return {"id": whole["id"], "features": features(whole), **{key: whole[key] for key in keys if key in whole}}


RESOURCE = Resource(
    type="users",
    model=User,
    summary=_summary,
    sort=lambda whole: f"{whole.get('last_name', '')} {whole.get('first_name', '')}".lower(),
    columns={
        "username": lambda whole: whole.get("username") or None,
        "email": lambda whole: whole.get("email") or None,
        "priv_level": lambda whole: whole.get("priv_level", "user"),
        "enabled": lambda whole: whole.get("enabled", True),
        "presence_id": lambda whole: whole.get("presence_id") or None,
    },
    table_columns=(
        Column("username", Text),
        Column("email", Text),
        Column("priv_level", Text),
        Column("enabled", Boolean),
        Column("presence_id", Text),
    ),
    constraints={
        "users_username": Taken("username", "unique", "another user of this account has this username: choose another"),
        "users_hotdesk_id": Taken("hotdesk.id", "unique", "another user of this account has this hot-desk id"),
    },
    hooks=Hooks(before_write=_before_write, after_write=_after_write, after_delete=_forget, present=_present),
    own="id",
)
