"""What is captured, and what could be."""

from __future__ import annotations

import asyncio
import difflib
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.openapi import answers
from quantdeck.api.replies import CaptureReply, InstrumentsReply, SymbolsReply, json_reply
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck
    from quantdeck.model.instruments import Instrument

_MOST_NEAR = 5
_LEAST_ALIKE = 0.7


class StartRequest(BaseModel):
    """Which symbols to capture; without them those captured last."""

    model_config = ConfigDict(extra="forbid")

    symbols: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Symbols as a person types them: btcusdt or BINANCE-USDM:BTCUSDT.",
    )


def capture_routes(deck: Deck) -> APIRouter:
    """Return the routes about capture.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(tags=["capture"])

    @router.get("/symbols", responses=answers(SymbolsReply, also=(503,)))
    async def symbols(request: Request) -> Response:
        """List the symbols being captured, and those with anything on the tape."""
        coverage = await asyncio.to_thread(deck.reader.coverage)
        recorded = sorted({stream.symbol for stream in coverage})
        return await json_reply(request, SymbolsReply(deck.symbols(), recorded))

    @router.get("/instruments", responses=answers(InstrumentsReply, also=(502, 503)))
    async def instruments(
        request: Request,
        search: Annotated[
            str, Query(max_length=64, description="Part of a symbol or a currency.")
        ] = "",
        limit: Annotated[int, Query(ge=1, le=5_000, description="Most entries.")] = 50,
    ) -> Response:
        """Search what the configured vendors trade."""
        known = await deck.instruments()
        found = matching(known, search)
        alike = [] if found else await asyncio.to_thread(near, known, search)
        return await json_reply(request, InstrumentsReply(found[:limit], len(found), alike))

    @router.post("/capture/start", responses=answers(CaptureReply, also=(409, 413, 415, 502, 503)))
    async def start(request: Request, body: StartRequest) -> Response:
        """Capture these symbols and no others; those already captured lose nothing."""
        captured = await deck.start_capture(body.symbols)
        return await json_reply(request, CaptureReply(capturing=True, symbols=captured))

    @router.post("/capture/stop", responses=answers(CaptureReply, also=(409,)))
    async def stop(request: Request) -> Response:
        """Stop capturing; what is queued is still written."""
        await deck.stop_capture()
        return await json_reply(request, CaptureReply(capturing=False, symbols=deck.symbols()))

    return router


def matching(instruments: list[Instrument], search: str) -> list[Instrument]:
    """Return the instruments that a search means, best first.

    Parameters
    ----------
    instruments : list of Instrument
        Everything there is.
    search : str
        Part of a symbol, in any case; empty for all.

    Returns
    -------
    list of Instrument
        Those whose root begins with the text, then those whose symbol holds it; by symbol within.
    """
    word = search.strip().upper()
    found = [i for i in instruments if word in i.symbol]
    return sorted(found, key=lambda i: (not i.symbol.partition(":")[2].startswith(word), i.symbol))


def near(instruments: list[Instrument], search: str) -> list[str]:
    """Return the symbols that a search without a match may have meant, best first.

    Parameters
    ----------
    instruments : list of Instrument
        Everything there is.
    search : str
        A symbol with or without its venue, in any case.

    Returns
    -------
    list of str
        At most five canonical symbols whose name, as far as it was given, is alike.
    """
    word = search.strip().upper()
    names: dict[str, list[str]] = {}
    for instrument in instruments:
        name = instrument.symbol if ":" in word else root_of(instrument.symbol)
        names.setdefault(name, []).append(instrument.symbol)
    alike = difflib.get_close_matches(word, names, n=_MOST_NEAR, cutoff=_LEAST_ALIKE)
    return [symbol for name in alike for symbol in sorted(names[name])][:_MOST_NEAR]
