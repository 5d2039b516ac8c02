"""Talking to Kamailio over its private TCP port: JSON-RPC, and the short requests of
engine/kamailio/roles/control.cfg.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx2

from qvoice.kit.errors import Unavailable
from qvoice.kit.settings import Settings


class EdgeAway(Unavailable):
    """The SIP edge does not answer just now. Try again shortly."""

    code = "edge_unreachable"


class EdgeRefused(Unavailable):
    """The SIP edge refused a command."""

    code = "edge_refused"


class Kamailio:
    """One edge. `await close()` at the end."""

    def __init__(self, settings: Settings) -> None:
        self._http = httpx2.AsyncClient(
            base_url=f"http://{settings.network.private}:{settings.ports.edge_private}",
            headers={"Authorization": f"Bearer {settings.secret('edge-token')}"},
            timeout=5.0,
            # Kamailio closes idle connections; a request on a closed one would fail for nothing.
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def rpc(self, method: str, *params: Any) -> Any:
        """Run an RPC command and return its result; raises EdgeAway or EdgeRefused (with Kamailio's words)."""
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1})
        answer = await self._send("POST", "/RPC", content=body)
        try:
            message = json.loads(answer)
        except ValueError as problem:
            raise EdgeRefused(f"{method}: {answer[:200]}") from problem
        if "error" in message:
            raise EdgeRefused(f"{method}: {message['error'].get('message', message['error'])}")
        return message.get("result")

    async def refresh_device(self, device_id: str) -> None:
        """Read one device's credentials again; whoever may no longer be registered is removed."""
        await self._send("GET", f"/device/{device_id}")

    async def refresh_networks(self, id: str) -> None:
        """Read again from where a device, or an account's devices, may register and call."""
        await self._send("GET", f"/networks/{id}")

    async def refused_outside(self, device_id: str) -> tuple[str, str, int] | None:
        """Return (address, method, Unix seconds) of the last request within a day that knew a device's password and
        came from where the device may not be; None when there was none.
        """
        try:
            slot = await self.rpc("htable.get", "outside", device_id)
        except EdgeRefused as problem:
            if "key" in problem.message.lower():
                return None
            raise
        address, method, at = str(slot["item"]["value"]).split("|")
        return address, method, int(at)

    async def unregister_contact(self, aor: str, contact: str) -> None:
        """Remove one contact of an AOR; one that is gone already is no problem."""
        try:
            await self.rpc("ul.rm_contact", "location", aor, contact)
        except EdgeRefused as problem:
            if "not found" not in problem.message.lower():
                raise

    async def tell_mwi(self, aor: str, new: int, saved: int) -> None:
        """Set the message-waiting state of an AOR and notify all its contacts."""
        await self._send("GET", f"/mwi/{quote(aor, safe='@')}/{new}/{saved}")

    async def check_sync(self, aor: str, *, reboot: bool) -> int:
        """Ask all contacts of an AOR to fetch their configuration again (NOTIFY check-sync), or to restart; return how
        many there are.
        """
        told = await self._send("GET", f"/sync/{quote(aor, safe='@')}/{'true' if reboot else 'false'}")
        return int(told) if told.strip().isdigit() else 0

    async def reason_phrase(self, sip_call_id: str, words: str) -> None:
        """Say `words` as the reason phrase when this call is refused within the next seconds (RFC 3261 7.2)."""
        await self._send("GET", f"/refusal/{quote(sip_call_id, safe='')}/{quote(words, safe='')}")

    async def ping_gateway(self, server: str, port: int) -> None:
        """Send OPTIONS to a gateway from the public socket; the outcome is in `pinged` a little later."""
        await self._send("GET", f"/options/{quote(server, safe='')}/{port}")

    async def pinged(self) -> dict[str, int]:
        """Return {`server:port`: last status} of the gateways asked in the last two minutes; 408 is silence."""
        rows: Any = await self.rpc("htable.dump", "pinged")
        return {slot["name"]: int(slot["value"]) for row in rows or () for slot in row["slot"]}

    async def reload(self, table: str) -> None:
        """Read an htable again from its database table."""
        await self.rpc("htable.reload", table)

    async def unregister(self, aor: str) -> bool:
        """Remove an AOR's registrations; False when there was none."""
        try:
            await self.rpc("ul.rm", "location", aor)
        except EdgeRefused as problem:
            if "not found" in problem.message.lower():
                return False
            raise
        return True

    async def _send(self, method: str, path: str, content: str | None = None) -> str:
        try:
            answer = await self._http.request(method, path, content=content)
        except httpx2.HTTPError as problem:
            raise EdgeAway from problem
        if answer.status_code >= 400 and path != "/RPC":
            raise EdgeRefused(f"{path}: {answer.status_code} {answer.text[:100]}")
        return answer.text

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()
