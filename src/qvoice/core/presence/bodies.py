"""The documents that watchers are sent: dialog-info (RFC 4235), PIDF (RFC 3863), message summary (RFC 3842)."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from qvoice.core.presence.lamp import TERMINATED, Dialog, dialog_of, state_of

DIALOG_INFO = "application/dialog-info+xml"
PIDF = "application/pidf+xml"
SUMMARY = "application/simple-message-summary"

TYPES = {"dialog": DIALOG_INFO, "presence": PIDF, "message-summary": SUMMARY}


def dialog_info(entity: str, shown: tuple[Dialog, ...], *, version: int) -> str:
    """Return a full dialog-info document for `entity` (a SIP URI). An idle one still has one, terminated, dialog:
    phones put their lamp out by it.
    """
    rows = "".join(_dialog(entity, one) for one in shown or (Dialog("idle", TERMINATED),))
    return (
        '<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" '
        f'version="{version}" state="full" entity={_attribute(entity)}>{rows}</dialog-info>\n'
    )


def _dialog(entity: str, one: Dialog) -> str:
    direction = "" if one.state == TERMINATED else f' direction="{"initiator" if one.initiator else "recipient"}"'
    realm = entity.rpartition("@")[2]
    local = f"<local><identity>{_text(entity)}</identity><target uri={_attribute(entity)}/></local>"
    remote = ""
    if one.number:
        uri = f"sip:{_user(one.number)}@{realm}"
        shown = f" display={_attribute(one.name)}" if one.name else ""
        remote = f"<remote><identity{shown}>{_text(uri)}</identity><target uri={_attribute(uri)}/></remote>"
    known = ""
    if one.leg:
        call_id, ours, theirs = (_attribute(part) for part in dialog_of(one.leg))
        known = f" call-id={call_id} local-tag={ours} remote-tag={theirs}"
    return f"<dialog id={_attribute(one.id)}{known}{direction}><state>{one.state}</state>{local}{remote}</dialog>"


def pidf(entity: str, shown: tuple[Dialog, ...], *, reachable: bool) -> str:
    """Return a PIDF document: open when reachable, and by RPID (RFC 4480) whether on the phone."""
    state = state_of(shown)
    note = "" if state == TERMINATED else "<note>On the phone</note>"
    activity = "" if state == TERMINATED else "<rpid:on-the-phone/>"
    return (
        '<?xml version="1.0"?>\n<presence xmlns="urn:ietf:params:xml:ns:pidf" '
        'xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" '
        f'entity={_attribute(entity)}><tuple id="line"><status><basic>{"open" if reachable else "closed"}</basic>'
        f'</status>{note}</tuple><dm:person id="p"><rpid:activities>{activity}</rpid:activities></dm:person>'
        "</presence>\n"
    )


def summary(entity: str, *, new: int, saved: int) -> str:
    """Return a message summary of voice messages."""
    return (
        f"Messages-Waiting: {'yes' if new else 'no'}\r\nMessage-Account: {_line(entity)}\r\n"
        f"Voice-Message: {new}/{saved} (0/0)\r\n"
    )


def _line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def _text(text: str) -> str:
    return escape(_line(text))


def _attribute(text: str) -> str:
    return quoteattr(_line(text))


def _user(number: str) -> str:
    return "".join(c if (c.isalnum() and c.isascii()) or c in "*#+-_.!" else "_" for c in number)
