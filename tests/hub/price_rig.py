"""A machine whose prices of years come from vendors that do as they are told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.hub.histories import Histories, HistoryParts
from quantdeck.hub.history_fetch import Spans
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.history import CorporateAction, History
from quantdeck.tape.history.store import BarStore
from quantdeck.views.payloads import Mode
from tests.hub.deck_rig import BTC, ETH, START_NS, deck_rig
from tests.tape.history.histories import DAY_NS, history_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from quantdeck.ports.history import HistoryRequest
    from tests.hub.deck_rig import Rig

SPY, QQQ = "US:SPY", "US:QQQ"
TODAY_NS = START_NS // DAY_NS * DAY_NS


class ToldSource:
    """Has a bar a day of every symbol it knows, priced by the day's number; does as it is told."""

    def __init__(self, source: str, calendar: str, *symbols: str) -> None:
        self.source = source
        self.calendar = calendar
        self.symbols = set(symbols)
        self.asked: list[HistoryRequest] = []
        self.actions: tuple[CorporateAction, ...] = ()
        self.failure: Exception | None = None
        self.scale = 1.0
        self.until_ns = TODAY_NS

    async def history(self, request: HistoryRequest) -> History:
        self.asked.append(request)
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        if request.symbol not in self.symbols:
            raise BadInput(f"{self.source} does not know {request.symbol}")
        length = DAY_NS if request.interval == "1d" else DAY_NS // 24
        starts = np.arange(
            -(-request.start_ns // length), min(request.end_ns, self.until_ns) // length
        )
        history = history_of(
            (self.scale * (100.0 + starts % 50)).tolist(),
            symbol=request.symbol,
            interval=request.interval,
            source=self.source,
            calendar=self.calendar,
            fetched_ns=START_NS + len(self.asked),
        )
        history.rows["start_ns"] = starts * length
        if not len(history):
            raise NoData("nothing in the span")
        held = [a for a in self.actions if request.start_ns <= a.ex_ns < request.end_ns]
        return History(
            **{n: getattr(history, n) for n in history.__slots__ if n != "actions"},
            actions=tuple(held),
        )


def told_stocks(calendar: str = "24/7", *, behind_days: int = 0, scale: float = 1.0) -> ToldSource:
    stocks = ToldSource("yahoo", calendar, SPY, QQQ)
    stocks.until_ns -= behind_days * DAY_NS
    stocks.scale = scale
    return stocks


class Book:
    def __init__(self, rig: Rig, prices: Histories, stocks: ToldSource, coins: ToldSource) -> None:
        self.rig, self.prices, self.stocks, self.coins = rig, prices, stocks, coins

    def journal(self) -> list[str]:
        return [line.text for line in reversed(self.rig.machine.journal.lines())]

    async def settled(self) -> None:
        """Wait for a whole round."""
        await self.rig.until(lambda: any("hourly bars" in text for text in self.journal()))


@asynccontextmanager
async def price_rig(
    folder: Path,
    *,
    runs: bool = False,
    mode: Mode = Mode.LIVE,
    stocks: ToldSource | None = None,
    years: int = 2,
) -> AsyncIterator[Book]:
    stocks = stocks or told_stocks()
    coins = ToldSource("binance-usdm", "24/7", BTC, ETH)
    parts = HistoryParts(
        BarStore(folder),
        {"US": stocks, "BINANCE-USDM": coins},
        symbols=(SPY, QQQ),
        benchmark=SPY,
        spans=Spans(years=years, hours_days=5),
    )
    made: list[Histories] = []

    def make(machine: object) -> Histories:
        made.append(Histories(parts, machine))  # type: ignore[arg-type]
        return made[0]

    async with deck_rig(folder, mode, runs=runs, make_prices=make) as rig:
        yield Book(rig, made[0], stocks, coins)


def run_with_prices(folder: Path, work: Callable[[Book], object], **rest: object) -> object:
    async def main() -> object:
        async with price_rig(folder, **rest) as book:  # type: ignore[arg-type]
            return await work(book)  # type: ignore[misc]

    return asyncio.run(main())
