"""Bodies of answers, and how they are sent: encoded once, with an ETag, compressed when large."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

from quantdeck.model.feed import FeedStatus, Gap
from quantdeck.model.instruments import Instrument
from quantdeck.model.users import Look
from quantdeck.ports.tape import Coverage, TapeStatus
from quantdeck.views.encode import to_json
from quantdeck.views.panels import Page
from quantdeck.views.tables import arrow_of, csv_of, parquet_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from starlette.requests import Request

_COMPRESS_FROM = 16 * 1024
_THREAD_FROM = 256 * 1024
_JSON = "application/json"
_MEDIA_TYPES = {
    "json": _JSON,
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
_ENDINGS = {"arrow": "arrows"}
_WRITERS = {"csv": csv_of, "parquet": parquet_of, "arrow": arrow_of}
# Parquet is compressed within; Arrow is for programs on the same machine, which read it as it is.
_COMPRESSIBLE = frozenset({_JSON, _MEDIA_TYPES["csv"]})


class PagesReply(msgspec.Struct, frozen=True):
    """Pages in the order of the sidebar."""

    pages: tuple[Page, ...]


class SymbolsReply(msgspec.Struct, frozen=True):
    """Canonical symbols.

    Parameters
    ----------
    captured : list of str
        Being captured (or played) now.
    recorded : list of str
        With anything on the tape.
    """

    captured: list[str]
    recorded: list[str]


class InstrumentsReply(msgspec.Struct, frozen=True):
    """Instruments that match a search, best first.

    Parameters
    ----------
    instruments : list of Instrument
        At most as many as asked for.
    total : int
        How many match.
    near : list of str
        Symbols with a name like the one searched for, best first, where none matches.
    """

    instruments: list[Instrument]
    total: int
    near: list[str]


class FeedsReply(msgspec.Struct, frozen=True):
    """Every connection, and the tape."""

    feeds: list[FeedStatus]
    tape: TapeStatus


class GapsReply(msgspec.Struct, frozen=True):
    """Gaps, newest first; `total` counts those beyond the limit too."""

    gaps: list[Gap]
    total: int


class CoverageReply(msgspec.Struct, frozen=True):
    """What is on the tape, one entry per kind, source and symbol."""

    coverage: list[Coverage]


class CaptureReply(msgspec.Struct, frozen=True):
    """What is being captured after the request."""

    capturing: bool
    symbols: list[str]


class SessionReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the browser is logged in, and as whom.

    Parameters
    ----------
    logged_in : bool
        True where the API answers it.
    mode : str
        ``local``: one link opens the deck; ``users``: there are accounts.
    is_new : bool
        True where nobody has an account yet.
    name : str
        Of the account; empty on a local deck and where nobody is logged in.
    role : str
        Of the account: ``viewer``, ``trader`` or ``admin``.
    scopes : tuple of str
        What may be done: ``read``, ``write``, ``trade``, ``admin``.
    look : Look or None
        How the person likes the page; absent on a local deck and where they have not said.
    is_first : bool
        True where nobody has set the deck up and whoever asks may.
    """

    logged_in: bool
    mode: str = "local"
    is_new: bool = False
    name: str = ""
    role: str = ""
    scopes: tuple[str, ...] = ()
    look: Look | None = None
    is_first: bool = False


class TableReply(msgspec.Struct, frozen=True):
    """Rows of a table.

    Parameters
    ----------
    rows : list of dict
        Column name to figure or text; absent is null.
    next : str or None
        Pass it as `cursor` for the rows that follow; null where these are the last.
    """

    rows: list[dict[str, float | int | str | bool | None]]
    next: str | None = None


class SqlReply(msgspec.Struct, frozen=True):
    """Answer of a query.

    Parameters
    ----------
    columns : list of str
        Names, in order.
    rows : list of dict
        Column name to figure or text.
    truncated : bool
        True where there would be more rows than were asked for.
    """

    columns: list[str]
    rows: list[dict[str, float | int | str | bool | None]]
    truncated: bool


async def json_reply(request: Request, body: Any, *, status: int = 200) -> Response:
    """Return anything `quantdeck.views.encode.to_json` takes, as JSON.

    Parameters
    ----------
    request : Request
        Says what the client has already and what it can unpack.
    body : object
        The answer.
    status : int
        HTTP status.

    Returns
    -------
    Response
        304 without a body where the client has the same already.
    """
    return await bytes_reply(request, to_json(body), "json", status=status)


async def file_reply(
    request: Request,
    table: pa.Table,
    form: str,
    *,
    name: str,
    spelled: pa.Table | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a table as a file.

    Parameters
    ----------
    request : Request
        Says what the client has already and what it can unpack.
    table : pa.Table
        The rows.
    form : str
        ``csv``, ``parquet`` or ``arrow``.
    name : str
        Of the file, without its ending.
    spelled : pa.Table, optional
        The rows as CSV tells them, with times in words; else the same.
    headers : mapping, optional
        Further headers.

    Returns
    -------
    Response
        304 without a body where the client has the same already.
    """
    rows = table if spelled is None or form != "csv" else spelled
    content = await asyncio.to_thread(_WRITERS[form], rows)
    return await bytes_reply(request, content, form, name=name, headers=headers)


async def bytes_reply(
    request: Request,
    content: bytes,
    form: str,
    *,
    status: int = 200,
    name: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return encoded bytes with an ETag, compressed where that pays.

    Parameters
    ----------
    request : Request
        Says what the client has already and what it can unpack.
    content : bytes
        The body.
    form : str
        ``json``, ``csv``, ``parquet`` or ``arrow``.
    status : int
        HTTP status.
    name : str
        Of the file when it is downloaded, without its ending; empty for what is not a download.
    headers : mapping, optional
        Further headers.

    Returns
    -------
    Response
        304 without a body where the client has the same already.
    """
    media_type = _MEDIA_TYPES[form]
    tag = _tag(content)
    fields = {"ETag": tag, "Vary": "Accept-Encoding", **(headers or {})}
    if name:
        ending = _ENDINGS.get(form, form)
        fields["Content-Disposition"] = f'attachment; filename="{_safe(name)}.{ending}"'
    if status == 200 and request.method in {"GET", "HEAD"} and _has(request, tag):
        return Response(status_code=304, headers=fields)
    packs = "gzip" in request.headers.get("accept-encoding", "")
    if packs and media_type in _COMPRESSIBLE and len(content) >= _COMPRESS_FROM:
        fields["Content-Encoding"] = "gzip"
        if len(content) >= _THREAD_FROM:
            content = await asyncio.to_thread(gzip.compress, content, 1)
        else:
            content = gzip.compress(content, 1)
    return Response(content, status_code=status, headers=fields, media_type=media_type)


class EncodedBody(msgspec.Struct, frozen=True):
    """JSON that is sent more than once.

    Parameters
    ----------
    content : bytes
        The body.
    packed : bytes or None
        The same with gzip, where that pays.
    tag : str
        Its ETag.
    """

    content: bytes
    packed: bytes | None
    tag: str


def encoded_body(content: bytes) -> EncodedBody:
    """Return JSON with all that sending it needs.

    Parameters
    ----------
    content : bytes
        The body.

    Returns
    -------
    EncodedBody
        For `body_reply`.
    """
    packed = gzip.compress(content, 1) if len(content) >= _COMPRESS_FROM else None
    return EncodedBody(content, packed, _tag(content))


def body_reply(request: Request, body: EncodedBody) -> Response:
    """Return JSON that is encoded already.

    Parameters
    ----------
    request : Request
        Says what the client has already and what it can unpack.
    body : EncodedBody
        The answer.

    Returns
    -------
    Response
        304 without a body where the client has the same already.
    """
    fields = {"ETag": body.tag, "Vary": "Accept-Encoding"}
    if _has(request, body.tag):
        return Response(status_code=304, headers=fields)
    if body.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        fields["Content-Encoding"] = "gzip"
        return Response(body.packed, headers=fields, media_type=_JSON)
    return Response(body.content, headers=fields, media_type=_JSON)


def file_name(mode: str, *parts: str) -> str:
    """Return the name of a file, which outlives the page that said how its data came about.

    Parameters
    ----------
    mode : str
        Of the deck, or of the run.
    *parts : str
        What is in it.

    Returns
    -------
    str
        Headed by the mode where that is not live.

    Examples
    --------
    >>> file_name("live", "alerts"), file_name("demo", "alerts")
    ('alerts', 'demo-alerts')
    """
    return "-".join(parts if mode == "live" else [mode, *parts])


def _tag(content: bytes) -> str:
    return f'W/"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'


def _has(request: Request, tag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return known == "*" or tag in (part.strip() for part in known.split(","))


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in name)
