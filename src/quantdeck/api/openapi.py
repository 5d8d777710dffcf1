"""The OpenAPI document: schemas of bodies from the structs that are encoded."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from fastapi.openapi.utils import get_openapi

from quantdeck.api.errors import ErrorReply

if TYPE_CHECKING:
    from fastapi import FastAPI

_REF = "#/components/schemas/{name}"
_FIELD = re.compile(r"^(\w[\w, ]*) : .*\n((?:    .*\n?)+)", re.MULTILINE)
_documented: dict[str, Any] = {}


def answers(
    *bodies: Any,
    status: int = 200,
    also: tuple[int, ...] = (),
    table: bool = False,
    html: bool = False,
) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route.

    Parameters
    ----------
    *bodies : type
        Structs of which the body is one; none where there is no body.
    status : int
        HTTP status when all is well.
    also : tuple of int
        Statuses of errors the route has besides 401, 403, 415, 421 and 422.
    table : bool
        True where the same can be had as CSV, Parquet and Arrow.
    html : bool
        True where the answer is a page.

    Returns
    -------
    dict
        As FastAPI takes it.
    """
    for body in (*bodies, ErrorReply):
        _documented[str(body)] = body
    *schemas, error = _references((*bodies, ErrorReply))
    content = _content(schemas, table=table, html=html)
    reply: dict[str, Any] = {"description": "What was asked for."}
    if content:
        reply["content"] = content
    out: dict[int | str, dict[str, Any]] = {status: reply}
    if status == 200 and bodies:
        out[304] = {"description": "The client has the same already (If-None-Match)."}
    for code in sorted({401, 403, 421, 422, *also}):
        out[code] = {
            "description": _MEANINGS[code],
            "content": {"application/json": {"schema": error}},
        }
    return out


def _content(schemas: list[dict[str, Any]], *, table: bool, html: bool) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if schemas:
        content["application/json"] = {
            "schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        }
    if table:
        content["text/csv"] = {"schema": {"type": "string"}}
        for binary in ("parquet", "arrow.stream"):
            content[f"application/vnd.apache.{binary}"] = {
                "schema": {"type": "string", "format": "binary"}
            }
    if html:
        content["text/html"] = {"schema": {"type": "string"}}
    return content


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application whose routes use `answers`.

    Parameters
    ----------
    app : FastAPI
        With all its routes.

    Returns
    -------
    dict
        OpenAPI 3.1.
    """
    made = get_openapi(
        title="quantdeck",
        version=app.version,
        description="REST side of the deck. The WebSocket at /api/v1/stream is described in "
        "docs/reference/stream.md.",
        routes=app.routes,
    )
    _, components = _components(list(_documented.values()))
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(components)
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    return made


# Most routes have one of a few bodies, and to look into them takes most of the time.
@cache
def _references(bodies: tuple[Any, ...]) -> tuple[dict[str, Any], ...]:
    return _components(list(bodies))[0]


def _components(bodies: list[Any]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    schemas, components = msgspec.json.schema_components(
        bodies, schema_hook=_array, ref_template=_REF
    )
    for component in components.values():
        _describe(component)
    return schemas, components


def _describe(component: dict[str, Any]) -> None:
    # A struct's docstring says what its fields are; here every field says it itself.
    text = inspect.cleandoc(component.get("description", ""))
    summary, _, rest = text.partition("\nParameters\n----------\n")
    component["description"] = " ".join(summary.split())
    for names, body in _FIELD.findall(rest):
        for name in names.split(", "):
            if name in component.get("properties", {}):
                component["properties"][name]["description"] = " ".join(body.split())


def _array(kind: type) -> dict[str, Any]:
    if kind is np.ndarray:
        return {"type": "array", "items": {"type": ["number", "null"]}}
    # What msgspec asks of a hook that does not know a type.
    raise NotImplementedError(kind)


_MEANINGS = {
    401: "No valid session.",
    403: "The request comes from another origin, or needs another role or scope.",
    404: "Nothing is recorded for the question, or there is no such thing.",
    409: "The request contradicts the present state, or there is too little data yet.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    421: "The Host header names no host of this deck.",
    422: "A parameter is wrong; the message says which and what is allowed.",
    429: "Too many passwords or codes were wrong; Retry-After says how long to wait.",
    502: "A vendor refused or failed.",
    503: "The tape cannot be read or written, a vendor asks to wait, or the deck is not ready.",
}
