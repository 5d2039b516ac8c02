"""`users/U/photo` (G P D) and `users/U/vcard` (G): how a person looks in address books."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import pictures
from qvoice.kit.errors import NotFound

router = APIRouter(tags=["users"])
PLACE = "/accounts/{account_id}/users/{user_id}"


def _text(value: object) -> str:
    """Return a value as a vCard text (RFC 6350, 3.4): what would end or add a line is escaped."""
    plain = str(value or "").replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def card(user: dict[str, object], company: str) -> str:
    """Return the vCard 4.0 of a user."""
    first, last = _text(user.get("first_name")), _text(user.get("last_name"))
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"N:{last};{first};;;",
        f"FN:{first} {last}".rstrip(),
        f"ORG:{_text(company)}",
    ]
    if user.get("email"):
        lines.append(f"EMAIL;TYPE=work:{_text(user['email'])}")
    shown = user.get("caller_id")
    external = shown.get("external") if isinstance(shown, dict) else None
    number = external.get("number") if isinstance(external, dict) else None
    for kind, value in (
        ("work,voice", number),
        ("work,voice;PREF=2", user.get("presence_id")),
        ("cell", user.get("mobile")),
    ):
        if value:
            lines.append(f"TEL;TYPE={kind.split(';')[0]}:{_text(value)}")
    return "\r\n".join([*lines, "END:VCARD", ""])


@router.get(PLACE + "/vcard", operation_id="get_user_vcard", summary="A user's vCard")
async def vcard(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("users", "read", own=True)
) -> Response:
    """RFC 6350."""
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
    ctx.check(document_id=user.id, owner_id=user.id)
    name = ctx.account.name if ctx.account else ""
    return Response(card(user.doc, name), media_type="text/vcard", headers={"x-content-type-options": "nosniff"})


@router.get(PLACE + "/photo", operation_id="get_user_photo", summary="A user's photo")
async def photo(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("users", "read", own=True)
) -> Response:
    """The picture; 404 when there is none."""
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
        ctx.check(document_id=user.id, owner_id=user.id)
        row = (
            await s.execute(text("select content_type, data from user_photos where user_id = :id"), {"id": user.id})
        ).one_or_none()
    if row is None:
        raise NotFound("this user has no photo")
    return pictures.sent(row.content_type, bytes(row.data))


@router.post(PLACE + "/photo", operation_id="set_user_photo", summary="Set a user's photo (a picture as the body)")
async def set_photo(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("users", "update", own=True)
) -> Response:
    """People set their own."""
    kind, data = await pictures.uploaded(request)
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
        ctx.check(document_id=user.id, owner_id=user.id)
        ctx.check_role_fields("users")
        await s.execute(
            text(
                "insert into user_photos (user_id, account_id, content_type, data)"
                " values (:user, :account, :kind, :data) on conflict (user_id) do update"
                " set content_type = excluded.content_type, data = excluded.data,"
                " changed = now()"
            ),
            {"user": user.id, "account": account_id, "kind": kind, "data": data},
        )
    return ctx.reply({"content_type": kind, "content_length": len(data)})


@router.delete(PLACE + "/photo", operation_id="delete_user_photo", summary="Remove a user's photo")
async def delete_photo(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("users", "update", own=True)
) -> Response:
    """Remove it."""
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id)
        ctx.check(document_id=user.id, owner_id=user.id)
        ctx.check_role_fields("users")
        await s.execute(text("delete from user_photos where user_id = :id"), {"id": user.id})
    return ctx.reply({})
