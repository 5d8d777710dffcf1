"""A book of given prices, in the place of one that keeps and fetches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.analytics.price_series import PriceSeries
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.history import INTERVALS_NS, Adjustment
from quantdeck.views.payloads import PanelState
from quantdeck.views.price_choices import PriceChoices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.hub.price_book import SeriesQuestion
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.model.history import CorporateAction
    from quantdeck.ports.history import KeptHistory

_DAY_NS = 86_400_000_000_000
_LENGTHS = {**TIMEFRAMES, **INTERVALS_NS}


def price_series(
    symbol: str,
    close: Sequence[float] | np.ndarray[Any, np.dtype[np.float64]],
    *,
    interval: str = "1d",
    first: date = date(2024, 1, 2),
    calendar: str = "24/7",
    **rest: Any,
) -> PriceSeries:
    """Return bars of these closes, whose opens are the closes before and whose ranges are 1 % wide.

    Of an exchange, days are weekdays; hours are those from 14:30 UTC on, seven a day.
    """
    closes = np.asarray(close, np.float64)
    length = _LENGTHS[interval]
    first_ns = int(np.datetime64(first, "ns").astype(np.int64))
    if calendar == "24/7":
        starts = first_ns + length * np.arange(len(closes), dtype=np.int64)
    else:
        per_day = 1 if interval == "1d" else 7
        days = np.busday_offset(
            np.datetime64(first, "D"), np.arange(len(closes)) // per_day, roll="forward"
        )
        offset = 0 if interval == "1d" else 52_200_000_000_000
        within = offset + (np.arange(len(closes)) % per_day) * length
        starts = days.astype("datetime64[ns]").astype(np.int64) + within
    opens = np.concatenate((closes[:1], closes[:-1]))
    return PriceSeries(
        symbol=symbol,
        interval=interval,
        interval_ns=length,
        start_ns=starts,
        open=opens,
        high=np.fmax(opens, closes) * 1.005,
        low=np.fmin(opens, closes) * 0.995,
        close=closes,
        volume=np.full(len(closes), 1000.0),
        raw_close=closes.copy(),
        calendar=calendar,
        **{"source": "sim", "currency": "USD", **rest},
    )


def walk(count: int, *, seed: int = 1, start: float = 100.0, vol: float = 0.01) -> Any:
    """Return closes of a random walk."""
    steps = np.random.default_rng(seed).normal(0.0004, vol, count)
    return start * np.exp(np.cumsum(steps))


class ArrayPriceBook:
    """Answers from the series it was given, whatever the adjustment asked for.

    Parameters
    ----------
    series : sequence of PriceSeries
        Of each symbol and interval one.
    benchmark : str
        As in `PriceChoices`.
    asked : bool
        Whether `known` answers None the first time, as for what must be read or fetched.
    """

    def __init__(
        self, series: Sequence[PriceSeries], *, benchmark: str = "", asked: bool = False
    ) -> None:
        self.revision = 1
        self.questions: list[SeriesQuestion] = []
        self.word = PanelState("demo", 60.0, "sim")
        self.failure: Exception | None = None
        self.acted: dict[str, tuple[CorporateAction, ...]] = {}
        self._series = {(each.symbol, each.interval): each for each in series}
        self._benchmark = benchmark
        self._is_hidden = asked
        self._met: set[tuple[str, str]] = set()

    def run(self, supervisor: Supervisor) -> None:
        """Keep nothing up."""

    def put(self, series: PriceSeries) -> None:
        """Replace a series, as a refresh does."""
        self._series[series.symbol, series.interval] = series
        self.revision += 1

    def choices(self) -> PriceChoices:
        symbols = dict.fromkeys(s for s, i in self._series if i in INTERVALS_NS)
        captured = dict.fromkeys(s for s, i in self._series if i in TIMEFRAMES)
        return PriceChoices(tuple(symbols), tuple(captured), self._benchmark)

    def kept(self) -> Sequence[KeptHistory]:
        """Nothing is on a disk."""
        return ()

    def actions(self, symbol: str) -> tuple[CorporateAction, ...]:
        return self.acted.get(symbol, ())

    def known(self, question: SeriesQuestion) -> PriceSeries | None:
        found = self._find(question)
        key = question.symbol, question.interval
        return None if self._is_hidden and key not in self._met else found

    async def series(self, question: SeriesQuestion) -> PriceSeries:
        self.questions.append(question)
        if self.failure is not None:
            raise self.failure
        found = self._find(question)
        self._met.add((question.symbol, question.interval))
        return found

    def state(self, series: Sequence[PriceSeries]) -> PanelState:
        return self.word if series else PanelState("empty", None, "", "no prices")

    def _find(self, question: SeriesQuestion) -> PriceSeries:
        if question.interval not in _LENGTHS:
            raise BadInput(f"there are no bars of {question.interval!r}")
        found = self._series.get((question.symbol, question.interval))
        if found is None:
            there = ", ".join(sorted({symbol for symbol, _ in self._series})) or "nothing"
            raise NoData(f"{question.symbol}: no bars of {question.interval}; there is {there}")
        cut = found if question.bars is None else found.last(question.bars)
        is_stock = question.symbol.startswith("US:")
        return replace(cut, adjustment=question.adjustment if is_stock else Adjustment.RAW)
