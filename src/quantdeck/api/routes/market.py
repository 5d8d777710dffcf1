"""Market data: bars and ticks as JSON, CSV, Parquet and Arrow, and SQL over the tape."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pyarrow as pa
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.paging import TickPage, streams_of, tick_page
from quantdeck.api.parameters import FORMATS, Format, MomentParameter, SymbolParameter, moments_ns
from quantdeck.api.replies import SqlReply, TableReply, bytes_reply, file_reply
from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind
from quantdeck.views.encode import to_json
from quantdeck.views.tables import rows_of, with_time

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck

MAX_JSON_ROWS = 10_000
MAX_FILE_ROWS = 1_000_000
SQL_AT_ONCE = 2

FormatParameter = Annotated[
    Format, Query(alias="format", description=f"{FORMATS[:-1]}; all but the first are files.")
]
LimitParameter = Annotated[
    int,
    Query(ge=1, le=MAX_FILE_ROWS, description=f"Most rows; {MAX_JSON_ROWS} as JSON."),
]
CursorParameter = Annotated[
    str | None,
    Query(max_length=60, description="`next` of the page before (header X-Next-Cursor in files)."),
]


class SqlRequest(BaseModel):
    """A query over the tape's views; it can only read."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=20_000, description="One statement of SQL.")
    max_rows: int = Field(default=1_000, ge=1, le=MAX_FILE_ROWS, description="Most rows.")
    timeout_s: float = Field(default=10.0, gt=0.0, le=60.0, description="Longest run. [s]")
    format: Format = "json"


def market_routes(deck: Deck) -> APIRouter:
    """Return the routes of bars, ticks and SQL.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["market data"])

    @router.get("/bars", responses=answers(TableReply, table=True, also=(404, 503)))
    async def bars(
        request: Request,
        symbol: SymbolParameter,
        timeframe: Annotated[
            Literal["1s", "1m", "5m"], Query(description="Length of a bar.")
        ] = "1m",
        start: MomentParameter = None,
        end: MomentParameter = None,
        limit: LimitParameter = 500,
        cursor: CursorParameter = None,
        form: FormatParameter = "json",
    ) -> Response:
        """Read bars: the oldest from `start` on, or without it the newest before `end`."""
        _check_limit(limit, form)
        start_ns, end_ns = moments_ns(start, end)
        if cursor is not None:
            start_ns = _bar_cursor(cursor)
        pages = start_ns is not None
        table = await deck.bars(
            symbol, timeframe, start_ns=start_ns, end_ns=end_ns, limit=limit + 1 if pages else limit
        )
        following = None
        if pages and table.num_rows > limit:
            following = str(table.column("start_ns")[limit].as_py())
            table = table.slice(0, limit)
        return await _table_reply(
            request, table, form, time="start_ns", name=f"{symbol}-{timeframe}", next_=following
        )

    @router.get("/ticks", responses=answers(TableReply, table=True, also=(404, 503)))
    async def ticks(
        request: Request,
        symbol: SymbolParameter,
        kind: Annotated[Kind, Query(description="Which events.")] = Kind.AGG_TRADE,
        start: MomentParameter = None,
        end: MomentParameter = None,
        limit: LimitParameter = 1_000,
        cursor: CursorParameter = None,
        form: FormatParameter = "json",
    ) -> Response:
        """Read events: the oldest from `start` on, page by page, or without it the newest."""
        _check_limit(limit, form)
        start_ns, end_ns = moments_ns(start, end)
        if start_ns is None and cursor is None:
            if end_ns is not None:
                raise BadInput("end is given without start; give both, or neither for the newest")
            page = TickPage(await deck.ticks(kind, symbol, limit=limit), None)
            if not page.table.num_rows:
                await asyncio.to_thread(streams_of, deck.reader, kind, symbol)
        else:
            page = await asyncio.to_thread(
                lambda: tick_page(
                    deck.reader,
                    kind,
                    symbol,
                    start_ns=start_ns,
                    end_ns=end_ns,
                    limit=limit,
                    cursor=cursor,
                )
            )
        return await _table_reply(
            request, page.table, form, time="ts_event", name=f"{symbol}-{kind}", next_=page.next
        )

    return router


def sql_routes(deck: Deck) -> APIRouter:
    """Return the route of SQL.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["market data"])
    # Queries share the machine with capture: more than two wait for each other.
    turn = asyncio.Semaphore(SQL_AT_ONCE)

    @router.post("/sql", responses=answers(SqlReply, table=True, also=(413, 415, 503)))
    async def sql(request: Request, body: SqlRequest) -> Response:
        """Run read-only SQL over the tape's views, with a time limit and a row limit."""
        _check_limit(body.max_rows, body.format)
        async with turn:
            table = await asyncio.to_thread(
                deck.reader.sql, body.query, timeout_s=body.timeout_s, max_rows=body.max_rows
            )
        truncated = (table.schema.metadata or {}).get(b"truncated") == b"true"
        headers = {"X-Truncated": "true"} if truncated else None
        if body.format != "json":
            return await file_reply(request, table, body.format, name="query", headers=headers)
        content = await asyncio.to_thread(
            lambda: to_json(SqlReply(table.column_names, rows_of(table), truncated))
        )
        return await bytes_reply(request, content, "json", headers=headers)

    return router


async def _table_reply(
    request: Request, table: pa.Table, form: Format, *, time: str, name: str, next_: str | None
) -> Response:
    headers = {} if next_ is None else {"X-Next-Cursor": next_}
    if form == "json":
        content = await asyncio.to_thread(_json_of, table, time, next_)
        return await bytes_reply(request, content, form, headers=headers)
    spelled = with_time(table, time)
    return await file_reply(request, table, form, name=name, spelled=spelled, headers=headers)


def _json_of(table: pa.Table, time: str, next_: str | None) -> bytes:
    rows: list[dict[str, Any]] = rows_of(with_time(table, time))
    return to_json(TableReply(rows, next_))


def _check_limit(limit: int, form: Format) -> None:
    if form == "json" and limit > MAX_JSON_ROWS:
        raise BadInput(
            f"{limit} rows are too many as JSON, which takes {MAX_JSON_ROWS}; ask for format=csv "
            "format=parquet or format=arrow, or follow `next`"
        )


def _bar_cursor(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**63:
        raise BadInput(f"{text!r} is not a cursor; pass `next` of the page before")
    return int(text)
