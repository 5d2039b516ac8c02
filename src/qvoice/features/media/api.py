"""REST routes of media: documents, audio in and out, system prompts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from qvoice.features.auth.permit import Context, permit
from qvoice.features.documents import store
from qvoice.features.documents.openapi import describe
from qvoice.features.documents.resource import Document
from qvoice.features.documents.routes import InWrite, crossbar, shown
from qvoice.features.media import audio, blobs, prompts
from qvoice.features.media.convert import Converter, store_image
from qvoice.features.media.ranges import serve
from qvoice.features.media.resource import RESOURCE
from qvoice.features.media.schemas import text_of
from qvoice.features.media.sniff import WAV, sniff
from qvoice.features.media.upload import read_upload
from qvoice.features.speech import voices
from qvoice.features.speech.speak import speaker
from qvoice.kit.errors import NotFound

router = APIRouter()
_BASE = "/accounts/{account_id}/media"


@lru_cache(maxsize=1)
def converter(data: Path) -> Converter:
    """Return the converter of an installation."""
    return Converter(store_image(data), data / "run" / "audio")


@router.get(_BASE + "/prompts", operation_id="list_prompts", summary="List the system prompts that documents may name")
async def list_prompts(request: Request, account_id: str, ctx: Context = permit("media", "read", own=True)) -> Response:
    """List system prompts: documents name them `system_media/<id>`."""
    return ctx.reply([{"id": name, "count": 1} for name in prompts.listing()])


@router.get(
    _BASE + "/prompts/{prompt_id}", operation_id="get_prompt", summary="Media documents that replace a system prompt"
)
async def get_prompt(
    request: Request, account_id: str, prompt_id: str, ctx: Context = permit("media", "read", own=True)
) -> Response:
    """List the account's media with this prompt id."""
    async with ctx.tx() as session:
        found = await store.find(session, "media", prompt_id=prompt_id)
    return ctx.reply([document.id for document in found])


@router.get(
    _BASE + "/system_media/{prompt_id}", operation_id="get_system_media", summary="A system prompt as media"
)
async def get_system_media(
    request: Request, account_id: str, prompt_id: str, ctx: Context = permit("media", "read", own=True)
) -> Response:
    """Return what documents name `system_media/<prompt>` as a media document, so that forms can show its name."""
    prompts.asterisk_prompt(prompt_id)
    shown_ = {"id": f"system_media/{prompt_id}", "name": prompt_id, "prompt_id": prompt_id, "is_prompt": True}
    return ctx.reply({**shown_, "media_source": "upload", "streamable": True, "_read_only": {"type": "media"}})


@router.get(_BASE + "/languages", operation_id="list_media_languages", summary="Count media by language")
async def list_languages(
    request: Request, account_id: str, ctx: Context = permit("media", "read", own=True)
) -> Response:
    """Count the account's media by language."""
    async with ctx.tx() as session:
        found = await store.find(session, "media")
    counts: dict[str, int] = {}
    for document in found:
        language = str(document.doc.get("language", "")).lower() or "missing"
        counts[language] = counts.get(language, 0) + 1
    return ctx.reply([counts] if counts else [])


@router.get(_BASE + "/languages/{language}", operation_id="get_media_language", summary="Media in one language")
async def get_language(
    request: Request, account_id: str, language: str, ctx: Context = permit("media", "read", own=True)
) -> Response:
    """List the ids of the account's media in a language."""
    async with ctx.tx() as session:
        found = await store.find(session, "media")
    return ctx.reply([d.id for d in found if (str(d.doc.get("language", "")).lower() or "missing") == language.lower()])


@router.get(_BASE + "/{document_id}/raw", operation_id="get_media_raw", summary="Download the audio as it was uploaded")
async def get_raw(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("media", "read", own=True)
) -> Response:
    """Send the original file; Range and `?auth_token=` work, so players and plain links do."""
    async with ctx.tx() as session:
        document = await store.load(session, "media", document_id)
        ctx.check(document_id=document.id, owner_id=None)
        found = await audio.find(session, document.id)
        if found is None:
            raise NotFound("This media has no audio yet: upload a file first.", id=document.id)
        blob = await blobs.facts(session, found.original_id)
    return serve(request, ctx.db, ctx.scope, blob, name=document.doc["name"], extension=found.extension)


@router.post(
    _BASE + "/{document_id}/raw", **describe(RESOURCE, "read"), operation_id="upload_media", summary="Upload the audio"
)
async def upload(
    request: Request, account_id: str, document_id: str, ctx: Context = permit("media", "update")
) -> Response:
    """Take MP3, WAV, WMA or OGG, whatever the Content-Type says; it is converted for playing before the answer comes.
    """
    async with ctx.tx() as session:
        await store.load(session, "media", document_id)  # refuse before reading and converting
    data = await read_upload(request)
    kind = sniff(data)
    playable = await converter(request.app.state.settings.data).playable(data, kind)
    async with ctx.tx() as session:
        session.info["media_upload"] = True
        document = await store.merge(
            session, "media", document_id, {"content_type": kind.content_type, "content_length": len(data)}
        )
        await audio.attach(session, document.id, original=data, kind=kind, playable=playable)
        answer = await shown(session, RESOURCE, document, ctx.principal)
    return ctx.reply(answer, revision=document.revision)


@router.get(_BASE + "/voices", operation_id="list_voices", summary="List the voices that speak texts")
async def list_voices(request: Request, account_id: str, ctx: Context = permit("media", "read", own=True)) -> Response:
    """List voices, the preferred first: what `tts.voice` of a media document may name."""
    found = voices.catalogue(request.app.state.settings.data)
    return ctx.reply([
        {"id": one.name, "language": one.language, "gender": one.gender, "neural": one.neural} for one in found
    ])  # fmt: skip


async def _speak(ctx: Context, id: str | None) -> InWrite | None:
    """Speak a document's text before it is written, when there is something new to say."""
    old: dict[str, Any] = {}
    if id is not None:
        async with ctx.tx() as session:
            old = (await store.load(session, "media", id)).doc
    new = store.after_merge(old, ctx.data) if ctx.request.method == "PATCH" else ctx.data
    words = text_of(new)
    if words is None or words == text_of(old):
        return None
    speaker_ = speaker(ctx.request.app.state.settings.data)
    spoken = await speaker_.wav(words.text, speaker_.voice_for(voice=words.voice, language=words.language))

    async def attach(session: AsyncSession, document: Document) -> None:
        await audio.attach(session, document.id, original=spoken, kind=WAV, playable=spoken)

    return attach


router.include_router(crossbar(RESOURCE, prepare=_speak))
