"""Technical indicators as figures of alert rules: of closed bars, settled, and not of silent symbols."""

from __future__ import annotations

import math

import numpy as np
import pytest

from quantdeck.alerts.indicator_metrics import INDICATOR_METRICS, OUTPUTS
from quantdeck.alerts.parse import parse
from quantdeck.alerts.syntax import Compare
from quantdeck.analytics.technical import Candles, evaluate, indicator
from quantdeck.hub.alert_indicators import history_rows
from quantdeck.hub.alert_metrics import DeckFigures
from quantdeck.hub.state import LiveState
from quantdeck.model.events import TRADE_DTYPE, Kind
from quantdeck.model.instruments import InstrumentTable
from tests.hub.deck_rig import BTC, SECOND_NS

START = 1_800_000_000 * SECOND_NS


class Market:
    """Seconds of one symbol, with two executions each."""

    def __init__(self, seconds: int) -> None:
        table = InstrumentTable()
        self.number = table.id_of(BTC)
        self.state = LiveState(table, bars_kept=7200)
        self.figures = DeckFigures(lambda: self.state, lambda: [BTC])
        steps = np.random.default_rng(4).normal(0.0, 1e-3, 2 * seconds)
        prices = 100.0 * np.exp(np.cumsum(steps))
        rows = np.zeros(2 * seconds, TRADE_DTYPE)
        rows["ts_event"] = rows["ts_recv"] = START + np.arange(2 * seconds) * (SECOND_NS // 2)
        rows["seq"], rows["price"] = np.arange(2 * seconds) + 1, prices
        rows["size"], rows["symbol"] = 1.0, self.number
        self.state.update(Kind.AGG_TRADE, rows)
        self.seconds = seconds

    def read(self, text: str, at_s: float) -> float:
        bound, now_ns = self.figures.bind(_call(text)), START + int(at_s * SECOND_NS)
        bound.read(now_ns)
        self.figures.refresh(now_ns)
        return bound.read(now_ns)

    def why(self, text: str, at_s: float) -> str:
        return self.figures.bind(_call(text)).why(START + int(at_s * SECOND_NS))

    def candles(self, rows: int) -> Candles:
        book = self.state.books["1s"]
        return Candles.of_bars(book.bars(self.number)[:rows], book.interval_ns)


def _call(text: str):  # type: ignore[no-untyped-def]
    condition = parse(f"{text} > 0").condition
    assert isinstance(condition, Compare)
    return condition.left


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(700)


@pytest.mark.parametrize("name", OUTPUTS)
def test_figure_is_the_indicator_at_the_newest_closed_bar(market: Market, name: str) -> None:
    of, output = OUTPUTS[name]

    found = market.read(f"{name}(BTCUSDT, 1s)", 699.9)

    wanted = evaluate(indicator(of), market.candles(699), {})[output][-1]
    assert found == pytest.approx(wanted, rel=1e-6)


def test_figure_counts_a_bar_once_it_has_ended(market: Market) -> None:
    before, after = (market.read("sma(BTCUSDT, 1s, 5)", at) for at in (699.9, 700.0))

    closes = market.candles(700).close
    assert before == pytest.approx(closes[694:699].mean())
    assert after == pytest.approx(closes[695:700].mean())


def test_figure_takes_the_windows_it_is_given(market: Market) -> None:
    found = market.read("rsi(BTCUSDT, 1s, 7)", 699.9)

    wanted = evaluate(indicator("rsi"), market.candles(699), {"window": 7}).first[-1]
    assert found == pytest.approx(wanted, rel=1e-6)


def test_figure_of_too_few_bars_says_how_many_it_takes() -> None:
    market = Market(60)

    assert math.isnan(market.read("rsi(BTCUSDT, 1s)", 60.0))
    assert market.why("rsi(BTCUSDT, 1s)", 60.0) == "it takes 215 bars of 1s; 60 are there"


def test_figure_of_a_silent_symbol_is_unknown(market: Market) -> None:
    assert math.isnan(market.read("rsi(BTCUSDT, 1s)", 720.0))
    assert market.why("rsi(BTCUSDT, 1s)", 720.0) == f"nothing of {BTC} for 10 s"


def test_figure_that_was_not_read_yet_says_so(market: Market) -> None:
    assert market.why("cci(BTCUSDT, 1s, 33)", 699.0) == "not looked at yet"


def test_figure_whose_windows_contradict_is_unknown_for_ever(market: Market) -> None:
    assert math.isnan(market.read("macd(BTCUSDT, 1s, fast=30, slow=20)", 699.0))
    assert "needs fast below slow" in market.why("macd(BTCUSDT, 1s, fast=30, slow=20)", 699.0)


def test_figure_of_a_state_that_began_again_forgets_the_old_one() -> None:
    market = Market(300)
    before = market.read("rsi(BTCUSDT, 1s)", 300.0)

    market.state = LiveState(InstrumentTable(), bars_kept=7200)
    market.state.instruments.id_of(BTC)

    assert math.isfinite(before)
    assert math.isnan(market.read("rsi(BTCUSDT, 1s)", 300.5))


def test_history_of_a_rule_reaches_back_until_it_has_settled() -> None:
    assert history_rows(_call("sma(BTCUSDT, 1m, 50)")) == 51
    assert history_rows(_call("rsi(BTCUSDT, 1m)")) == 216
    assert history_rows(_call("macd(BTCUSDT, 1m, fast=30, slow=20)")) == 0


def test_every_indicator_takes_its_parameters_by_their_names() -> None:
    for metric in INDICATOR_METRICS:
        whole = [p.name for p in indicator(OUTPUTS[metric.name][0]).parameters if p.whole]
        assert [argument.name for argument in metric.arguments] == ["symbol", "timeframe", *whole]
