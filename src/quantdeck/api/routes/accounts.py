"""One's own account, and for admins those of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.account_bodies import (
    AccountReply,
    AuditReply,
    DoneReply,
    InviteReply,
    InviteRequest,
    LookRequest,
    PasswordRequest,
    TokenReply,
    TokenRequest,
    UserRequest,
    UsersReply,
    audit_body,
    grant_body,
    invitation_body,
    user_body,
)
from quantdeck.api.entrance import address_of, caller_in
from quantdeck.api.openapi import answers
from quantdeck.api.replies import json_reply
from quantdeck.api.routes.session import with_accounts
from quantdeck.model.errors import Conflict
from quantdeck.model.users import Look, Role, Scope

if TYPE_CHECKING:
    from quantdeck.api.entrance import Entrance
    from quantdeck.model.users import Caller


def account_routes(entrance: Entrance) -> APIRouter:
    """Return the routes of one's own account.

    Parameters
    ----------
    entrance : Entrance
        Who comes in.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["account"])

    @router.get("/account", responses=answers(AccountReply, also=(409,)))
    async def account(request: Request) -> Response:
        """Tell who one is, and list one's sessions and tokens."""
        users, caller = with_accounts(entrance), caller_in(request.scope)
        grants = [grant_body(each, caller) for each in await users.desk.grants(caller)]
        told = AccountReply(caller.name, caller.role, tuple(sorted(caller.scopes)), grants)
        return await json_reply(request, told)

    @router.post("/account/password", responses=answers(DoneReply, also=(409, 413, 415, 429)))
    async def password(request: Request, body: PasswordRequest) -> Response:
        """Change one's password; every other session and every token of the account ends."""
        users, caller = with_accounts(entrance), _person(request)
        ended = await users.logins.change_password(
            caller, body.old, body.new, address=address_of(request.scope)
        )
        return await json_reply(
            request, DoneReply(f"The password is changed; ended elsewhere: {ended}.")
        )

    @router.put("/look", responses=answers(DoneReply, also=(409, 413, 415)))
    async def look(request: Request, body: LookRequest) -> Response:
        """Keep how one likes the page, for every browser one logs in with."""
        users, caller = with_accounts(entrance), _person(request)
        await users.desk.keep_look(
            caller,
            Look(theme=body.theme, palette=body.palette, density=body.density, zone=body.zone),
        )
        return await json_reply(request, DoneReply("Kept."))

    @router.post("/account/tokens", responses=answers(TokenReply, also=(409, 413, 415)))
    async def token(request: Request, body: TokenRequest) -> Response:
        """Make an API token; its secret is shown this once."""
        users, caller = with_accounts(entrance), _person(request)
        scopes = [Scope(each) for each in body.scopes]
        made, secret = await users.desk.make_token(
            caller, body.name, scopes, days=body.days, address=address_of(request.scope)
        )
        reply = await json_reply(request, TokenReply(grant_body(made, caller), secret))
        reply.headers["Cache-Control"] = "no-store"
        return reply

    @router.delete("/account/grants/{grant_id}", responses=answers(DoneReply, also=(404, 409)))
    async def end(request: Request, grant_id: str) -> Response:
        """End a session or a token of one's own."""
        users, caller = with_accounts(entrance), _person(request)
        await users.desk.end(grant_id, user_id=caller.user_id)
        return await json_reply(request, DoneReply("Ended."))

    return router


def user_routes(entrance: Entrance) -> APIRouter:
    """Return the routes of every account; for admins.

    Parameters
    ----------
    entrance : Entrance
        Who comes in.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["users"])

    @router.get("/users", responses=answers(UsersReply, also=(409,)))
    async def users(request: Request) -> Response:
        """List accounts, what they came in by, and invitations."""
        caller, found = caller_in(request.scope), await with_accounts(entrance).desk.listing()
        accounts = [user_body(each, found.grants, caller) for each in found.users]
        waiting = [invitation_body(each) for each in found.invitations]
        return await json_reply(request, UsersReply(accounts, waiting))

    @router.post("/users/invitations", responses=answers(InviteReply, also=(409, 413, 415)))
    async def invite(request: Request, body: InviteRequest) -> Response:
        """Make an invitation; its code is shown this once and works once, within seven days."""
        desk, caller = with_accounts(entrance).desk, caller_in(request.scope)
        made, code = await desk.invite(Role(body.role), by=caller.name)
        told = InviteReply(invitation_body(made), code, f"/signup#{code}")
        reply = await json_reply(request, told)
        reply.headers["Cache-Control"] = "no-store"
        return reply

    @router.delete(
        "/users/invitations/{invitation_id}", responses=answers(DoneReply, also=(404, 409))
    )
    async def withdraw(request: Request, invitation_id: str) -> Response:
        """Withdraw an invitation."""
        await with_accounts(entrance).desk.withdraw(invitation_id)
        return await json_reply(request, DoneReply("The invitation is withdrawn."))

    @router.patch("/users/{user_id}", responses=answers(DoneReply, also=(404, 409, 413, 415)))
    async def change(request: Request, user_id: str, body: UserRequest) -> Response:
        """Give an account another role, or switch it off or on."""
        role = None if body.role is None else Role(body.role)
        changed = await with_accounts(entrance).desk.change(user_id, role=role, is_on=body.is_on)
        state = changed.role if changed.is_on else "switched off"
        return await json_reply(request, DoneReply(f"{changed.name} is {state} now."))

    @router.delete("/users/grants/{grant_id}", responses=answers(DoneReply, also=(404, 409)))
    async def end(request: Request, grant_id: str) -> Response:
        """End a session or a token of anybody."""
        await with_accounts(entrance).desk.end(grant_id, user_id=None)
        return await json_reply(request, DoneReply("Ended."))

    @router.get("/audit", responses=answers(AuditReply, also=(409,)))
    async def audit(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=1000, description="Most entries.")] = 100,
        before_ms: Annotated[
            int | None, Query(ge=0, le=1 << 43, description="Older than this, UTC. [ms]")
        ] = None,
    ) -> Response:
        """List who did what, newest first."""
        before = None if before_ms is None else before_ms * 1_000_000
        found = await with_accounts(entrance).desk.audit(limit=limit, before_ns=before)
        return await json_reply(request, AuditReply([audit_body(each) for each in found]))

    return router


def _person(request: Request) -> Caller:
    # A token that leaked must not outlive itself by making others.
    caller = caller_in(request.scope)
    if caller.token:
        raise Conflict("an API token cannot change its account; log in on the page")
    return caller
