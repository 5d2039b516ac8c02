"""What the demo consists of: the documents a SmartPBX operator would have made by hand, as plain values.

The shapes are those of the field's portals (a user's flow is `user` then `voicemail`; the main number is a
`temporal_route` over opening hours into a menu), so that the demo exercises what real accounts contain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RESELLER = "Northern Telecom"
RESELLER_REALM = "northern.example.test"


@dataclass(frozen=True, slots=True)
class Person:
    """A user of a demo customer."""

    first: str
    last: str
    extension: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def username(self) -> str:
        """The name to sign in with, unique in the account."""
        return f"{self.first}.{self.last}".lower()


@dataclass(frozen=True, slots=True)
class Customer:
    """A demo customer. `numbers[0]` is the main number, `numbers[1]` rings the first person directly."""

    name: str
    realm: str
    timezone: str
    numbers: tuple[str, ...]
    people: tuple[Person, ...]


CUSTOMERS = (
    Customer(
        name="Acme",
        realm="acme.example.test",
        timezone="America/Toronto",
        numbers=("+14165550100", "+14165550101"),
        people=(
            Person("Alice", "Adams", "1000"),
            Person("Bob", "Brown", "1001"),
            Person("Carol", "Clark", "1002"),
            Person("Dave", "Davis", "1003"),
        ),
    ),
    Customer(
        name="Globex",
        realm="globex.example.test",
        timezone="America/Vancouver",
        numbers=("+14165550200", "+14165550201"),
        people=(
            Person("Grace", "Green", "1000"),
            Person("Henry", "Hill", "1001"),
            Person("Irene", "Ivory", "1002"),
            Person("Jack", "Jones", "1003"),
        ),
    ),
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
GROUP_EXTENSION = "2000"


def user(person: Person, customer: Customer, *, password: str) -> dict[str, Any]:
    """A user with a portal login."""
    return {
        "first_name": person.first,
        "last_name": person.last,
        "username": person.username,
        "email": f"{person.username}@{customer.realm}",
        "password": password,
        "priv_level": "user",
        "presence_id": person.extension,
        "timezone": customer.timezone,
        "caller_id": {"internal": {"name": person.name, "number": person.extension}},
        "vm_to_email_enabled": True,
    }


def device(person: Person, *, owner_id: str, username: str, password: str) -> dict[str, Any]:
    """A soft phone: narrow and wide band codecs, SRTP if it offers it."""
    return {
        "name": f"{person.first}'s phone",
        "owner_id": owner_id,
        "device_type": "softphone",
        "enabled": True,
        "sip": {"username": username, "password": password, "method": "password", "invite_format": "contact"},
        "media": {
            "audio": {"codecs": ["OPUS", "G722", "PCMU", "PCMA"]},
            "encryption": {"enforce_security": False, "methods": ["srtp"]},
        },
    }


def voicemail_box(person: Person, customer: Customer, *, owner_id: str, pin: str) -> dict[str, Any]:
    """The person's box. It asks for the PIN and, the first time, for a greeting."""
    return {
        "name": f"{person.name}'s VMBox",
        "mailbox": person.extension,
        "owner_id": owner_id,
        "pin": pin,
        "require_pin": True,
        "timezone": customer.timezone,
        "is_setup": False,
    }


def user_flow(person: Person, *, user_id: str, box_id: str, numbers: list[str]) -> dict[str, Any]:
    """Ring the person's devices for 20 s, then take a message."""
    return {
        "name": f"{person.name} SmartPBX's Callflow",
        "numbers": numbers,
        "owner_id": user_id,
        "type": "mainUserCallflow",
        "flow": {
            "module": "user",
            "data": {"id": user_id, "can_call_self": False, "timeout": 20},
            "children": {"_": {"module": "voicemail", "data": {"id": box_id, "action": "compose"}, "children": {}}},
        },
    }


def ring_group_flow(*, group_id: str, user_ids: list[str]) -> dict[str, Any]:
    """The group's base flow: everybody at once; its number is a word nobody dials."""
    endpoints = [{"id": uid, "endpoint_type": "user", "delay": 0, "timeout": 20} for uid in user_ids]
    return {
        "name": "Sales Ring Group",
        "numbers": ["SalesBaseGroupDemo0000001"],
        "type": "baseGroup",
        "group_id": group_id,
        "flow": {
            "module": "ring_group",
            "data": {"strategy": "simultaneous", "timeout": 20, "name": "Sales", "endpoints": endpoints},
            "children": {},
        },
    }


def group_flow(*, group_id: str, base_id: str, box_id: str) -> dict[str, Any]:
    """The group's extension: ring the group, then the main box."""
    box = {"module": "voicemail", "data": {"id": box_id, "action": "compose"}, "children": {}}
    return {
        "name": "Sales",
        "numbers": [GROUP_EXTENSION],
        "type": "userGroup",
        "group_id": group_id,
        "flow": {"module": "callflow", "data": {"id": base_id}, "children": {"_": box}},
    }


def menu(name: str) -> dict[str, Any]:
    """A menu that takes any extension and asks for one in the system's voice."""
    return {
        "name": name,
        "type": "main",
        "hunt": True,
        "max_extension_length": 4,
        "retries": 3,
        "timeout": 10_000,
        "media": {
            "greeting": "system_media/vm-enter-num-to-call",
            "exit_media": True,
            "invalid_media": True,
            "transfer_media": True,
        },
    }


def menu_flow(name: str, *, menu_id: str, first_user_id: str, first_flow_id: str, group_flow_id: str) -> dict[str, Any]:
    """1 = the first person's flow, 2 = the ring group, any extension by hunting."""
    return {
        "name": name,
        "numbers": [name],
        "type": "main",
        "flow": {
            "module": "menu",
            "data": {"id": menu_id},
            "children": {
                "1": {"module": "callflow", "data": {"id": first_flow_id}, "children": {}},
                "2": {"module": "callflow", "data": {"id": group_flow_id}, "children": {}},
            },
        },
    }


def step_flow(name: str, *, target_id: str) -> dict[str, Any]:
    """A named step of the main number: on to another flow."""
    return {
        "name": name,
        "numbers": [name],
        "type": "main",
        "flow": {"module": "callflow", "data": {"id": target_id}, "children": {}},
    }


def box_flow(name: str, *, box_id: str) -> dict[str, Any]:
    """A named step of the main number: take a message in the main box."""
    return {
        "name": name,
        "numbers": [name],
        "type": "main",
        "flow": {"module": "voicemail", "data": {"id": box_id, "action": "compose"}, "children": {}},
    }


def weekday_rule(day: str) -> dict[str, Any]:
    """Open from nine to six."""
    return {
        "name": f"Main{day.capitalize()}",
        "type": "main_weekdays",
        "cycle": "weekly",
        "interval": 1,
        "wdays": [day],
        "time_window_start": 9 * 3600,
        "time_window_stop": 18 * 3600,
    }


def holiday_rule() -> dict[str, Any]:
    """Christmas Day."""
    return {
        "name": "Christmas Day",
        "type": "main_holidays",
        "cycle": "yearly",
        "interval": 1,
        "month": 12,
        "days": [25],
    }


def main_flow(
    *, numbers: list[str], holiday: tuple[str, str], hours: list[tuple[str, str]], otherwise: str
) -> dict[str, Any]:
    """The main number: (rule id, flow id) pairs, holidays first, else the flow `otherwise`."""
    ordered = [holiday, *hours]
    return {
        "name": "MainCallflow",
        "numbers": ["0", *numbers],
        "type": "main",
        "ui_is_main_number_cf": True,
        "flow": {
            "module": "temporal_route",
            "data": {"rules": [rule for rule, _ in ordered]},
            "children": {
                **{rule: {"module": "callflow", "data": {"id": flow}, "children": {}} for rule, flow in ordered},
                "_": {"module": "callflow", "data": {"id": otherwise}, "children": {}},
            },
        },
    }


NO_MATCH = {"name": "no_match", "numbers": ["no_match"], "flow": {"module": "offnet", "data": {}, "children": {}}}
"""Everything else goes to the parent's trunks."""


COST_DECK = "Demo carrier prices"
CARRIER_PRICES = {"911": "0", "933": "0", "112": "0", "1": "0.004", **{str(digit): "0.02" for digit in range(2, 10)}}
"""What the demo carrier takes a minute, by prefix."""


def trunk(name: str, *, host: str, port: int, emergency: bool) -> dict[str, Any]:
    """A trunk as the specification writes it."""
    return {
        "name": name,
        "enabled": True,
        "emergency": emergency,
        "flags": ["fax"],
        "gateways": [
            {
                "server": host,
                "channel_selection": "ascending",
                "codecs": ["PCMU", "PCMA"],
                "media": {"fax_option": True},
                "enabled": True,
                "endpoint_type": "sip",
                "force_port": False,
                "invite_format": "route",
                "password": "",
                "port": port,
                "prefix": "",
                "progress_timeout": 20,
                "realm": host,
                "skype_rr": False,
                "username": "",
            }
        ],
        "rules": [r"^\+?(911|933|112)$"] if emergency else [r"^(\+\d{6,15})$"],
        "weight_cost": 50,
    }
