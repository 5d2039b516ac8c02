"""Voicemail by mail: with the message or not at all, to everybody named, and given up only when it has arrived."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from tests.fixtures.smtp import mail_settled, mail_states
from tests.fixtures.tenants import tone

from qvoice.features.documents import store
from qvoice.features.media.wav import read_wav
from qvoice.features.vmboxes import messages
from qvoice.features.vmboxes.store_message import Caller, insert

pytestmark = [pytest.mark.db, pytest.mark.anyio]

NOW = datetime(2026, 7, 1, 16, 30, tzinfo=UTC)
ANN = Caller("+14165550100", "Ann Lee", "1000", "call-1")


async def leave(db, scope, box_id, ref="m1", caller=ANN):
    async with db.tx(scope) as session:
        assert await insert(session, box_id=box_id, ref=ref, audio=tone(2), caller=caller, received=NOW)


async def folders(db, scope, box_id):
    async with db.tx(scope) as session:
        found = await messages.listing(session, box_id, folders=messages.FOLDERS)
    return [message.folder for message in found]


async def user(db, scope, **more):
    async with db.tx(scope) as session:
        made = await store.create(session, "users", {"first_name": "Bob", "last_name": "Brown"} | more)
    return made.id


async def test_E2_a_message_is_mailed_with_its_audio_in_the_owners_language_and_zone(
    db, acme, new_box, mailbox, jobs_worker
):
    bob = await user(db, acme, email="bob@acme.example", language="fr-ca", timezone="America/Vancouver")
    box = await new_box(acme, owner_id=bob, notify_email_addresses=["desk@acme.example"], media_extension="wav")
    await leave(db, acme, box)
    await mail_settled(db, acme, "sent", "sent")
    assert {mail["To"] for mail in mailbox.got} == {"bob@acme.example", "desk@acme.example"}
    mail = mailbox.got[0]
    assert mail["Subject"] == "Message vocal de Ann Lee (+14165550100)"
    assert "2026-07-01 09:30" in mail.get_body().get_content()
    [audio] = list(mail.iter_attachments())
    assert audio.get_filename() == "voicemail-20260701-093000-14165550100.wav"
    assert read_wav(audio.get_content()).seconds == pytest.approx(2, abs=0.1)
    assert await folders(db, acme, box) == ["new"]


async def test_E2_mp3_is_the_default_and_without_audio_only_a_notice_goes_out(db, acme, new_box, mailbox, jobs_worker):
    box = await new_box(acme, notify_email_addresses=["desk@acme.example"])
    plain = await new_box(
        acme, "1001", notify_email_addresses=["desk@acme.example"], include_message_on_notify=False,
        delete_after_notify=True,
    )  # fmt: skip
    await leave(db, acme, box)
    await mail_settled(db, acme, "sent")
    [audio] = list(mailbox.got[0].iter_attachments())
    assert (audio.get_content_type(), audio.get_filename()[-4:]) == ("audio/mpeg", ".mp3")
    await leave(db, acme, plain)
    await mail_settled(db, acme, "sent", "sent")
    assert list(mailbox.got[1].iter_attachments()) == []
    assert await folders(db, acme, plain) == ["new"], "a message nobody was sent may not go"


async def test_E2_delete_after_notification_waits_until_every_mail_was_taken(db, acme, new_box, mailbox, jobs_worker):
    mailbox.answers = ["451 not now"]
    box = await new_box(acme, notify_email_addresses=["one@acme.example", "two@acme.example"], delete_after_notify=True)
    await leave(db, acme, box)
    await mail_settled(db, acme, "queued", "sent")
    await asyncio.sleep(0.5)
    assert await folders(db, acme, box) == ["new"]
    await mail_settled(db, acme, "sent", "sent")
    for _ in range(300):
        if await folders(db, acme, box) == ["deleted"]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the message was never given up")


async def test_E2_a_mail_refused_for_good_keeps_the_message(db, acme, new_box, mailbox, jobs_worker):
    mailbox.answers = ["550 no such person"]
    box = await new_box(acme, notify_email_addresses=["gone@acme.example"], delete_after_notify=True)
    await leave(db, acme, box)
    await mail_settled(db, acme, "failed")
    await asyncio.sleep(0.5)
    assert await folders(db, acme, box) == ["new"]


async def test_D7_nobody_to_tell_is_no_mail_and_a_hostile_name_stays_text(db, acme, new_box, mailbox, jobs_worker):
    bob = await user(db, acme, email="bob@acme.example", vm_to_email_enabled=False)
    await leave(db, acme, await new_box(acme, owner_id=bob))
    assert await mail_states(db, acme) == []
    box = await new_box(acme, "1002", notify_email_addresses=["desk@acme.example"])
    await leave(db, acme, box, caller=Caller("*", "{{ 7 * 7 }}\r\nBcc: all@y.example", "1002"))
    await mail_settled(db, acme, "sent")
    assert mailbox.got[0]["Bcc"] is None
    assert "{{ 7 * 7 }}" in mailbox.got[0]["Subject"]
