"""Resellers' brands by domain, users' photos and vCards: pictures only, one's own only."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.db, pytest.mark.anyio]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
BRAND = {"domain": "phone.reseller.example", "company_name": "Reseller Inc", "custom": {"kept": True}}


async def test_a_reseller_brands_its_domain_for_everybody_who_has_not_signed_in(world):
    place = "accounts/{A}/whitelabel"
    assert (await world.nobody.call("GET", "whitelabel/phone.reseller.example")).status_code == 404
    assert (await world.reseller.put(place, BRAND))["custom"] == {"kept": True}
    answer = await world.reseller.call("POST", f"{place}/logo", content=PNG, headers={"content-type": "image/png"})
    assert answer.status_code == 200, answer.text
    shown = await world.nobody.get("whitelabel/PHONE.reseller.example")
    assert (shown["company_name"], "account_id" in shown) == ("Reseller Inc", False)
    logo = await world.nobody.call("GET", "whitelabel/phone.reseller.example/logo")
    assert (logo.content, logo.headers["content-type"]) == (PNG, "image/png")
    # Signed in, one sees the brand of the nearest account above, and never that of another reseller.
    plain = await world.user(world.customer, "plain")
    for who in (world.reseller, world.customer, plain):
        mine = await who.get(f"{place}/in_force")
        assert (mine["domain"], mine["pictures"]) == (BRAND["domain"], ["logo"])
    for who in (world.stranger, world.master):
        assert await who.get(f"{place}/in_force") == {}
    other = f"accounts/{world.reseller.account_id}/whitelabel/in_force"
    assert (await world.stranger.call("GET", other)).status_code in (403, 404)
    assert "sandbox" in logo.headers["content-security-policy"]
    assert (await world.nobody.call("GET", "whitelabel/phone.reseller.example/icon")).status_code == 404
    # A customer has none; a domain is somebody's; the platform's own is the master's.
    assert (await world.customer.call("PUT", place, {**BRAND, "domain": "a.example"})).status_code == 403
    await world.master.put(f"accounts/{world.stranger.account_id}/reseller", {})
    assert (await world.stranger.call("PUT", place, BRAND)).json()["data"]["domain"]["unique"]
    for script in (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<html>", b"", b"x" * 2_000_000):
        bad = await world.reseller.call("POST", f"{place}/icon", content=script, headers={"content-type": "image/png"})
        assert bad.status_code == 400, script[:20]
    assert (await world.reseller.call("POST", place, {"domain": "no domain"})).status_code == 400
    await world.reseller.delete(place)
    assert (await world.nobody.call("GET", "whitelabel/phone.reseller.example")).status_code == 404


async def test_people_set_their_own_photo_and_have_a_card(world):
    user = await world.user(world.customer, "ann", mobile="+14165550123", email="ann@customer.example")
    other = await world.user(world.customer, "bob")
    clerk = await world.user(world.customer, "clerk", priv_level="admin", admin_type="user-activation")
    place = f"accounts/{{A}}/users/{user.user_id}"
    upload = {"content": PNG, "headers": {"content-type": "image/png"}}
    assert (await user.call("GET", f"{place}/photo")).status_code == 404
    assert (await user.call("POST", f"{place}/photo", **upload)).status_code == 200
    assert (await world.customer.call("GET", f"{place}/photo")).content == PNG
    for who in (other, clerk, world.stranger):
        assert (await who.call("POST", f"{place}/photo", **upload)).status_code in (403, 404)
        assert (await who.call("DELETE", f"{place}/photo")).status_code in (403, 404)
    await user.delete(f"{place}/photo")
    assert (await user.call("GET", f"{place}/photo")).status_code == 404
    hostile = await world.customer.call("PATCH", place, {"last_name": "Lee\r\nEVIL:1;x"})
    assert (hostile.status_code, "last_name" in hostile.json()["data"]) == (400, True)
    await world.customer.patch(place, {"last_name": "Lee\\nEVIL:1;x"})
    card = (await user.call("GET", f"{place}/vcard")).text
    assert card.startswith("BEGIN:VCARD\r\nVERSION:4.0\r\nN:Lee\\\\nEVIL:1\\;x;ann;;;\r\n")
    assert "TEL;TYPE=cell:+14165550123\r\n" in card
    assert not [line for line in card.split("\r\n") if line.startswith("EVIL")]
    assert (await other.call("GET", f"{place}/vcard")).status_code in (403, 404)
