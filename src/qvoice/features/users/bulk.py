"""Users from a file: the verdict of each row before anything is written, then a user with extension, voicemail box,
directory entry and device for each good one (A8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from qvoice.features import documents
from qvoice.features.documents.validate import to_invalid
from qvoice.features.tasks.action import Options, Problem, Row, RowsAction
from qvoice.features.users.schemas import User
from qvoice.kit import ids
from qvoice.kit.errors import Invalid

COLUMNS = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail address; also the user name when there is none",
    "username": "Name to log in with",
    "extension": "Internal number, 2 to 6 digits; with it come a voicemail box and a directory entry",
    "mobile": "Mobile number, E.164 (+14165550123)",
    "role": "user (when empty) or admin",
    "admin_type": "of an admin: total, read-only, user-activation or call-centre",
    "language": "such as en-us or fr-ca",
    "timezone": "such as America/Toronto",
    "device": "softphone, sip_device, or nothing",
    "invite": "email or sms: invite the person at once",
}
ALIASES = {
    "firstname": "first_name", "first": "first_name", "given_name": "first_name", "prénom": "first_name",
    "lastname": "last_name", "last": "last_name", "surname": "last_name", "nom": "last_name",
    "e_mail": "email", "mail": "email", "courriel": "email", "email_address": "email", "user_name": "username",
    "ext": "extension", "poste": "extension", "mobile_number": "mobile", "cell": "mobile", "time_zone": "timezone",
}  # fmt: skip
DEVICES = ("softphone", "sip_device")
DIRECTORY = "SmartPBX Directory"
_NO = ("", "no", "none", "non", "false", "0")
_YES = ("yes", "oui", "true", "1")


def document(row: Row) -> dict[str, Any]:
    """Return the user document of a row; raises Invalid naming columns."""
    extension, role = row.get("extension", ""), (row.get("role") or "user").lower()
    email, username = row.get("email", ""), row.get("username", "").lower()
    if role not in ("user", "admin"):
        raise Invalid.field("role", "enum", "use user or admin")
    if extension and not (extension.isascii() and extension.isdigit() and 2 <= len(extension) <= 6):
        raise Invalid.field("extension", "format", "an extension has 2 to 6 digits")
    name = f"{row.get('first_name', '')} {row.get('last_name', '')}".strip()
    doc: dict[str, Any] = {
        "first_name": row.get("first_name", ""),
        "last_name": row.get("last_name", ""),
        "username": username or email.lower() or None,
        "email": email or None,
        "mobile": row.get("mobile") or None,
        "priv_level": role,
        "admin_type": row.get("admin_type", "").lower() or None,
        "language": row.get("language") or None,
        "timezone": row.get("timezone") or None,
        "presence_id": extension or None,
        "caller_id": {"internal": {"name": name[:35], "number": extension}} if extension else None,
    }
    return {key: value for key, value in doc.items() if value is not None}


def _own(row: Row) -> list[Problem]:
    """Return what is wrong with a row by itself."""
    problems = []
    try:
        User.model_validate(document(row))
    except ValidationError as refused:
        problems += _told(to_invalid(refused))
    except Invalid as refused:
        problems += _told(refused)
    if row.get("admin_type") and (row.get("role") or "user").lower() != "admin":
        problems.append(Problem("admin_type", "only an admin has an admin type", "warning", code="no_admin"))
    device, invite = row.get("device", "").lower(), row.get("invite", "").lower()
    if device not in (*DEVICES, *_NO, *_YES):
        problems.append(Problem("device", "use softphone, sip_device or nothing", code="device"))
    if invite not in ("email", "sms", *_NO, *_YES):
        problems.append(Problem("invite", "use email, sms or nothing", code="invite"))
    elif invite == "sms" and not row.get("mobile"):
        problems.append(Problem("invite", "there is no mobile number to send the text message to", code="no_mobile"))
    elif invite in ("email", *_YES) and not row.get("email"):
        problems.append(Problem("invite", "there is no e-mail address to send the invitation to", code="no_email"))
    if any(letter in row.get(name, "") for name in ("first_name", "last_name") for letter in "\r\n"):
        problems.append(Problem("first_name", "a name is one line: is a quote missing?", code="lines"))
    return problems


def _told(refused: Invalid) -> list[Problem]:
    names = {"priv_level": "role", "presence_id": "extension"}
    return [
        Problem(
            names.get(field, field.partition(".")[0]),
            str(rule["message"]),
            code=name,
            values={"target": rule.get("target")},
        )
        for field, rules in refused.fields.items()
        for name, rule in rules.items()
    ]


def _user_name(row: Row) -> str:
    return (row.get("username") or row.get("email") or "").strip().lower()


async def check(s: AsyncSession, rows: Sequence[Row], options: Options) -> list[list[Problem]]:
    """Judge each row: by itself, against the others of the file, and against what the account has."""
    names, extensions = [_user_name(row) for row in rows], [row.get("extension", "") for row in rows]
    twice_names, twice_extensions = Counter(names), Counter(extensions)
    first: dict[tuple[str, str], int] = {}
    known_names = await _known(s, "select username as v from users where deleted is null and username = any(:v)", names)
    mails = [row.get("email", "").lower() for row in rows]
    known_mails = await _known(
        s, "select lower(email) as v from users where deleted is null and lower(email) = any(:v)", mails
    )
    taken = await _known(
        s,
        "select number as v from callflow_numbers where number = any(:v) union"
        " select doc ->> 'mailbox' from vmboxes where deleted is null and doc ->> 'mailbox' = any(:v)",
        extensions,
    )
    verdicts = []
    for number, row in enumerate(rows, 1):
        problems = _own(row)
        name, extension = names[number - 1], extensions[number - 1]
        for column, value, counts in (
            ("username", name, twice_names), ("extension", extension, twice_extensions),
        ):  # fmt: skip
            if value and counts[value] > 1:
                earlier = first.setdefault((column, value), number)
                if earlier != number:
                    values = {"value": value[:64], "row": earlier}
                    said = f"{value[:64]} is in row {earlier} too"
                    problems.append(Problem(column, said, code="twice", values=values))
        if name in known_names:
            said = f"a user of this account is called {name[:64]} already"
            problems.append(Problem("username", said, code="taken", values={"value": name[:64]}))
        elif mails[number - 1] in known_mails:
            said = "another user of this account has this address"
            problems.append(Problem("email", said, "warning", code="email_known"))
        if extension in taken:
            said, value = f"{extension[:16]} is in use already", {"value": extension[:16]}
            problems.append(Problem("extension", said, code="in_use", values=value))
        verdicts.append(problems)
    return verdicts


async def _known(s: AsyncSession, query: str, values: Iterable[str]) -> set[str]:
    wanted = sorted({value for value in values if value})
    if not wanted:
        return set()
    statement = text(query).bindparams(bindparam("v", wanted, type_=ARRAY(Text)))
    return {row.v for row in await s.execute(statement)}


async def adds(s: AsyncSession, batches: Sequence[Sequence[Row]], options: Options) -> list[dict[str, dict[str, int]]]:
    """Return what the rows of each batch add of things that service plans count (`service_counts`)."""
    there = bool(await documents.find(s, "directories", name=DIRECTORY, limit=1))
    found = []
    for rows in batches:
        routed = sum(bool(row.get("extension")) for row in rows)
        counts = {
            "users": Counter((row.get("role") or "user").lower() for row in rows),
            "devices": Counter(_kind(row) for row in rows if _has_device(row)),
            "voicemails": Counter(mailbox=routed),
            "directories": Counter(directory=int(routed > 0 and not there)),
        }
        there = there or routed > 0
        found.append({category: dict(+items) for category, items in counts.items() if +items})
    return found


async def run(s: AsyncSession, row: Row, options: Options) -> dict[str, str]:
    """Make the user of a row with all that belongs to it; raises Invalid, and then nothing of it is left."""
    return (await run_many(s, [row], options))[0]


async def run_many(s: AsyncSession, rows: Sequence[Row], options: Options) -> list[dict[str, str]]:
    """Make the users of rows, all or none; raises Invalid for the first thing refused.

    Their boxes get no PIN: hashing one takes longer than all the rest of a row, and nobody was ever told it. The owner
    enters from his own phone, or sets one.
    """
    extensions = [row["extension"] for row in rows if row.get("extension")]
    taken = await _known(s, "select number as v from callflow_numbers where number = any(:v)", extensions)
    if taken:
        raise Invalid.field("extension", "unique", f"{min(taken)} is in use already")
    directory = await _directory(s) if extensions else ""
    docs, flow_ids = [document(row) for row in rows], [ids.new_id() for _ in rows]
    for doc, row, flow_id in zip(docs, rows, flow_ids, strict=True):
        if row.get("extension"):
            doc["directories"] = {directory: flow_id}
    users = await documents.create_many(s, "users", docs)
    results = [{"user_id": user.id} for user in users]
    routed = [place for place, row in enumerate(rows) if row.get("extension")]
    names = [f"{doc['first_name']} {doc['last_name']}" for doc in docs]
    boxes = await documents.create_many(
        s,
        "vmboxes",
        [
            {"owner_id": users[n].id, "mailbox": rows[n]["extension"], "name": f"{names[n]}'s VMBox"[:128]}
            for n in routed
        ],
    )
    flows = [_flow(users[n].id, names[n], rows[n]["extension"], box.id) for n, box in zip(routed, boxes, strict=True)]
    await documents.create_many(s, "callflows", flows, new_ids=[flow_ids[n] for n in routed])
    with_device = [n for n, row in enumerate(rows) if _has_device(row)]
    devices = await documents.create_many(s, "devices", [_device(rows[n], docs[n], users[n].id) for n in with_device])
    for n, device in zip(with_device, devices, strict=True):
        results[n]["device_id"] = device.id
    for channel in ("email", "sms"):
        wanted = [user for user, row in zip(users, rows, strict=True) if _channel(row) == channel]
        if wanted:
            await _invite(s, wanted, channel)
    return results


def _has_device(row: Row) -> bool:
    return row.get("device", "").lower() not in _NO


def _kind(row: Row) -> str:
    kind = row.get("device", "").lower()
    return kind if kind in DEVICES else "softphone"


def _device(row: Row, doc: dict[str, Any], owner: str) -> dict[str, Any]:
    return {
        "name": f"{doc['first_name']}'s phone"[:128],
        "owner_id": owner,
        "device_type": _kind(row),
    }


def _channel(row: Row) -> str:
    """Return how a row's person is invited; '' for not at all."""
    invite = row.get("invite", "").lower()
    return "" if invite in _NO else "sms" if invite == "sms" else "email"


async def _invite(s: AsyncSession, users: Sequence[documents.Document], channel: Any) -> None:
    from qvoice.features.invitations.invite import invite  # imported late: invitations build on users

    await invite(s, s.info["token_key"], users, channel=channel)


async def _directory(s: AsyncSession) -> str:
    """Return the account's directory, made when there is none; looked up once a batch."""
    known = s.info.get("bulk_directory")
    if known is None:
        found = await documents.find(s, "directories", name=DIRECTORY, limit=1)
        directory = found[0] if found else await documents.create(
            s, "directories",
            {"name": DIRECTORY, "confirm_match": False, "max_dtmf": 0, "min_dtmf": 3, "sort_by": "last_name"},
        )  # fmt: skip
        known = directory.id
        if found:
            s.info["bulk_directory"] = known
    return known


def _flow(user: str, name: str, extension: str, box: str) -> dict[str, Any]:
    """The route to a user: ring its devices for 20 s, then its voicemail box (the document SmartPBX makes)."""
    return {
        "name": f"{name} SmartPBX's Callflow"[:128],
        "numbers": [extension],
        "owner_id": user,
        "type": "mainUserCallflow",
        "flow": {
            "module": "user",
            "data": {"id": user, "can_call_self": False, "timeout": 20},
            "children": {"_": {"module": "voicemail", "data": {"id": box}, "children": {}}},
        },
    }


ACTIONS = [
    RowsAction(
        category="users",
        action="import",
        columns=COLUMNS,
        required=("first_name", "last_name"),
        check=check,
        run=run,
        run_many=run_many,
        adds=adds,
        batch=100,
        permission=("users", "create"),
        aliases=ALIASES,
    )
]
