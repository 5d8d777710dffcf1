"""What the API asks of prices and chains: the studies that the pages show, by the same desks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from quantdeck.analytics.portfolio.study import PortfolioRules
from quantdeck.analytics.readings import MetricReport, ReadingRules, report_metrics
from quantdeck.analytics.signals import signal_rule
from quantdeck.analytics.technical import INDICATORS, indicator
from quantdeck.analytics.technical_study import Chosen, TechnicalChoices
from quantdeck.hub.option_desk import OptionQuestion
from quantdeck.hub.portfolio_desk import PortfolioQuestion
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.risk_desk import RiskQuestion
from quantdeck.hub.shared_work import SharedWork
from quantdeck.hub.study_prices import PriceQuestion, StudyPrices, sufficing
from quantdeck.hub.tear_sheets import sheet_of
from quantdeck.hub.technical_desk import BoardQuestion, TechnicalQuestion
from quantdeck.model.errors import NoData
from quantdeck.views.portfolio_text import read_portfolio, read_symbols, symbol_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.options.study import OptionStudy
    from quantdeck.analytics.portfolio.study import PortfolioStudy
    from quantdeck.analytics.portfolio.weights import Rebalance
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.risk.study import RiskStudy
    from quantdeck.analytics.technical_study import TechnicalStudy
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.portfolio_desk import PortfolioDesk
    from quantdeck.hub.risk_desk import RiskDesk
    from quantdeck.hub.tear_sheets import TearSheetFile
    from quantdeck.hub.technical_desk import SignalBoard, TechnicalDesk

_KEPT_NS = 3_600_000_000_000
_KEPT = 128


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


@dataclass(frozen=True, slots=True)
class StudyQuestion:
    """What is asked of one instrument besides its metrics.

    Parameters
    ----------
    of : PriceQuestion
        Bars; without a span.
    benchmark : str or None
        As in `MetricsQuestion`.
    rolling : int or None
        Bars of rolling figures; those of the settings where None, as for the rest.
    annual_rate : float or None
        Riskless rate, effective annual. [decimal]
    levels : tuple of float or None
        Confidences of the tail losses; the first is that of the figures.
    """

    of: PriceQuestion
    benchmark: str | None = None
    rolling: int | None = None
    annual_rate: float | None = None
    levels: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Desks:
    """Who does the work that pages show, too.

    Parameters
    ----------
    risk : RiskDesk
        Of the Risk page.
    portfolio : PortfolioDesk
        Of the Portfolio page.
    technical : TechnicalDesk
        Of the Technical page.
    """

    risk: RiskDesk
    portfolio: PortfolioDesk
    technical: TechnicalDesk


class Studies:
    """Answers questions of studies. Owned by the deck, asked by the API.

    Parameters
    ----------
    machine : Machine
        Whose prices and chains are studied.
    desks : Desks
        Those of the pages.
    """

    def __init__(self, machine: Machine, desks: Desks) -> None:
        self.bars = StudyPrices(machine)
        """The bars."""
        self._machine = machine
        self._desks = desks
        self._turn = asyncio.Lock()
        self._reports = SharedWork["object", MetricReport](
            machine.clock.monotonic_ns, fresh_ns=_KEPT_NS, kept=_KEPT
        )

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
        series = await self.bars.history(self.bars.bounded(question.of))
        benchmark = await self._benchmark(question, series)
        key = (question, *(_mark(each) for each in (series, benchmark)))

        async def work() -> MetricReport:
            async with self._turn:
                return await asyncio.to_thread(
                    report_metrics, series, benchmark=benchmark, rules=question.rules
                )

        return await self._reports.get(key, work)

    async def risk(self, question: StudyQuestion) -> RiskStudy:
        """Return the study of the Risk page.

        Raises
        ------
        BadInput
            If there is no such interval, or a rule makes no sense.
        NoData
            If there is nothing of the symbol or of the benchmark.
        TooLittleData
            If there are too few bars.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        of, desk = self.bars.bounded(question.of), self._desks.risk
        series = await self.bars.history(of)
        benchmark = await self.bars.benchmark(question.benchmark, series.interval, of=series.symbol)
        levels = question.levels
        rules = desk.rules(
            level=None if levels is None else levels[0],
            annual_rate=question.annual_rate,
            rolling=question.rolling,
            levels=levels,
        )
        asked = RiskQuestion(series.symbol, of.interval, of.bars, benchmark, rules, of.adjustment)
        return await sufficing(lambda: desk.study(asked), series)

    async def tear_sheet(self, question: StudyQuestion) -> TearSheetFile:
        """Return the tear sheet of an instrument.

        Raises
        ------
        BadInput, NoData, TooLittleData, VenueError
            As `risk`.
        StoreError
            If the page was not built.
        """
        study = await self.risk(question)
        machine = self._machine
        return await asyncio.to_thread(
            sheet_of, study, version=machine.version, made_ns=machine.clock.now_ns()
        )

    async def portfolio(
        self, text: str, *, factors: str, question: StudyQuestion, rebalance: Rebalance
    ) -> PortfolioStudy:
        """Return the study of the Portfolio page.

        Parameters
        ----------
        text : str
            Assets as typed: ``US:SPY=0.6, US:TLT=0.4``, or names alone for equal weights.
        factors : str
            Symbols as typed, between commas, that the returns are explained by beside the benchmark.
        question : StudyQuestion
            Bars (its symbol is not read), benchmark and rules.
        rebalance : str
            When weights go back to their targets.

        Raises
        ------
        BadInput
            If the text names no portfolio, or a rule makes no sense.
        NoData
            If there are no prices of an asset or a factor.
        TooLittleData
            If they have too few bars in common.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        choices = self.bars.prices.choices()
        known = (*choices.symbols, *choices.captured)
        held, of = read_portfolio(text, known), self.bars.bounded(question.of)
        every = [
            await self.bars.prices.series(SeriesQuestion(each, of.interval, of.bars, of.adjustment))
            for each in held.symbols
        ]
        market = await self.bars.benchmark(question.benchmark, of.interval)
        parts = self._machine.parts.risk
        rules = PortfolioRules(
            rebalance=rebalance,
            annual_rate=parts.annual_rate if question.annual_rate is None else question.annual_rate,
            cap=parts.kelly_cap,
            level=(question.levels or parts.levels)[0],
        )
        asked = PortfolioQuestion(
            symbols=held.symbols,
            weights=held.weights,
            interval=of.interval,
            bars=of.bars,
            factors=tuple(dict.fromkeys(filter(None, (market, *read_symbols(factors, known))))),
            rules=rules,
            adjustment=of.adjustment,
        )
        return await sufficing(lambda: self._desks.portfolio.study(asked), every[0])

    async def technical(self, of: PriceQuestion, indicators: Sequence[str]) -> TechnicalStudy:
        """Return the study of the Technical page.

        Parameters
        ----------
        of : PriceQuestion
            Bars that are shown; indicators read those before as well.
        indicators : sequence of str
            Names of indicators, at their usual parameters; all where empty.

        Raises
        ------
        BadInput
            If there is no such interval or indicator.
        NoData
            If there is nothing of the symbol.
        TooLittleData
            If there is no bar.
        VenueError
            If nothing is kept and the vendor cannot be asked now.
        """
        series = await self.bars.history(replace(of, bars=2))
        names = tuple(indicators) or tuple(INDICATORS)
        for name in names:
            indicator(name)
        choices = TechnicalChoices(indicators=tuple(map(Chosen, names)), bars=of.bars)
        asked = TechnicalQuestion(series.symbol, of.interval, choices, of.adjustment)
        return await sufficing(lambda: self._desks.technical.study(asked), series)

    async def signals(
        self, interval: str, *, symbols: Sequence[str], rules: Sequence[str]
    ) -> SignalBoard:
        """Return the newest signals of many symbols.

        Parameters
        ----------
        interval : str
            As `SeriesQuestion`.
        symbols : sequence of str
            As typed; all that have such bars where empty.
        rules : sequence of str
            Names of rules, at their usual parameters; all where empty.

        Raises
        ------
        BadInput
            If there is no such interval or rule.
        NoData
            If there are no prices, or no symbol has such bars.
        """
        named = tuple(dict.fromkeys(self.bars.symbol(each) for each in symbols))
        for each in named:
            # A symbol that was named is not passed over.
            await self.bars.prices.series(SeriesQuestion(each, interval, 2))
        for rule in rules:
            signal_rule(rule)
        chosen = tuple(Chosen(rule) for rule in dict.fromkeys(rules)) or None
        board = self._desks.technical.board
        return await board(BoardQuestion(interval, chosen, named))

    async def options(self, text: str) -> OptionStudy:
        """Return the study of the Options page.

        Parameters
        ----------
        text : str
            Underlying as typed.

        Raises
        ------
        NoData
            If no chains are watched, or none of this underlying; the message names those there are.
        VenueError
            If they cannot be fetched now.
        """
        desk = self._machine.options
        if desk is None:
            raise NoData(
                "no option chains are watched here; enable a vendor of chains, or run the demo"
            )
        return await desk.study(OptionQuestion(symbol_of(text, desk.underlyings())))

    async def _benchmark(
        self, question: MetricsQuestion, series: PriceSeries
    ) -> PriceSeries | None:
        symbol = await self.bars.benchmark(question.benchmark, series.interval, of=series.symbol)
        if not symbol:
            return None
        of = question.of
        return await self.bars.prices.series(
            SeriesQuestion(symbol, of.interval, None, of.adjustment)
        )


def _mark(series: PriceSeries | None) -> tuple[object, ...]:
    # What changes with the bars: the book's revision does whenever any other history has.
    if series is None:
        return ()
    return series.symbol, len(series), series.end_ns, series.fetched_ns
