"""What the API asks of prices and chains: the studies that the pages show, by the same desks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from quantdeck.analytics.readings import MetricReport, ReadingRules, report_metrics
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.price_studies import NO_PRICES
from quantdeck.hub.shared_work import SharedWork
from quantdeck.model.errors import NoData, TooLittleData, VenueError
from quantdeck.model.history import Adjustment
from quantdeck.model.instruments import canonical, root_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.price_book import PriceBook
    from quantdeck.views.payloads import PanelState

T = TypeVar("T")

STOCKS = "US"
"""Venue of a symbol that names none and is not known either."""
_KEPT_NS = 3_600_000_000_000
_KEPT = 128


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """Which bars a study is made of.

    Parameters
    ----------
    symbol : str
        As typed: canonical, or without its venue.
    interval : str
        As `SeriesQuestion`.
    bars : int or None
        The newest ones, at most so many; None takes all.
    start_ns, end_ns : int or None
        Only bars that start in between. [ns]
    adjustment : Adjustment
        Of the prices.
    """

    symbol: str
    interval: str = "1d"
    bars: int | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    adjustment: Adjustment = Adjustment.TOTAL


@dataclass(frozen=True, slots=True)
class MetricsQuestion:
    """Which metrics are asked for.

    Parameters
    ----------
    of : PriceQuestion
        Bars.
    benchmark : str or None
        As typed; empty for none, None for that of the settings where it has such bars.
    rules : ReadingRules
        Conventions.
    """

    of: PriceQuestion
    benchmark: str | None = None
    rules: ReadingRules = field(default_factory=ReadingRules)


class Studies:
    """Answers questions of studies. Owned by the deck, asked by the API.

    Parameters
    ----------
    machine : Machine
        Whose prices and chains are studied.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._turn = asyncio.Lock()
        self._reports = SharedWork["object", MetricReport](
            machine.clock.monotonic_ns, fresh_ns=_KEPT_NS, kept=_KEPT
        )

    @property
    def prices(self) -> PriceBook:
        """The prices.

        Raises
        ------
        NoData
            If the machine has none.
        """
        if self._machine.prices is None:
            raise NoData(NO_PRICES)
        return self._machine.prices

    def symbol(self, text: str) -> str:
        """Return the canonical symbol for what somebody typed, which need not be known.

        Parameters
        ----------
        text : str
            ``US:SPY``, ``spy`` or ``BTCUSDT``; a name without a venue is the first known symbol of
            that name.

        Raises
        ------
        BadInput
            If it is no symbol.
        """
        choices = self.prices.choices()
        return named(text, (*choices.symbols, *choices.captured))

    def rules(
        self,
        *,
        window: int | None = None,
        annual_rate: float | None = None,
        levels: Sequence[float] | None = None,
    ) -> ReadingRules:
        """Return the conventions of the settings, with what is given in their place.

        Parameters
        ----------
        window : int or None
            Bars of the rolling figures.
        annual_rate : float or None
            Riskless rate, effective annual. [decimal]
        levels : sequence of float or None
            Confidences of the tail losses.

        Raises
        ------
        BadInput
            If one makes no sense.
        """
        parts = self._machine.parts.risk
        return ReadingRules(
            window=parts.rolling if window is None else window,
            annual_rate=parts.annual_rate if annual_rate is None else annual_rate,
            levels=tuple(levels or parts.levels[:1]),
        )

    def state(self, series: Sequence[PriceSeries]) -> PanelState:
        """Return how far figures made of these prices can be trusted."""
        return self.prices.state(series)

    async def history(self, question: PriceQuestion) -> PriceSeries:
        """Return bars.

        Raises
        ------
        BadInput
            If there is no such interval.
        NoData
            If there is nothing of the symbol; the message names what there is.
        TooLittleData
            If there is nothing of it in the span.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        spans = question.start_ns is not None or question.end_ns is not None
        asked = SeriesQuestion(
            self.symbol(question.symbol),
            question.interval,
            None if spans else question.bars,
            question.adjustment,
        )
        series = await self.prices.series(asked)
        if not spans:
            return series
        found = series.between(question.start_ns, question.end_ns)
        if not len(found):
            raise TooLittleData(
                f"{series.symbol} has no bar of {series.interval} in that span; there are "
                f"{len(series)} from {_day(int(series.start_ns[0]))} to "
                f"{_day(int(series.start_ns[-1]))}"
                if len(series)
                else f"{series.symbol} has no bar of {series.interval} yet",
                found=0,
            )
        return found if question.bars is None else found.last(question.bars)

    async def metrics(self, question: MetricsQuestion) -> MetricReport:
        """Return what every metric of an instrument reads.

        Raises
        ------
        BadInput
            If there is no such interval, or a rule makes no sense.
        NoData
            If there is nothing of the symbol or of the benchmark.
        TooLittleData
            If there are fewer than two bars.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        series = await self.history(self._bounded(question.of))
        benchmark = await self._benchmark(question, series)
        key = (question, self.prices.revision, *(_mark(each) for each in (series, benchmark)))

        async def work() -> MetricReport:
            async with self._turn:
                return await asyncio.to_thread(
                    report_metrics, series, benchmark=benchmark, rules=question.rules
                )

        return await self._reports.get(key, work)

    def _bounded(self, of: PriceQuestion) -> PriceQuestion:
        # Ten years are not what somebody means who names no span.
        is_open = of.bars is None and of.start_ns is None and of.end_ns is None
        return replace(of, bars=self._machine.parts.risk.lookback) if is_open else of

    async def _benchmark(
        self, question: MetricsQuestion, series: PriceSeries
    ) -> PriceSeries | None:
        symbol = await self.benchmark(question.benchmark, series)
        if not symbol:
            return None
        of = question.of
        return await self.prices.series(SeriesQuestion(symbol, of.interval, None, of.adjustment))

    async def benchmark(self, typed: str | None, series: PriceSeries) -> str:
        """Return what an instrument is held against.

        Parameters
        ----------
        typed : str or None
            As typed; empty for none, None for that of the settings where it has such bars.
        series : PriceSeries
            Prices of the instrument.

        Returns
        -------
        str
            Canonical symbol with bars of the same interval; empty for none.

        Raises
        ------
        NoData
            If one was typed of which there are no such bars.
        """
        chosen = self.prices.choices().benchmark if typed is None else typed
        if not chosen:
            return ""
        symbol = self.symbol(chosen)
        if symbol == series.symbol:
            return ""
        try:
            await self.prices.series(SeriesQuestion(symbol, series.interval))
        except (NoData, VenueError):
            if typed is not None:
                raise
            return ""
        return symbol


def named(text: str, known: Sequence[str]) -> str:
    """Return the canonical symbol for what somebody typed.

    Parameters
    ----------
    text : str
        A canonical symbol, or the part of one after the venue; small letters will do.
    known : sequence of str
        Canonical symbols, the most likely first.

    Returns
    -------
    str
        One of those known, or else what the text says by itself, of `STOCKS` without a venue.

    Raises
    ------
    BadInput
        If it is no symbol.

    Examples
    --------
    >>> known = ["US:SPY", "BINANCE:BTCUSDT"]
    >>> named("btcusdt", known), named("US:SPY", known), named("qqq", known)
    ('BINANCE:BTCUSDT', 'US:SPY', 'US:QQQ')
    """
    word = text.strip().upper()
    if word in known:
        return word
    alike = next((symbol for symbol in known if root_of(symbol) == word), None)
    return alike or canonical(word, default_venue=STOCKS)


async def sufficing(ask: Callable[[], Awaitable[T]], series: PriceSeries) -> T:
    """Return a study of prices that are there, or say that there are too few of them.

    Parameters
    ----------
    ask : callable
        Makes the study.
    series : PriceSeries
        Its prices.

    Raises
    ------
    TooLittleData
        In the place of `NoData`.
    """
    try:
        return await ask()
    except TooLittleData:
        raise
    except NoData as error:
        raise TooLittleData(
            f"{series.symbol} has {len(series)} bars of {series.interval}: {error}",
            found=len(series),
        ) from error


def _mark(series: PriceSeries | None) -> tuple[object, ...]:
    # Of bars that are captured the book's revision says nothing.
    return () if series is None else (series.symbol, len(series), series.end_ns)


def _day(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns / 1e9, UTC):%Y-%m-%d}"
