"""Audio in and out over REST."""

from __future__ import annotations

import base64

import pytest
from tests.fixtures.tenants import tone

from qvoice.features.media.convert import MAX_UPLOAD

pytestmark = [pytest.mark.db, pytest.mark.anyio]


async def upload(client, id, body, content_type="audio/wav", **more):
    return await client.ask("POST", f"media/{id}/raw", content=body, headers={"content-type": content_type}, **more)


async def test_D16_upload_convert_and_download_the_same_bytes(acme, app, scopes):
    media = await acme.create("media", name="Hello", media_source="upload")
    assert (await acme.ask("GET", f"media/{media['id']}/raw")).status_code == 404
    response = await upload(acme, media["id"], tone(2))
    assert response.status_code == 200, response.text
    assert response.json()["data"]["content_type"] == "audio/wav"
    assert response.json()["data"]["content_length"] == len(tone(2))
    raw = await acme.ask("GET", f"media/{media['id']}/raw")
    assert (raw.content, raw.headers["content-type"]) == (tone(2), "audio/wav")
    assert raw.headers["content-disposition"].startswith('attachment; filename="Hello.wav"')
    [row] = await acme.data("GET", "media")
    assert row | {"id": None} == {
        "id": None, "name": "Hello", "media_type": "audio/wav", "media_source": "upload",
        "language": "en-us", "is_prompt": False,
    }  # fmt: skip


async def test_H14_the_dialects_base64_upload_and_a_multipart_form_are_understood(acme):
    media = await acme.create("media", name="Hello")
    body = b"data:audio/mp3;base64," + base64.b64encode(tone())
    assert (await upload(acme, media["id"], body, "application/x-base64")).status_code == 200
    assert (await acme.ask("GET", f"media/{media['id']}/raw")).content == tone()
    form = await acme.ask("POST", f"media/{media['id']}/raw", files={"file": ("../../x.wav", tone(2), "text/plain")})
    assert form.status_code == 200, form.text
    assert (await acme.ask("GET", f"media/{media['id']}/raw")).content == tone(2)


@pytest.mark.parametrize(
    ("body", "content_type", "rule"),
    [
        (b"", "audio/wav", "required"),
        (b"hello", "audio/mpeg", "type"),
        (b"data:audio/mp3;base64,@@@@", "application/x-base64", "format"),
        (b"--x\r\n", "multipart/form-data; boundary=y", "invalid"),
        (b"junk", "multipart/form-data", "invalid"),
        (b"RIFF\x10\0\0\0WAVEjunkjunkjunk", "audio/wav", "invalid"),
    ],
)
async def test_wrong_uploads_are_refused_with_a_reason_and_keep_the_old_audio(acme, body, content_type, rule):
    media = await acme.create("media", name="Hello")
    assert (await upload(acme, media["id"], tone())).status_code == 200
    refused = await upload(acme, media["id"], body, content_type)
    assert refused.status_code == 400, refused.text
    assert rule in refused.json()["data"]["raw"], refused.text
    assert (await acme.ask("GET", f"media/{media['id']}/raw")).content == tone()


async def test_too_large_an_upload_is_413(acme):
    media = await acme.create("media", name="Hello")
    refused = await upload(acme, media["id"], b"\0" * (MAX_UPLOAD + 1))
    assert refused.status_code == 413, refused.text
    assert refused.json()["error"] == "413"


async def test_H15_range_token_in_the_query_and_validators(acme, http):
    media = await acme.create("media", name="Hello")
    await upload(acme, media["id"], tone())
    url = acme.url(f"media/{media['id']}/raw") + f"?auth_token={acme.token}"
    whole = await http.get(url)
    part = await http.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, tone()[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(tone())}"
    assert (await http.get(url, headers={"Range": "bytes=999999999-"})).status_code == 416
    assert (await http.get(url, headers={"If-None-Match": whole.headers["etag"]})).status_code == 304
    assert (await http.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'})).status_code == 200
    assert (await http.get(acme.url(f"media/{media['id']}/raw"))).status_code == 401


async def test_A1_media_of_another_account_can_be_neither_read_nor_replaced(acme, globex):
    media = await acme.create("media", name="Hello")
    await upload(acme, media["id"], tone())
    theirs = f"/v2/accounts/{acme.account_id}/media/{media['id']}"
    assert (await globex.ask("GET", theirs + "/raw")).status_code == 403
    assert (await globex.ask("GET", f"media/{media['id']}/raw")).status_code == 404
    assert (await upload(globex, media["id"], tone(2))).status_code == 404
    assert (await globex.ask("DELETE", f"media/{media['id']}")).status_code == 404


async def test_prompts_and_languages_are_listed(acme):
    await acme.create("media", name="Bonjour", language="fr-fr")
    assert {"vm-goodbye", "menu-exit"} <= {row["id"] for row in await acme.data("GET", "media/prompts")}
    assert await acme.data("GET", "media/languages") == [{"fr-fr": 1}]
    assert len(await acme.data("GET", "media/languages/fr-fr")) == 1
