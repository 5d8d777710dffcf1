"""Log in, sign up, log out, ask."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter
from msgspec import structs
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.account_bodies import LoginRequest, SignupRequest
from quantdeck.api.cookies import session_of, set_session
from quantdeck.api.entrance import address_of, agent_of
from quantdeck.api.openapi import answers
from quantdeck.api.replies import SessionReply, json_reply
from quantdeck.api.sessions import Sessions
from quantdeck.api.user_sessions import UserSessions
from quantdeck.model.errors import Conflict
from quantdeck.model.users import Scope

if TYPE_CHECKING:
    from quantdeck.api.entrance import Entrance
    from quantdeck.ports.setup import Setup


class LinkRequest(BaseModel):
    """The token of the link that quantdeck printed."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=200)


def session_routes(entrance: Entrance, setup: Setup | None = None) -> APIRouter:
    """Return the routes of the session of this browser; they need nobody who is known.

    Parameters
    ----------
    entrance : Entrance
        Who comes in.
    setup : Setup or None
        Knows whether the deck has been set up.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["session"])

    @router.get("/session", responses=answers(SessionReply))
    async def ask(request: Request) -> Response:
        """Say whether this browser is logged in, and as whom."""
        told = await _told(request, entrance)
        is_admin = told.logged_in and (told.mode == "local" or Scope.ADMIN in told.scopes)
        if setup is not None and is_admin:
            told = structs.replace(told, is_first=await asyncio.to_thread(setup.is_first))
        return await json_reply(request, told)

    @router.post("/session", responses=answers(SessionReply, also=(409, 413, 415)))
    async def open_link(request: Request, body: LinkRequest) -> Response:
        """Exchange the one-time token of a local deck for a session cookie."""
        if not isinstance(entrance, Sessions):
            raise Conflict("this deck has accounts: log in with name and password")
        session_id = entrance.redeem(body.token)
        if session_id is None:
            raise HTTPException(401, "the token is not valid (any more); each works once")
        reply = await json_reply(request, SessionReply(logged_in=True))
        set_session(reply, entrance.cookie, session_id)
        return reply

    @router.delete("/session", responses=answers(SessionReply))
    async def log_out(request: Request) -> Response:
        """End the session of this browser."""
        await _leave(request, entrance)
        reply = await json_reply(request, SessionReply(logged_in=False))
        is_secure = isinstance(entrance, UserSessions) and entrance.is_secure
        reply.delete_cookie(
            entrance.cookie, path="/", httponly=True, samesite="strict", secure=is_secure
        )
        return reply

    return router


def login_routes(entrance: Entrance) -> APIRouter:
    """Return the routes by which people come into a deck with accounts.

    Parameters
    ----------
    entrance : Entrance
        Who comes in.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["session"])

    @router.post("/login", responses=answers(SessionReply, also=(409, 413, 415, 429)))
    async def log_in(request: Request, body: LoginRequest) -> Response:
        """Log in with name and password."""
        users = with_accounts(entrance)
        secret = await users.logins.log_in(
            body.name,
            body.password,
            address=address_of(request.scope),
            agent=agent_of(request.scope),
        )
        if secret is None:
            raise HTTPException(401, "name or password is wrong")
        return await _let_in(request, users, secret)

    @router.post("/signup", responses=answers(SessionReply, also=(409, 413, 415, 429)))
    async def sign_up(request: Request, body: SignupRequest) -> Response:
        """Open an account: the first with the code of the console, others with an invitation."""
        users = with_accounts(entrance)
        secret = await users.logins.sign_up(
            body.code, body.name, body.password,
            address=address_of(request.scope), agent=agent_of(request.scope),
        )  # fmt: skip
        return await _let_in(request, users, secret)

    return router


def with_accounts(entrance: Entrance) -> UserSessions:
    """Return the way into a deck with accounts.

    Parameters
    ----------
    entrance : Entrance
        Who comes in.

    Raises
    ------
    Conflict
        If the deck has none.
    """
    if isinstance(entrance, UserSessions):
        return entrance
    raise Conflict("this deck has no accounts; set accounts.mode to users in config.yaml")


async def _let_in(request: Request, users: UserSessions, secret: str) -> Response:
    reply = await json_reply(request, SessionReply(logged_in=True, mode="users"))
    set_session(reply, users.cookie, secret, is_secure=users.is_secure)
    return reply


async def _told(request: Request, entrance: Entrance) -> SessionReply:
    caller = await entrance.caller(request.scope)
    if not isinstance(entrance, UserSessions):
        return SessionReply(caller is not None)
    if caller is None:
        return SessionReply(False, "users", await entrance.logins.is_new())  # noqa: FBT003
    return SessionReply(
        logged_in=True,
        mode="users",
        name=caller.name,
        role=caller.role,
        scopes=tuple(sorted(caller.scopes)),
        look=await entrance.desk.look(caller),
    )


async def _leave(request: Request, entrance: Entrance) -> None:
    if isinstance(entrance, UserSessions):
        caller = await entrance.caller(request.scope)
        if caller is not None and not caller.token:
            await entrance.logins.log_out(caller, address=address_of(request.scope))
    elif isinstance(entrance, Sessions):
        session_id = session_of(request.scope, entrance.cookie)
        if session_id is not None:
            entrance.revoke(session_id)
