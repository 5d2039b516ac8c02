"""Devices as documents: columns for the edge, random credentials, and who may see the password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Text, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.core.access.roles import Role
from qvoice.db.metadata import HexId
from qvoice.features.accounts.store import load_account
from qvoice.features.devices import credentials
from qvoice.features.devices.schemas import Device
from qvoice.features.documents import Change, Document, Hooks, Resource, Taken
from qvoice.features.documents.resource import Doc
from qvoice.kit.errors import Invalid

REGISTERING = frozenset({"sip_device", "softphone", "smartphone", "fax", "ata", "mobile"})
"""Kinds that register with SIP; the others (cellphone, landline, sip_uri) are reached by forwarding."""


async def _before_write(change: Change) -> None:
    await _before_many([change])


async def _before_many(changes: Sequence[Change]) -> None:
    account = await load_account(changes[0].session, changes[0].scope.account_id)
    for change in changes:
        _settle(change, account.doc["realm"])
        await _check_address(change)


def _settle(change: Change, realm: str) -> None:
    """Give a device the account's realm, and credentials when it has none."""
    new = change.new
    kind = new.get("device_type", "sip_device")
    sip = dict(new.get("sip") or {})
    if sip.get("realm") and sip["realm"].lower() != realm:
        raise Invalid.field(
            "sip.realm", "invalid", f"devices of this account use its realm {realm}: leave sip.realm out"
        )
    sip["realm"] = realm
    if sip.get("method", "password") == "ip":
        if not sip.get("ip"):
            raise Invalid.field("sip.ip", "required", "a device recognised by address needs sip.ip")
    elif kind in REGISTERING or sip.get("username"):
        old_sip = (change.old or {}).get("sip") or {}
        # A POST that leaves the credentials out keeps them: phones must not be cut off by an edit of the name.
        sip["username"] = sip.get("username") or old_sip.get("username") or credentials.new_username()
        sip["password"] = sip.get("password") or old_sip.get("password") or credentials.new_password()
        if sip["password"].lower() == sip["username"].lower():
            raise Invalid.field(
                "sip.password", "invalid", "the password must not be the user name: leave it out for a random one"
            )
    new["sip"] = sip
    username, password = sip.get("username"), sip.get("password")
    change.columns["realm"] = realm
    change.columns["ha1"] = credentials.ha1(username, realm, password) if username and password else None


_ADDRESS_TAKEN = {
    "device": "another device is recognised by this address: use method password, or another address",
    "carrier": "this is a carrier's address: its calls come in by the number called",
}


async def _check_address(change: Change) -> None:
    """Refuse an address that stands for somebody else already: who calls from it would be taken for this device."""
    sip = change.new["sip"]
    old = (change.old or {}).get("sip") or {}
    if sip.get("method") != "ip" or (old.get("method"), old.get("ip")) == ("ip", sip["ip"]):
        return
    taken = await change.session.scalar(
        text("select device_address_taken(cast(:ip as inet), cast(:id as uuid))"), {"ip": sip["ip"], "id": change.id}
    )
    if taken:
        raise Invalid.field("sip.ip", "unique", _ADDRESS_TAKEN[taken])


async def _present(s: AsyncSession, document: Document, shown: Doc, actor: Any) -> Doc:
    if actor is not None and actor.actor.role not in (Role.ADMIN,):
        sip = {key: value for key, value in shown.get("sip", {}).items() if key != "password"}
        shown = {**shown, "sip": sip}
    media = shown.get("media")
    if isinstance(media, dict) and media:
        # Forms read both kinds when there is one; an empty object settles nothing.
        shown = {**shown, "media": {**media, "audio": media.get("audio") or {}, "video": media.get("video") or {}}}
    return shown


def _summary(whole: Doc) -> Doc:
    keys = ("name", "mac_address", "owner_id", "mobile", "call_recording", "flags", "ui_metadata")
    sip = whole.get("sip") if isinstance(whole.get("sip"), dict) else {}
    return {
        "id": whole["id"],
        "enabled": whole.get("enabled", True),
        "device_type": whole.get("device_type") or "sip_device",
        "username": (sip or {}).get("username"),
        **{key: whole[key] for key in keys if key in whole},
    }


def _sip(whole: Doc, key: str) -> Any:
    return (whole.get("sip") or {}).get(key) or None


RESOURCE = Resource(
    type="devices",
    model=Device,
    summary=_summary,
    columns={
        "owner_id": lambda whole: whole.get("owner_id") or None,
        "device_type": lambda whole: whole.get("device_type") or "sip_device",
        "enabled": lambda whole: whole.get("enabled", True),
        "sip_username": lambda whole: _sip(whole, "username"),
        "sip_method": lambda whole: _sip(whole, "method") or "password",
        "sip_ip": lambda whole: _sip(whole, "ip"),
        "mac_address": lambda whole: whole.get("mac_address") or None,
    },
    table_columns=(
        Column("owner_id", HexId),
        Column("device_type", Text),
        Column("enabled", Boolean),
        Column("sip_username", Text),
        Column("realm", Text),
        Column("ha1", Text),
        Column("sip_method", Text),
        Column("sip_ip", INET),
        Column("mac_address", Text),
    ),
    constraints={
        "devices_sip_username": Taken(
            "sip.username", "unique", "another device has this SIP user name: choose another"
        ),
        "devices_mac_address": Taken("mac_address", "unique", "another device has this MAC address: check the label"),
    },
    hooks=Hooks(before_write=_before_write, before_many=_before_many, present=_present),
)
