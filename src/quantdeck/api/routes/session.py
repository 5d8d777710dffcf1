"""Log in with the one-time token, log out, ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.replies import SessionReply, json_reply
from quantdeck.api.security import session_of
from quantdeck.api.sessions import ABSOLUTE_NS

if TYPE_CHECKING:
    from quantdeck.api.sessions import Sessions


class TokenRequest(BaseModel):
    """The token of the link that quantdeck printed."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=200)


def session_routes(sessions: Sessions) -> APIRouter:
    """Return the routes of the session.

    Parameters
    ----------
    sessions : Sessions
        Who is logged in.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["session"])

    @router.get("/session", responses=answers(SessionReply))
    async def ask(request: Request) -> Response:
        """Say whether this browser is logged in."""
        valid = sessions.is_valid(session_of(request.scope, sessions.cookie))
        return await json_reply(request, SessionReply(valid))

    @router.post("/session", responses=answers(SessionReply, also=(413, 415)))
    async def log_in(request: Request, body: TokenRequest) -> Response:
        """Exchange the one-time token for a session cookie."""
        session_id = sessions.redeem(body.token)
        if session_id is None:
            raise HTTPException(401, "the token is not valid (any more); each works once")
        reply = await json_reply(request, SessionReply(logged_in=True))
        set_session(reply, sessions.cookie, session_id)
        return reply

    @router.delete("/session", responses=answers(SessionReply))
    async def log_out(request: Request) -> Response:
        """End the session of this browser."""
        session_id = session_of(request.scope, sessions.cookie)
        if session_id is not None:
            sessions.revoke(session_id)
        reply = await json_reply(request, SessionReply(logged_in=False))
        reply.delete_cookie(sessions.cookie, path="/", httponly=True, samesite="strict")
        return reply

    return router


def set_session(reply: Response, cookie: str, session_id: str) -> None:
    """Put the session on a reply, out of reach of scripts and of other sites.

    Parameters
    ----------
    reply : Response
        Changed in place.
    cookie : str
        Its name.
    session_id : str
        Its value.
    """
    reply.set_cookie(
        cookie,
        session_id,
        max_age=ABSOLUTE_NS // 1_000_000_000,
        path="/",
        httponly=True,
        samesite="strict",
    )
    reply.headers["Cache-Control"] = "no-store"
