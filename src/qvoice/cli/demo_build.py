"""Building the demo through the REST API, as an operator would; each step looks before it makes, so it can repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from qvoice.cli import demo_documents as documents
from qvoice.cli.demo_documents import Customer, Person
from qvoice.cli.demo_secrets import Vault, new_password, new_pin
from qvoice.cli.rest import Refused, Rest

Tell = Callable[[str], None]
WORDS = {"vmboxes": "voicemail box"}
"""What one document of a resource is called, where cutting an s off does not give it."""


class Builder:
    """One account's documents. `tell` is called with a line for each thing made."""

    def __init__(self, api: Rest, account_id: str, name: str, vault: Vault, tell: Tell) -> None:
        self._api, self._account, self._name, self._vault, self._tell = api, account_id, name, vault, tell

    def path(self, *parts: str) -> str:
        """Return a URL below the account."""
        return "/".join(("accounts", self._account, *parts))

    def ensure(self, kind: str, match: Callable[[dict[str, Any]], bool], document: dict[str, Any]) -> dict[str, Any]:
        """Return the id-carrying row of the document that `match` finds in the list, else make `document`."""
        for row in self._api.get(self.path(kind)):
            if match(row):
                return row
        word = WORDS.get(kind, kind[:-1].replace("_", " "))
        self._tell(f"{self._name}: {word} {document.get('name') or document.get('username')}")
        return self._api.put(self.path(kind), document)

    def named(self, kind: str, document: dict[str, Any]) -> dict[str, Any]:
        """As `ensure`, by name."""
        return self.ensure(kind, lambda row: row.get("name") == document["name"], document)

    def secret(self, owner: str, make: Callable[[], str]) -> tuple[str, bool]:
        """This account's secret of `owner`."""
        return self._vault.secret(f"{self._name}/{owner}", make)

    def person_with_login(self, username: str, make: Callable[[str], dict[str, Any]]) -> tuple[str, str]:
        """Return (user id, password) of `username`; a user whose password is not known any more gets a new one."""
        password, fresh = self.secret(f"user/{username}", new_password)
        for row in self._api.get(self.path("users")):
            if row["username"] == username:
                if fresh:
                    self._api.patch(self.path("users", row["id"]), {"password": password})
                return row["id"], password
        self._tell(f"{self._name}: user {username}")
        return self._api.put(self.path("users"), make(password))["id"], password

    def administrator(self) -> dict[str, str]:
        """The account's own administrator."""
        document = {
            "first_name": self._name.split()[0],
            "last_name": "Administrator",
            "username": "admin",
            "email": f"admin@{self._name.split()[0].lower()}.example.test",
            "priv_level": "admin",
        }
        _, password = self.person_with_login("admin", lambda secret: document | {"password": secret})
        return {"username": "admin", "password": password}

    def number(self, number: str) -> None:
        """Give the account a number and put it in service."""
        have = self._api.get(self.path("phone_numbers"))["numbers"]
        if number in have:
            return
        self._tell(f"{self._name}: number {number}")
        self._api.put(self.path("phone_numbers", quote(number, safe="")), {"create_with_state": "in_service"})

    def person(self, person: Person, customer: Customer, numbers: list[str]) -> dict[str, Any]:
        """A user with a device, a voicemail box and a flow; returns its entry of the demo."""
        user_id, _ = self.person_with_login(
            person.username, lambda secret: documents.user(person, customer, password=secret)
        )
        sip_user = f"{person.first.lower()}{person.extension}"
        password, fresh = self.secret(f"device/{sip_user}", new_password)
        device = self.ensure(
            "devices",
            lambda row: row.get("username") == sip_user,
            documents.device(person, owner_id=user_id, username=sip_user, password=password),
        )
        pin, fresh_pin = self.secret(f"pin/{person.extension}", new_pin)
        box = self.ensure(
            "vmboxes",
            lambda row: row["mailbox"] == person.extension,
            documents.voicemail_box(person, customer, owner_id=user_id, pin=pin),
        )
        if fresh:
            self._api.patch(self.path("devices", device["id"]), {"sip": {"password": password}})
        if fresh_pin:
            self._api.patch(self.path("vmboxes", box["id"]), {"pin": pin})
        self.ensure(
            "callflows",
            lambda row: person.extension in row["numbers"],
            documents.user_flow(person, user_id=user_id, box_id=box["id"], numbers=[person.extension, *numbers]),
        )
        return {
            "id": user_id,
            "name": person.name,
            "extension": person.extension,
            "voicemail_pin": pin,
            "devices": [{"id": device["id"], "username": sip_user, "password": password}],
        }

    def flow(self, document: dict[str, Any]) -> str:
        """The flow with these numbers (or patterns); returns its id."""
        wanted = document.get("numbers") or document.get("patterns")
        return self.ensure("callflows", lambda row: wanted in (row.get("numbers"), row.get("patterns")), document)["id"]

    def main_number(self, numbers: list[str], *, first: dict[str, Any], members: list[str]) -> None:
        """Group, menus, hours and the flow of the main number."""
        main_box = self.ensure(
            "vmboxes",
            lambda row: row["mailbox"] == "0",
            {"mailbox": "0", "type": "mainVMBox", "name": "Main Voicemail Box", "is_setup": True},
        )["id"]
        endpoints = {uid: {"type": "user", "delay": 0, "timeout": 20} for uid in members}
        group = self.named("groups", {"name": "Sales", "endpoints": endpoints})["id"]
        base = self.flow(documents.ring_group_flow(group_id=group, user_ids=members))
        sales = self.flow(documents.group_flow(group_id=group, base_id=base, box_id=main_box))
        flows = {row["numbers"][0]: row["id"] for row in self._api.get(self.path("callflows")) if row["numbers"]}
        steps = {}
        for part in ("OpenHours", "AfterHours"):
            menu = self.named("menus", documents.menu(f"Main{part}Menu"))["id"]
            shown = self.flow(
                documents.menu_flow(
                    f"Main{part}Menu",
                    menu_id=menu,
                    first_user_id=first["id"],
                    first_flow_id=flows[first["extension"]],
                    group_flow_id=sales,
                )
            )
            steps[part] = self.flow(documents.step_flow(f"Main{part}", target_id=shown))
        steps["Holidays"] = self.flow(documents.box_flow("MainHolidays", box_id=main_box))
        holiday = self.named("temporal_rules", documents.holiday_rule())["id"]
        days = [self.named("temporal_rules", documents.weekday_rule(day))["id"] for day in documents.WEEKDAYS]
        self.ensure(
            "callflows",
            lambda row: "0" in row["numbers"],
            documents.main_flow(
                numbers=numbers,
                holiday=(holiday, steps["Holidays"]),
                hours=[(day, steps["OpenHours"]) for day in days],
                otherwise=steps["AfterHours"],
            ),
        )

    def codes(self) -> None:
        """The way out for numbers that nobody here has (the feature codes come with the account)."""
        self.flow(documents.NO_MATCH)

    def api_key(self) -> str:
        """The account's API key."""
        return self._api.get(self.path("api_key"))["api_key"]


def account(api: Rest, *, parent_id: str, name: str, realm: str, timezone: str, tell: Tell, **more: Any) -> str:
    """Find or make the account `name` below `parent_id`; returns its id."""
    for row in api.get(f"accounts/{parent_id}/children"):
        if row["name"] == name:
            return row["id"]
    tell(f"account {name} ({realm})")
    document = {"name": name, "realm": realm, "timezone": timezone, "language": "en-us", **more}
    return api.put(f"accounts/{parent_id}", document)["id"]


def make_reseller(api: Rest, account_id: str) -> None:
    """Promote; only the master may."""
    if not api.get(f"accounts/{account_id}").get("is_reseller"):
        api.put(f"accounts/{account_id}/reseller", {})


def customer(api: Rest, plan: Customer, *, reseller_id: str, vault: Vault, tell: Tell) -> dict[str, Any]:
    """Build one customer; returns its entry of the demo."""
    account_id = account(
        api,
        parent_id=reseller_id,
        name=plan.name,
        realm=plan.realm,
        timezone=plan.timezone,
        tell=tell,
        caller_id={"external": {"name": plan.name, "number": plan.numbers[0]}},
    )
    build = Builder(api, account_id, plan.name, vault, tell)
    admin = build.administrator()
    for number in plan.numbers:
        build.number(number)
    users = [
        build.person(person, plan, [plan.numbers[1]] if person is plan.people[0] else []) for person in plan.people
    ]
    build.main_number([plan.numbers[0]], first=users[0], members=[user["id"] for user in users[1:]])
    build.codes()
    return {
        "name": plan.name,
        "id": account_id,
        "realm": plan.realm,
        "admin": admin,
        "api_key": build.api_key(),
        "numbers": list(plan.numbers),
        "users": users,
    }


def trunks(api: Rest, *, host: str, port: int, tell: Tell) -> None:
    """The platform's trunks to the demo carrier: one for calls, one for emergencies."""
    have = {row["name"]: row["id"] for row in api.get("resources")}
    deck = cost_deck(api)
    for name, emergency in (("Demo carrier", False), ("Demo carrier emergency", True)):
        if name in have:
            continue
        tell(f"trunk {name} to {host}:{port}")
        api.put(
            "resources", {**documents.trunk(name, host=host, port=port, emergency=emergency), "cost_ratedeck_id": deck}
        )


def cost_deck(api: Rest) -> str:
    """What the demo carrier takes, so that reports know margins; returns the deck's id."""
    own = f"accounts/{api.account_id}"
    decks = {row["name"]: row["id"] for row in api.get(f"{own}/ratedecks")}
    if documents.COST_DECK in decks:
        return decks[documents.COST_DECK]
    deck = api.put(f"{own}/ratedecks", {"name": documents.COST_DECK, "use": "cost"})["id"]
    for prefix, cost in documents.CARRIER_PRICES.items():
        rate = {"ratedeck_id": deck, "prefix": prefix, "rate_cost": cost, "rate_minimum": 6, "rate_increment": 6}
        api.put(f"{own}/rates", rate)
    return deck


__all__ = ["Refused", "account", "customer", "make_reseller", "trunks"]
