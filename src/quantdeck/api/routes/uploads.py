"""Files of trades that people bring in, and the trades in memory that they take away."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Query
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.parameters import FORMATS, Format
from quantdeck.api.replies import TableReply, bytes_reply, file_reply, json_reply
from quantdeck.api.security import UPLOAD_TYPES
from quantdeck.model.errors import StoreError
from quantdeck.model.uploads import UPLOAD_VENUE, BadUpload, UploadReport
from quantdeck.views.encode import to_json
from quantdeck.views.tables import rows_of, with_time

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.api.deck import Deck

_PIECE = 1 << 20
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file: a line a trade, `ts,symbol,price,size` under a header or JSON "
        "objects with these fields, plain or gzipped.",
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in UPLOAD_TYPES[:3]
        },
    }
}


def upload_routes(deck: Deck) -> APIRouter:
    """Return the routes of uploads and of the buffer.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["uploads"])

    @router.post(
        "/uploads",
        responses=answers(UploadReport, also=(409, 413, 415, 503)),
        openapi_extra=_BODY,
    )
    async def upload(
        request: Request,
        venue: Annotated[
            str,
            Query(
                max_length=32,
                description="Venue of symbols that name none, such as BINANCE-USDM to add to a "
                "captured symbol.",
            ),
        ] = UPLOAD_VENUE,
        partial: Annotated[  # noqa: FBT002 - a parameter of the query
            bool, Query(description="Take the good lines where some are bad; else none.")
        ] = False,
    ) -> Response:
        """Upload trades: all lines or none, unless `partial`; known trades are not added again."""
        file = deck.upload_folder() / f"{secrets.token_hex(8)}.tmp"
        try:
            await _receive(request, file)
            report = await deck.upload(file, venue=venue, partial=partial)
        except ClientDisconnect as error:
            raise BadUpload(
                "the upload ended before the whole file had come; send it again"
            ) from error
        except OSError as error:
            raise StoreError(f"the upload cannot be kept: {error.strerror}; free room") from error
        finally:
            await asyncio.to_thread(file.unlink, missing_ok=True)
        return await json_reply(request, report)

    @router.get("/buffer", responses=answers(TableReply, table=True, also=(404,)))
    async def buffer(
        request: Request,
        symbol: Annotated[
            str | None,
            Query(max_length=64, description="Canonical symbol; all where none is given."),
        ] = None,
        form: Annotated[Format, Query(alias="format", description=FORMATS)] = "csv",
    ) -> Response:
        """Download the trades in memory; the CSV can be uploaded again."""
        table = await deck.buffer(symbol)
        if form != "json":
            name = f"{symbol or 'all'}-buffer"
            return await file_reply(request, table, form, name=name, spelled=_readable(table))
        content = await asyncio.to_thread(
            lambda: to_json(TableReply(rows_of(with_time(table, "ts"))))
        )
        return await bytes_reply(request, content, "json")

    return router


def _readable(table: pa.Table) -> pa.Table:
    spelled = table.column("ts").cast(pa.timestamp("ns", "UTC"))
    return table.set_column(0, pa.field("ts", spelled.type), spelled)


async def _receive(request: Request, file: Path) -> None:
    # On the disk, not in memory; the loop hands over pieces and goes on.
    with contextlib.closing(await asyncio.to_thread(file.open, "wb")) as out:
        waiting: list[bytes] = []
        size = 0
        async for piece in request.stream():
            waiting.append(piece)
            size += len(piece)
            if size >= _PIECE:
                await asyncio.to_thread(out.writelines, waiting)
                waiting, size = [], 0
        await asyncio.to_thread(out.writelines, waiting)
