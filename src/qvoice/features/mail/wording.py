"""`/accounts/{A}/notifications`: an account's own words for the mails that we send, per language, with a preview.

An account without words of its own gets those of the nearest account above that has some (its reseller's, say), else
ours. Words name facts as `{{ first_name }}` and can do nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from jinja2 import meta
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents.openapi import describe_model
from qvoice.features.documents.validate import validated
from qvoice.features.mail.queue_mail import LANGUAGES, PLACEHOLDER, TEMPLATES, environment, filled, one_line, written
from qvoice.kit.errors import Invalid, NotFound

router = APIRouter(tags=["notifications"])
NEEDED = {name: "link" for name in ("invitation", "invitation_admin", "invitation_sms", "new_account", "recovery")}
"""A fact without which the mail is of no use."""
SAMPLES = {
    "name": "Ann Lee", "first_name": "Ann", "account": "Example", "username": "ann", "extension": "1001", "hours": "72",
    "link": "https://phone.example.com/welcome/…", "caller": "Bob Brown <+14165550123>", "dialled": "1001",
    "when": "Friday 10:00", "length": "0:42", "box": "1001", "mailbox": "1001", "device": "Desk",
    "shown": "+14165550100", "attached": "yes", "location": "1 Example Street", "comments": "…",
    "uri": "https://hooks.example.com/calls", "problem": "answered 500", "count": "10",
    "balance": "4.20 CAD", "threshold": "5.00 CAD", "amount": "20.00 CAD", "status": "approved",
    "state": "scheduled", "numbers": "+14165550100", "day": "2026-12-24", "reason": "…",
    "issuer": "Example Telecom Inc.", "due": "2026-12-31",
    "number": "1042", "carrier": "New Tel", "invoice": "1041", "period": "2026-11-01 – 2026-11-30",
}  # fmt: skip


class Wording(BaseModel):
    """Subject and text in one language; facts as `{{ first_name }}`."""

    language: Literal["en", "fr"] = "en"
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(min_length=1, max_length=20_000)]


@lru_cache(maxsize=1)
def kinds() -> dict[str, frozenset[str]]:
    """Return the kinds of mail that we send, each with the facts that it may name."""
    found = {}
    for file in sorted(TEMPLATES.glob("*.en.txt")):
        source = environment().parse(file.read_text())
        found[file.name.removesuffix(".en.txt")] = frozenset(meta.find_undeclared_variables(source))
    return found


def _known(kind: str) -> frozenset[str]:
    if kind not in kinds():
        raise NotFound(f"there is no such mail; there are: {', '.join(kinds())}")
    return kinds()[kind]


def _checked(kind: str, data: dict[str, Any]) -> Wording:
    """Return the words; raises Invalid for a fact that this mail has not, or one that it must have."""
    facts = _known(kind)
    words = Wording.model_validate(validated(Wording, data))
    for name, given in (("subject", words.subject), ("body", words.body)):
        for used in PLACEHOLDER.findall(given):
            if used not in facts:
                raise Invalid.field(name, "enum", f"this mail knows no {used}: use {', '.join(sorted(facts))}")
        if "{%" in given:
            raise Invalid.field(name, "format", "only {{ names }} of facts can be used, no {% … %}")
    needed = NEEDED.get(kind)
    if needed and needed not in PLACEHOLDER.findall(words.body):
        raise Invalid.field("body", "required", f"this mail is of no use without {{{{ {needed} }}}}")
    return words


def ours(kind: str, language: str) -> tuple[str, str]:
    """Return our own words with the facts' names in place of facts."""
    return written(kind, language, {name: f"{{{{ {name} }}}}" for name in kinds()[kind]})


async def _shown(s: AsyncSession, account_id: str, kind: str) -> dict[str, Any]:
    languages: dict[str, Any] = {}
    for language in LANGUAGES:
        rows = await s.execute(
            text("select account_id, subject, body from mail_template(cast(:a as uuid), :kind, :language)"),
            {"a": account_id, "kind": kind, "language": language},
        )
        own = rows.first()
        subject, body = (own.subject, own.body) if own else ours(kind, language)
        origin = "system" if own is None else "account" if own.account_id.hex == account_id else "above"
        languages[language] = {"subject": subject, "body": body, "origin": origin}
    return {"id": kind, "macros": sorted(kinds()[kind]), "languages": languages}


@router.get("/accounts/{account_id}/notifications", operation_id="list_notifications", summary="The mails that we send")
async def list_(request: Request, account_id: str, ctx: Context = permit("notifications", "read")) -> Response:
    """Every kind of mail with its words in each language and whose they are: `account`, `above` or `system`."""
    async with ctx.tx() as s:
        return ctx.reply([await _shown(s, account_id, kind) for kind in kinds()])


@router.get("/accounts/{account_id}/notifications/{kind}", operation_id="get_notification", summary="One mail's words")
async def read(
    request: Request, account_id: str, kind: str, ctx: Context = permit("notifications", "read")
) -> Response:
    """One kind of mail."""
    _known(kind)
    async with ctx.tx() as s:
        return ctx.reply(await _shown(s, account_id, kind))


@router.post(
    "/accounts/{account_id}/notifications/{kind}", **describe_model(body=Wording, answer={"type": "object"}),
    operation_id="set_notification", summary="Set one's own words for a mail",
)  # fmt: skip
async def write(
    request: Request, account_id: str, kind: str, ctx: Context = permit("notifications", "update")
) -> Response:
    """Set the words of one language."""
    words = _checked(kind, ctx.data)
    async with ctx.tx() as s:
        await s.execute(
            text(
                "insert into mail_templates (account_id, kind, language, subject, body)"
                " values (:account, :kind, :language, :subject, :body) on conflict (account_id, kind, language)"
                " do update set subject = excluded.subject, body = excluded.body, changed = now()"
            ),
            {"account": account_id, "kind": kind, **words.model_dump()},
        )
        return ctx.reply(await _shown(s, account_id, kind))


@router.delete(
    "/accounts/{account_id}/notifications/{kind}", operation_id="reset_notification",
    summary="Go back to the words above",
)  # fmt: skip
async def reset(
    request: Request, account_id: str, kind: str, ctx: Context = permit("notifications", "update")
) -> Response:
    """Drop one's own words (`language=fr`: of that language only)."""
    _known(kind)
    async with ctx.tx() as s:
        await s.execute(
            text(
                "delete from mail_templates where account_id = :account and kind = :kind"
                " and (cast(:language as text) is null or language = :language)"
            ),
            {"account": account_id, "kind": kind, "language": dict(ctx.query).get("language")},
        )
        return ctx.reply(await _shown(s, account_id, kind))


@router.post(
    "/accounts/{account_id}/notifications/{kind}/preview", **describe_model(body=Wording, answer={"type": "object"}),
    operation_id="preview_notification", summary="See a mail with sample facts",
)  # fmt: skip
async def preview(
    request: Request, account_id: str, kind: str, ctx: Context = permit("notifications", "read")
) -> Response:
    """What a reader would get; words that would be refused are refused here too."""
    words = _checked(kind, ctx.data)
    facts = {name: SAMPLES.get(name, name) for name in kinds()[kind]}
    return ctx.reply({"subject": one_line(filled(words.subject, facts)), "body": filled(words.body, facts)})
