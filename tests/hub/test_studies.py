from __future__ import annotations

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest

from quantdeck.analytics.readings import ReadingRules
from quantdeck.hub.portfolio_desk import PortfolioDesk
from quantdeck.hub.risk_desk import RiskDesk
from quantdeck.hub.risk_parts import RiskParts
from quantdeck.hub.studies import Desks, MetricsQuestion, Studies
from quantdeck.hub.study_prices import PriceQuestion, sufficing
from quantdeck.hub.technical_desk import TechnicalDesk
from quantdeck.model.errors import NoData, TooLittleData, VenueError
from quantdeck.model.history import Adjustment
from tests.hub.price_books import ArrayPriceBook, price_series, walk

SPY, QQQ = "US:SPY", "US:QQQ"
BTC, PERPETUAL = "BINANCE:BTCUSDT", "BINANCE-USDM:BTCUSDT"


class Clock:
    def monotonic_ns(self) -> int:
        return 1


@pytest.fixture
def book():
    return ArrayPriceBook(
        [
            price_series(SPY, walk(300), calendar="XNYS"),
            price_series(QQQ, walk(300, seed=2), calendar="XNYS"),
            price_series(BTC, walk(400, seed=3)),
            price_series(BTC, walk(400, seed=3), interval="1m"),
            price_series(PERPETUAL, walk(400, seed=4)),
            price_series("US:NEW", [100.0]),
        ],
        benchmark=SPY,
    )


@pytest.fixture
def studies(book):
    parts = SimpleNamespace(risk=RiskParts(levels=(0.9, 0.99), lookback=290, annual_rate=0.02))
    return _studies(SimpleNamespace(prices=book, clock=Clock(), parts=parts, options=None))


def _studies(machine):
    return Studies(
        machine, Desks(RiskDesk(machine), PortfolioDesk(machine), TechnicalDesk(machine))
    )


def _ask(studies, symbol, *, benchmark=None, **of):
    question = MetricsQuestion(PriceQuestion(symbol, **of), benchmark)
    return asyncio.run(studies.metrics(question))


def test_metrics_are_held_against_the_benchmark_of_the_settings(studies):
    report = _ask(studies, QQQ)

    assert report.benchmark == SPY
    assert report.common == 289


def test_metrics_of_the_benchmark_itself_have_none(studies):
    assert _ask(studies, SPY).benchmark == ""


def test_metrics_of_an_interval_the_benchmark_lacks_have_none(studies):
    assert _ask(studies, BTC, interval="1m").benchmark == ""


def test_metrics_against_a_typed_benchmark_that_is_unknown_are_refused(studies):
    with pytest.raises(NoData, match="US:NONE"):
        _ask(studies, QQQ, benchmark="none")


def test_metrics_of_newest_bars_are_held_against_the_same_days(studies):
    report = _ask(studies, QQQ, bars=50)

    assert (len(report.series), report.common, report.left_out) == (50, 49, 0)


def test_metrics_of_a_span_read_its_bars_only(studies, book):
    start_ns = int(book.known(_question(SPY)).start_ns[100])

    report = _ask(studies, SPY, start_ns=start_ns, bars=30)

    assert report.series.start_ns[0] > start_ns
    assert len(report.series) == 30
    assert len(_ask(studies, SPY, start_ns=start_ns).series) == 200


def _question(symbol):
    from quantdeck.hub.price_book import SeriesQuestion

    return SeriesQuestion(symbol)


def test_metrics_of_a_span_without_bars_say_what_there_is(studies):
    with pytest.raises(TooLittleData, match="300 from 2024-01-02"):
        _ask(studies, SPY, end_ns=0)


def test_metrics_of_one_bar_say_how_many_are_needed(studies):
    with pytest.raises(TooLittleData) as caught:
        _ask(studies, "US:NEW")

    assert (caught.value.needed, caught.value.found) == (2, 1)


def test_metrics_are_worked_out_once_until_prices_change(studies, book):
    async def thrice():
        question = MetricsQuestion(PriceQuestion(SPY))
        first, same = await asyncio.gather(studies.metrics(question), studies.metrics(question))
        book.put(price_series(SPY, walk(301), calendar="XNYS"))
        return first, same, await studies.metrics(question)

    first, same, later = asyncio.run(thrice())

    assert first is same
    assert later.series.end_ns > first.series.end_ns


def test_metrics_with_other_rules_are_other_metrics(studies):
    of = PriceQuestion(SPY)
    rules = ReadingRules(annual_rate=0.05)

    plain = asyncio.run(studies.metrics(MetricsQuestion(of)))
    richer = asyncio.run(studies.metrics(MetricsQuestion(of, rules=rules)))

    sharpe = [
        next(r.value for r in report.readings if r.id == "sharpe_ratio")
        for report in (plain, richer)
    ]
    assert sharpe[1] < sharpe[0]


def test_rules_are_those_of_the_settings_but_for_what_is_asked(studies):
    rules = studies.rules(window=21)

    assert rules == ReadingRules(window=21, annual_rate=0.02, levels=(0.9,))
    assert studies.rules(levels=[0.95, 0.99]).levels == (0.95, 0.99)


def test_history_is_adjusted_as_asked(studies):
    question = PriceQuestion("spy", adjustment=Adjustment.RAW, bars=5)

    series = asyncio.run(studies.bars.history(question))

    assert (series.symbol, series.adjustment, len(series)) == (SPY, Adjustment.RAW, 5)


def test_studies_without_prices_say_why(studies):
    parts = SimpleNamespace(risk=RiskParts())
    bare = _studies(SimpleNamespace(prices=None, clock=Clock(), parts=parts, options=None))

    with pytest.raises(NoData, match="keeps no prices of years"):
        asyncio.run(bare.bars.history(PriceQuestion(SPY)))


def test_benchmark_of_the_settings_that_cannot_be_fetched_is_left_out(studies, book):
    book.failure = VenueError("yahoo", "no answer")

    assert asyncio.run(studies.bars.benchmark(None, "1d")) == ""
    with pytest.raises(VenueError):
        asyncio.run(studies.bars.benchmark(SPY, "1d"))


def test_study_without_enough_data_is_told_apart_from_one_without_any():
    series = price_series(SPY, np.full(3, 100.0))

    async def refuse():
        raise NoData("20 returns are needed")

    with pytest.raises(TooLittleData, match="US:SPY has 3 bars of 1d: 20 returns") as caught:
        asyncio.run(sufficing(refuse, series))

    assert caught.value.found == 3
