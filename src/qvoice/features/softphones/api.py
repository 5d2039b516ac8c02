"""`users/U/softphone` makes a device for a phone app, with a link and a QR code; `softphone/{token}` is what the app
fetches, once.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import segno
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from qvoice.db import Scope
from qvoice.features import documents
from qvoice.features.auth.permit import Context, permit
from qvoice.features.devices.credentials import ha1
from qvoice.features.documents.openapi import describe_model
from qvoice.features.invitations.links import LinkGone, token_hash
from qvoice.features.softphones import linphone
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import LimitReached
from qvoice.kit.settings import Settings

router = APIRouter(tags=["softphones"])
LIFE = timedelta(minutes=15)
AGAIN_S = 60
"""Apps fetch twice: within so many seconds the first one to fetch may do it again, from the same address."""
MOST = 5
"""Phone apps that a user may set up by himself."""
ORIGIN = "softphone-link"


class TooManyApps(LimitReached):
    """This user has set up as many phone apps as one may. Remove one that is not used any more first."""


class AppWanted(BaseModel):
    """Nothing needs to be said; `name` is what the device will be called."""

    model_config = ConfigDict(extra="allow")
    name: str | None = None


@router.put(
    "/accounts/{account_id}/users/{user_id}/softphone",
    **describe_model(body=AppWanted, answer={"type": "object"}, status=201),
    operation_id="create_softphone",
    summary="Set up a phone app: link, QR code, credentials of its own",
)
async def create(
    request: Request, account_id: str, user_id: str, ctx: Context = permit("softphones", "create", own=True)
) -> Response:
    """Make a device for the app and a link that gives it its credentials once, within a quarter of an hour. A device
    whose link nobody fetched is used again.
    """
    ctx.check(document_id=user_id, owner_id=user_id)
    token = secrets.token_urlsafe(24)
    name = ctx.data.get("name")
    async with ctx.tx() as s:
        user = await documents.load(s, "users", user_id, lock=True)
        device = await _device(s, user, name if isinstance(name, str) else None)
        await s.execute(
            text("delete from app_links where device_id = :device and fetched is null"), {"device": device.id}
        )
        await s.execute(
            text(
                "insert into app_links (id, account_id, user_id, device_id, token_hash, expires)"
                " values (:id, :account, :user, :device, :hash, :expires)"
            ),
            {
                "id": ids.new_id(), "account": account_id, "user": user_id, "device": device.id,
                "hash": token_hash(token), "expires": utcnow() + LIFE,
            },
        )  # fmt: skip
    settings: Settings = request.app.state.settings
    url = f"{settings.portal_url}/v2/softphone/{token}"
    answer = {
        "device_id": device.id,
        "url": url,
        "link": f"linphone-config:{url}",
        "qr": qr(url),
        "expires": (utcnow() + LIFE).isoformat(),
        "manual": {**_server(settings), "username": _sip(device)["username"], "realm": _sip(device)["realm"],
                   "password": _sip(device)["password"]},
    }  # fmt: skip
    return ctx.reply(answer, status=201)


async def _device(s: Any, user: documents.Document, name: str | None) -> documents.Document:
    """Return the user's device for an app: one that waits to be fetched, or a new one."""
    mine = [
        device
        for device in await documents.find(s, "devices", owner_id=user.id)
        if device.doc.get("ui_metadata", {}).get("origin") == ORIGIN
    ]
    fetched = await s.execute(
        text("select device_id from app_links where user_id = cast(:user as uuid) and fetched is not null"),
        {"user": user.id},
    )
    used = {row.device_id.hex for row in fetched}
    for device in mine:
        if device.id not in used:
            return device
    if len(mine) >= MOST:
        raise TooManyApps
    return await documents.create(
        s,
        "devices",
        {
            "name": (name or f"{user.doc.get('first_name', '')}'s phone app")[:128],
            "owner_id": user.id,
            "device_type": "softphone",
            "enabled": True,
            "sip": {"method": "password", "invite_format": "contact"},
            "media": {"encryption": {"enforce_security": False, "methods": ["srtp"]}},
            "ui_metadata": {"origin": ORIGIN},
        },
    )


def _sip(device: documents.Document) -> dict[str, str]:
    return device.doc["sip"]


def _server(settings: Settings) -> dict[str, Any]:
    """Return where an app registers: TLS where the portal is served by TLS too, so with a certificate people trust."""
    secure = settings.portal_url.startswith("https:")
    return {
        "host": settings.network.advertised,
        "port": settings.ports.tls if secure else settings.ports.sip,
        "transport": "tls" if secure else "tcp",
    }


def qr(content: str) -> str:
    """Return a QR code as SVG text (error correction M)."""
    return segno.make(content, error="m", micro=False).svg_inline(scale=4, border=2, dark="#000", light="#fff")


@router.get("/softphone/{token}", operation_id="fetch_softphone", summary="What a phone app fetches, once")
async def fetch(request: Request, token: str, ctx: Context = permit("softphones", "fetch", public=True)) -> Response:
    """Return Linphone's configuration. 404 afterwards; the same address may repeat it for a minute."""
    rows = await ctx.db.fetch("select * from app_link(:hash)", {"hash": token_hash(token[:128])})
    if not rows:
        raise LinkGone
    source = (request.client.host if request.client else "")[:64]
    async with ctx.db.tx(Scope(rows[0].account_id.hex, rows[0].path)) as s:
        taken = await s.execute(
            text(
                "update app_links set fetched = coalesce(fetched, now()), fetched_from = :source where id = :id"
                " and ((fetched is null and expires > now()) or (fetched > now() - make_interval(secs => :again)"
                " and fetched_from = :source)) returning user_id, device_id"
            ),
            {"id": rows[0].id, "source": source, "again": AGAIN_S},
        )
        row = taken.first()
        if row is None:
            raise LinkGone
        device = await documents.load(s, "devices", row.device_id.hex)
        user = await documents.load(s, "users", row.user_id.hex)
    sip, server = _sip(device), _server(request.app.state.settings)
    name = f"{user.doc.get('first_name', '')} {user.doc.get('last_name', '')}".strip()
    body = linphone.document(
        username=sip["username"],
        realm=sip["realm"],
        ha1=ha1(sip["username"], sip["realm"], sip["password"]),
        name=name,
        **server,
    )
    return Response(body, media_type="application/xml", headers={"cache-control": "no-store"})
