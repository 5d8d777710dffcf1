"""Errors as JSON: every class of the error tree has a code and an HTTP status."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from quantdeck.api.headers import guard_headers, request_id_of
from quantdeck.model.errors import (
    BadInput,
    ComputeError,
    Conflict,
    NoData,
    NotAllowed,
    QuantdeckError,
    RateLimited,
    StoreError,
    TooLittleData,
    TooManyTries,
    Unconfirmed,
    VenueError,
)
from quantdeck.model.uploads import BadUpload, LineProblem, UploadTooLarge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import Scope

_LOG = logging.getLogger(__name__)

_STATUSES: tuple[tuple[type[QuantdeckError], int, str], ...] = (
    (UploadTooLarge, 413, "too-large"),
    (BadInput, 422, "bad-input"),
    (TooLittleData, 409, "too-little-data"),
    (NoData, 404, "no-data"),
    (TooManyTries, 429, "too-many-tries"),
    (NotAllowed, 403, "not-allowed"),
    (Unconfirmed, 409, "unconfirmed"),
    (Conflict, 409, "conflict"),
    (RateLimited, 503, "rate-limited"),
    (VenueError, 502, "venue"),
    (StoreError, 503, "store"),
    (ComputeError, 503, "compute"),
)
_HTTP_CODES = {
    400: "bad-request",
    401: "no-session",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "not-json",
    421: "wrong-host",
}


class ErrorDetail(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong.

    Parameters
    ----------
    code : str
        For a program.
    message : str
        For a person: what was asked, what was found, what to do.
    request_id : str
        Also in the header ``X-Request-Id`` and in the server's log.
    fields : dict of str to str
        What is wrong with each parameter or form field, where that is known.
    lines : tuple of LineProblem
        Of a file: the first lines that cannot be used.
    reasons : dict of str to int
        Of a file: all these lines, by what is wrong.
    needed, found : int or None
        Of too little data: how much it takes and how much there is, where the message counts.
    """

    code: str
    message: str
    request_id: str
    fields: dict[str, str] = {}
    lines: tuple[LineProblem, ...] = ()
    reasons: dict[str, int] = {}
    needed: int | None = None
    found: int | None = None


class ErrorReply(msgspec.Struct, frozen=True):
    """Body of every answer that is an error."""

    error: ErrorDetail


def error_reply(
    scope: Scope,
    status: int,
    message: str,
    *,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
    cause: QuantdeckError | None = None,
) -> Response:
    """Return an error as JSON.

    Parameters
    ----------
    scope : mapping
        The ASGI scope of the request.
    status : int
        HTTP status.
    message : str
        For a person.
    code : str, optional
        For a program; by default that of the status.
    headers : mapping, optional
        Further headers.
    fields : mapping, optional
        What is wrong with each parameter or form field.
    cause : QuantdeckError, optional
        Tells the lines of a file that cannot be used, or how much data is needed.

    Returns
    -------
    Response
        Ready to be sent.
    """
    code = code or _HTTP_CODES.get(status, "error")
    told: dict[str, Any] = {}
    if isinstance(cause, BadUpload):
        told = {"lines": cause.lines, "reasons": cause.reasons}
    elif isinstance(cause, TooLittleData):
        told = {"needed": cause.needed, "found": cause.found}
    detail = ErrorDetail(code, message, request_id_of(scope), dict(fields or {}), **told)
    return Response(
        msgspec.json.encode(ErrorReply(detail)),
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def code_and_status(error: QuantdeckError) -> tuple[str, int]:
    """Return the code and the HTTP status of an error.

    Parameters
    ----------
    error : QuantdeckError
        Any of the tree.

    Returns
    -------
    (str, int)
        ``("internal", 500)`` for a class that no request should meet.
    """
    for kind, status, code in _STATUSES:
        if isinstance(error, kind):
            return code, status
    return "internal", 500


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of an application answer as JSON.

    Parameters
    ----------
    app : FastAPI
        Changed in place.
    """
    app.add_exception_handler(QuantdeckError, _on_quantdeck_error)
    app.add_exception_handler(RequestValidationError, _on_wrong_parameter)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_surprise)


async def _on_quantdeck_error(request: Request, error: Exception) -> Response:
    cause = cast("QuantdeckError", error)
    code, status = code_and_status(cause)
    headers: dict[str, str] = {}
    if isinstance(error, RateLimited | TooManyTries):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if status >= 500:
        _LOG.error(
            "request failed id=%s path=%s error=%s",
            request_id_of(request.scope),
            request.url.path,
            error,
        )
    field = error.field if isinstance(error, BadInput) else ""
    fields = {field: str(error)} if field else {}
    return error_reply(
        request.scope,
        status,
        str(error),
        code=code,
        headers=headers,
        fields=fields,
        cause=cause,
    )


async def _on_wrong_parameter(request: Request, error: Exception) -> Response:
    fields = {
        ".".join(str(part) for part in e["loc"][1:]) or str(e["loc"][0]): str(e["msg"])
        for e in cast("RequestValidationError", error).errors()
    }
    sentences = "; ".join(f"{name}: {said}" for name, said in fields.items())
    return error_reply(
        request.scope,
        422,
        sentences[:1000],
        code="bad-input",
        fields=dict(list(fields.items())[:20]),
    )


async def _on_http_error(request: Request, error: Exception) -> Response:
    refusal = cast("HTTPException", error)
    status = refusal.status_code
    message = refusal.detail
    if message == HTTPStatus(status).phrase:
        message = f"{request.method} {request.url.path[:200]}: {message.lower()}"
    return error_reply(request.scope, status, message, headers=refusal.headers)


async def _on_surprise(request: Request, error: Exception) -> Response:
    # The server logs the trace itself, since the exception goes on after this answer.
    _LOG.error("request failed id=%s error=%r", request_id_of(request.scope), error)
    reply = error_reply(
        request.scope,
        500,
        "something went wrong here; the server's log says more under this request id",
        code="internal",
    )
    # This answer is made outside of the guard, which would have done it.
    guard_headers(request.scope, reply.headers)
    return reply
