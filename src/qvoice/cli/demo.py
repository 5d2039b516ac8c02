"""`qvoice demo`: a reseller with two customers, phones, numbers and a carrier; run again, it shows the same again."""

from __future__ import annotations

import fcntl
import json
import sys
from pathlib import Path
from typing import Any

import httpx2

from qvoice.cli import demo_build, demo_documents, settings_of
from qvoice.cli.demo_secrets import Vault
from qvoice.cli.rest import Refused, Rest
from qvoice.kit.settings import Settings

CARRIER_HOST = "127.0.0.2"
CARRIER_PORT = 5060
MASTER_USERNAME = "admin"
MASTER_NAME = "master"


def run(data: Path, *, as_json: bool) -> int:
    """Build (or find) the demo in the running installation `data` and print it. Returns the exit code."""
    settings = settings_of(data)
    try:
        demo = build(settings, tell=lambda line: print(line, file=sys.stderr))
    except Refused as problem:
        print(f"the API refused a step of the demo: {problem}", file=sys.stderr)
        return 1
    except httpx2.TransportError as problem:
        print(f"The API does not answer ({problem}). Start it: ./qvoice up --data {settings.data}", file=sys.stderr)
        return 1
    print(json.dumps(demo, indent=1) if as_json else table(demo))
    return 0


def carrier_port(settings: Settings) -> int:
    """The demo carrier's port moves with the installation's, so that two installations have two carriers."""
    return CARRIER_PORT + settings.ports.offset


def build(settings: Settings, *, tell: demo_build.Tell) -> dict[str, Any]:
    """Make what is missing and return the demo as `--json` prints it. Two at once (`up --demo` and `demo`) go one after
    the other: each thing is made once.
    """
    settings.run.mkdir(exist_ok=True)  # a stopped installation may have none
    with (settings.run / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _build(settings, tell=tell)


def _build(settings: Settings, *, tell: demo_build.Tell) -> dict[str, Any]:
    vault = Vault(settings.secrets / "demo.json")
    bind, ports = settings.network.advertised, settings.ports
    api = f"http://{bind}:{ports.api}/v2"
    password = settings.secret("admin-password")
    with Rest(api) as rest:
        rest.sign_in(account_name=MASTER_NAME, username=MASTER_USERNAME, password=password)
        port = carrier_port(settings)
        demo_build.trunks(rest, host=CARRIER_HOST, port=port, tell=tell)
        reseller = demo_build.account(
            rest,
            parent_id=rest.account_id,
            name=demo_documents.RESELLER,
            realm=demo_documents.RESELLER_REALM,
            timezone="America/Toronto",
            tell=tell,
        )
        demo_build.make_reseller(rest, reseller)
        accounts = [
            demo_build.customer(rest, plan, reseller_id=reseller, vault=vault, tell=tell)
            for plan in demo_documents.CUSTOMERS
        ]
        key = rest.get(f"accounts/{rest.account_id}/api_key")["api_key"]
        demo = {
            "api": api,
            "portal": f"http://{bind}:{ports.api}/",
            "sip": {
                "udp": f"{bind}:{ports.sip}",
                "tcp": f"{bind}:{ports.sip}",
                "tls": f"{bind}:{ports.tls}",
                "wss": f"wss://{bind}:{ports.wss}",
            },
            "ca": str(settings.data / "tls" / "ca.crt"),
            "master": {
                "account_id": rest.account_id,
                "account_name": MASTER_NAME,
                "username": MASTER_USERNAME,
                "password": password,
                "api_key": key,
            },
            "accounts": accounts,
            "carrier": {"host": CARRIER_HOST, "port": port},
        }
    vault.keep(demo)
    return demo


def table(demo: dict[str, Any]) -> str:
    """The demo for a person with a phone in hand."""
    sip = demo["sip"]
    lines = [
        f"Portal    {demo['portal']}   account {demo['master']['account_name']}, user {demo['master']['username']}, "
        f"password {demo['master']['password']}",
        f"SIP       {sip['udp']} (UDP, TCP), {sip['tls']} (TLS), {sip['wss']}",
        f"Carrier   {demo['carrier']['host']}:{demo['carrier']['port']}",
    ]
    for account in demo["accounts"]:
        lines += ["", f"{account['name']}: domain {account['realm']}, numbers {', '.join(account['numbers'])}"]
        lines += [f"  portal: account {account['name']}, user {account['admin']['username']}, "
                  f"password {account['admin']['password']}"]  # fmt: skip
        lines += [
            f"  {user['extension']}  {user['name']:<14} SIP user {user['devices'][0]['username']:<12} "
            f"password {user['devices'][0]['password']}  voicemail PIN {user['voicemail_pin']}"
            for user in account["users"]
        ]
    lines += [
        "",
        "Dial an extension, *97 for voicemail, or a main number from the carrier. See docs/user/first-call.md.",
    ]
    return "\n".join(lines)
