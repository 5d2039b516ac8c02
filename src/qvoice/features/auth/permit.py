"""`permit(resource, action)`: the dependency by which every route says which permission it needs.

It finds out who asks (token), which account is meant (`{account_id}` of the URL), asks `core.access.decide`, and
gives the route a
`Context`: the only way it gets at the database. A test refuses routes without it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from qvoice.core.access import decide as access
from qvoice.core.access.permissions import ROLE_FIELDS
from qvoice.core.access.roles import Role, role_of
from qvoice.core.access.tree import from_ltree
from qvoice.db import SYSTEM, Database, Scope
from qvoice.db.notices import mark_of
from qvoice.features.auth import audit, told
from qvoice.features.auth.directory import TOUCHING, AccountInfo, Directory, KeyHolder
from qvoice.features.auth.tokens import KEY_PREFIX, Behind, TokenKey, api_key_hash
from qvoice.features.documents import envelope, watching
from qvoice.kit import ids
from qvoice.kit.clock import utcnow
from qvoice.kit.errors import Forbidden, Invalid, NotFound, Unauthenticated


class AccountDisabled(Forbidden):
    """This account is disabled. Ask whoever runs it to enable it."""

    code = "account_disabled"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the account and user of the token (never those of the account they entered)."""

    account_id: str
    owner_id: str | None
    actor: access.Actor
    method: str
    token_id: str
    expires: int
    impersonated_by: Behind | None = None
    api_key_id: str | None = None
    only_enrol: bool = False

    @property
    def is_admin(self) -> bool:
        """Whether this is a total administrator (the account's API key is one, a key with scopes is not)."""
        return self.actor.role == Role.ADMIN and self.actor.scopes is None


@dataclass(frozen=True, slots=True)
class Permit:
    """The permission of a route. `own`: plain users may call it and the route honours `Context.only_owner`.
    `public`: no token needed.
    """

    resource: str
    action: str
    own: bool = False
    public: bool = False


DECLARED: set[Permit] = set()
"""Every permission that a route with a token asks for, as the routes were made (`features/permissions` tells them)."""


@dataclass(slots=True)
class Context:
    """What a route works with. `account` is the URL's account (None without one)."""

    request: Request
    permit: Permit
    principal: Principal | None
    account: AccountInfo | None
    only_owner: str | None = None

    @property
    def db(self) -> Database:
        """The pool; prefer `tx`."""
        return self.request.app.state.db

    @property
    def key(self) -> TokenKey:
        """The installation's token key."""
        return self.request.app.state.token_key

    @property
    def directory(self) -> Directory:
        """Accounts and token holders."""
        return self.request.app.state.directory

    @property
    def account_id(self) -> str:
        """The URL's account id."""
        if self.account is None:
            raise RuntimeError("this route has no account in its URL")
        return self.account.id

    @property
    def who(self) -> Principal:
        """The principal of a route that is not public."""
        if self.principal is None:
            raise Unauthenticated
        return self.principal

    @property
    def query(self) -> list[tuple[str, str]]:
        """Query parameters, repeated ones kept."""
        return self.request.query_params.multi_items()

    @property
    def envelope(self) -> dict[str, Any]:
        """The request's envelope; empty when there was no JSON body."""
        return getattr(self.request.state, "envelope", None) or {}

    @property
    def data(self) -> dict[str, Any]:
        """The `data` object of the body; raises Invalid when missing or not an object."""
        envelope_ = self.envelope
        if "data" not in envelope_:
            raise Invalid.field("data", "required", 'send {"data": {…}}: the document goes under "data"')
        data = envelope_["data"]
        if not isinstance(data, dict):
            raise Invalid.field("data", "type", "data must be an object")
        return data

    @property
    def scope(self) -> Scope:
        """The scope of this request's transactions: the URL's account, on behalf of the principal."""
        who = self.principal
        if self.account is None:
            return SYSTEM
        return Scope(self.account.id, self.account.path, who and who.owner_id, who and who.account_id)

    @asynccontextmanager
    async def tx(self, scope: Scope | None = None) -> AsyncIterator[AsyncSession]:
        """Open a transaction (in the URL's account unless another `scope` is given); own writes are seen by the next
        request.
        """
        async with self.db.tx(scope or self.scope) as session:
            session.info["actor"] = self.principal
            session.info["touched"] = touched = set()
            session.info["accept_charges"] = self.accepts_charges
            yield session
            await watching.before_commit(session)
            if self._is_masqueraded_write and not getattr(self.request.state, "audited", False):
                # In the same transaction: what was done in somebody else's account is never done without its trace.
                await audit.append(session, self.request, 201 if self.request.method == "PUT" else 200)
                self.request.state.audited = True
        if touched & TOUCHING:
            self.directory.forget()
        if (mark := mark_of(session)) is not None:
            await told.call_control(self.request.app.state, mark)

    @property
    def accepts_charges(self) -> bool:
        """Whether the client has seen what the request costs, and said yes (kazoo.md H11)."""
        given = self.envelope.get("accept_charges", self.request.query_params.get("accept_charges"))
        return given is True or str(given).lower() == "true"

    @property
    def _is_masqueraded_write(self) -> bool:
        return audit.is_masqueraded_write(self.request)

    def reply(self, data: Any, *, status: int = 200, revision: int | str | None = None, **extra: Any) -> Response:
        """Return the success envelope."""
        return envelope.success(self.request, data, status=status, revision=revision, extra=extra)

    def check(self, *, document_id: str, owner_id: str | None) -> None:
        """Refuse (as not found) a document that is not the plain user's own."""
        if self.only_owner is None:
            return
        owner = document_id if self.permit.resource == "users" else owner_id
        if owner != self.only_owner:
            raise NotFound("there is no such thing in this account")

    def check_role_fields(self, resource: str) -> None:
        """Refuse a role that may change only some keys of such documents: what is asked for is none of them."""
        if self.only_owner is None and (self.who.actor.role, resource) in ROLE_FIELDS:
            raise Forbidden("you may not do this (role)", reason="role")


def credentials(request: Request) -> tuple[str, str] | None:
    """Return (`token` or `basic`, text) as the request carries it: header first, then query, then body."""
    header = request.headers.get("x-auth-token")
    if header:
        return "token", header
    authorization = request.headers.get("authorization") or request.query_params.get("authorization") or ""
    kind, _, rest = authorization.partition(" ")
    if kind.lower() == "bearer" and rest:
        return "token", rest.strip()
    if kind.lower() == "basic" and rest:
        return "basic", rest.strip()
    given = request.query_params.get("auth_token")
    if not given:
        given = (getattr(request.state, "envelope", None) or {}).get("auth_token")
    return ("token", given) if isinstance(given, str) and given else None


async def principal_of(request: Request) -> Principal:
    """Return who asks; raises Unauthenticated, or AccountDisabled for a known one whose account is switched off."""
    found = credentials(request)
    if found is None:
        raise Unauthenticated("no token: log in and send it as X-Auth-Token")
    kind, given = found
    if kind == "basic":
        from qvoice.features.auth.login import token_for_basic  # imported late: login itself replies through Context

        given = await token_for_basic(request, given)
    who = await principal_by(request, given)
    if given.startswith(KEY_PREFIX):
        return who  # the key is not a token: it is not sent back
    request.state.auth_token = given
    return who


async def principal_by(connection: HTTPConnection, given: str) -> Principal:
    """Return whose a token or key is that came by a request or socket; raises Unauthenticated, AccountDisabled,
    WrongAddress.
    """
    directory: Directory = connection.app.state.directory
    if given.startswith(KEY_PREFIX):
        who = await principal_of_key(directory, given)
    else:
        who = await principal_of_token(connection.app.state.token_key, directory, given)
    if who is None:
        raise Unauthenticated("the token is wrong or expired: log in again")
    await check_source(connection, directory, who.account_id, who.api_key_id)
    return who


class WrongAddress(Forbidden):
    """Nobody may come to this account from your address. Ask its administrator."""

    code = "address_not_allowed"


async def check_source(
    connection: HTTPConnection, directory: Directory, account_id: str, api_key_id: str | None = None
) -> None:
    """Refuse an address that is not on the list of the account that one logs in to, or of the API key."""
    source = connection.client.host if connection.client else ""
    lists = [await directory.access_list(account_id)]
    if api_key_id:
        key = await directory.api_key(key_id=api_key_id)
        lists += [key.sources] if key else []
    if not all(one.permits(source) for one in lists):
        raise WrongAddress


def usable(key: KeyHolder | None) -> bool:
    """Tell whether an API key with scopes opens anything now."""
    return key is not None and key.enabled and (key.expires is None or key.expires > utcnow())


async def principal_of_key(directory: Directory, given: str) -> Principal | None:
    """Return the principal of an API key with scopes, sent as it is; None when it is wrong, off or too old."""
    key = await directory.api_key(key_hash=api_key_hash(given))
    if key is None or not usable(key):
        return None
    holder = await directory.holder(key.account_id, None, key.id)
    if holder is None:
        return None
    if not holder.account_enabled:
        raise AccountDisabled(account={"disabled": {"message": "the account is disabled"}})
    actor = access.Actor(from_ltree(holder.path), Role.ADMIN, None, holder.is_reseller, key.scopes)
    expires = int(key.expires.timestamp()) if key.expires else 0
    return Principal(key.account_id, None, actor, "qv_api_key", key.id, expires, api_key_id=key.id)


async def principal_of_token(key: TokenKey, directory: Directory, token: str) -> Principal | None:
    """Return the principal of a token, None when it is not (or no longer) valid; raises AccountDisabled."""
    claims = key.read(token, utcnow())
    if claims is None:
        return None
    holder = await directory.holder(claims.account_id, claims.owner_id, claims.token_id)
    if holder is None or holder.revoked:
        return None
    if claims.identity != key.identity(holder.account_identity, holder.user_identity):
        return None
    if claims.owner_id is not None and not holder.user_enabled:
        return None
    if claims.impersonated_by and not await _may_still(directory, claims.impersonated_by, holder.path):
        return None
    if not holder.account_enabled:
        raise AccountDisabled(account={"disabled": {"message": "the account is disabled"}})
    scopes = None
    if claims.api_key_id:
        api_key = await directory.api_key(key_id=claims.api_key_id)
        if api_key is None or not usable(api_key):
            return None
        scopes = api_key.scopes
    role = (
        Role.ADMIN
        if claims.owner_id is None
        else role_of({"priv_level": holder.priv_level, "admin_type": holder.admin_type})
    )
    actor = access.Actor(
        path=from_ltree(holder.path),
        role=role,
        user_id=claims.owner_id,
        is_reseller=holder.is_reseller,
        scopes=scopes,
    )
    return Principal(
        claims.account_id,
        claims.owner_id,
        actor,
        claims.method,
        claims.token_id,
        claims.expires,
        claims.impersonated_by,
        claims.api_key_id,
        claims.only_enrol,
    )


async def _may_still(directory: Directory, behind: Behind, place: str) -> bool:
    """Whether who acts as somebody in the account at `place` is still logged in, a total administrator, and above."""
    holder = await directory.holder(behind.account_id, behind.owner_id, behind.token_id)
    if holder is None or holder.revoked or not holder.account_enabled:
        return False
    above = from_ltree(holder.path)
    if from_ltree(place)[: len(above)] != above:
        return False
    if behind.owner_id is None:
        return True
    role = role_of({"priv_level": holder.priv_level, "admin_type": holder.admin_type})
    return holder.user_enabled and role == Role.ADMIN


def allowed(who: Principal, permit_: Permit, path: tuple[str, ...]) -> access.Allowed | access.Denied:
    """Decide a permission for the account at `path`, before any document is known."""
    answer = access.decide(who.actor, access.Target(path=path, resource=permit_.resource, action=permit_.action))
    if isinstance(answer, access.Denied) and answer.reason == "role" and permit_.own and who.owner_id:
        # Perhaps allowed on an own document; the route says which one it is by `Context.check`.
        answer = access.decide(
            who.actor,
            access.Target(path, permit_.resource, permit_.action, document_id=who.owner_id, owner_id=who.owner_id),
        )
    if isinstance(answer, access.Allowed) and answer.only_owner and not permit_.own:
        return access.Denied("role")
    return answer


ENROLMENT = frozenset({"second_factors", "user_auth", "token_auth"})
"""What somebody may do who must set up a second factor first."""


class FactorWanted(Forbidden):
    """This account wants a second factor of everybody. Set one up first."""

    code = "second_factor_wanted"


def permit(resource: str, action: str, *, own: bool = False, public: bool = False) -> Any:
    """Return the dependency for a route: `ctx: Context = permit("menus", "read")`."""
    needed = Permit(resource, action, own, public)
    if not public:
        DECLARED.add(needed)

    async def dependency(request: Request) -> Context:
        request.state.permit = needed
        if needed.public:
            return Context(request, needed, None, None)
        who = await principal_of(request)
        request.state.principal = who
        if who.only_enrol and needed.resource not in ENROLMENT:
            raise FactorWanted
        account_id = request.path_params.get("account_id")
        account: AccountInfo | None = None
        if account_id is not None:
            account = await request.app.state.directory.account(account_id) if ids.is_id(account_id) else None
            # An account that is not there and one that is not yours look the same (A5).
            if account is None:
                raise Forbidden("you may not use this account")
        path = account.steps if account else who.actor.path
        answer = allowed(who, needed, path)
        if isinstance(answer, access.Denied):
            if answer.reason == "other-account":
                raise Forbidden("you may not use this account")
            raise Forbidden(f"you may not do this ({answer.reason})", reason=answer.reason)
        request.state.account = account
        return Context(request, needed, who, account, answer.only_owner)

    dependency.permit = needed  # type: ignore[attr-defined]  # read by the test that every route has one
    return Depends(dependency)
