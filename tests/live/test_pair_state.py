from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.pairs import ESTIMATORS, compare_estimators
from quantdeck.analytics.pairs.study import pair_study
from quantdeck.live.bars import SECOND_NS, BarBooks
from quantdeck.live.pair_state import PairQuestion, PairState
from quantdeck.live.ticks import TickBook
from quantdeck.model.errors import BadInput
from quantdeck.model.events import TRADE_DTYPE, Kind, Rows
from tests.live.rows import trades

_START_S = 1_700_000_000
_Y, _X = 0, 1


def _walk(seconds: int, seed: int = 5) -> Rows:
    random = np.random.default_rng(seed)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=seconds)))
    noise = np.zeros(seconds)
    for i in range(1, seconds):
        noise[i] = 0.8 * noise[i - 1] + random.normal(scale=1e-3)
    y = 3.0 * x**0.9 * np.exp(noise)
    rows = np.zeros(2 * seconds, TRADE_DTYPE)
    for symbol, prices in ((_Y, y), (_X, x)):
        side = rows[symbol::2]
        side["symbol"], side["price"], side["size"] = symbol, prices, 1.0
        side["ts_event"] = (_START_S + np.arange(seconds)) * SECOND_NS + symbol
        side["seq"] = np.arange(seconds)
    return rows


class _Market:
    def __init__(self) -> None:
        self.books, self.ticks = BarBooks(), TickBook()

    def feed(self, rows: Rows) -> None:
        self.ticks.update(self.books.update(Kind.TRADE, rows))

    def state(
        self,
        timeframe: str = "1s",
        window: int = 20,
        lookback: int = 100,
        estimator: str = "ols",
    ) -> PairState:
        question = PairQuestion(_Y, _X, timeframe, window, lookback, estimator=estimator)
        return PairState(self.books, self.ticks, question)


def _tick(second: int, symbol: int, price: float, part_ns: int = 500) -> Rows:
    at = (_START_S + second) * SECOND_NS + part_ns
    return trades((at, 10_000 + second, price, 1.0), symbol=symbol)


def test_pair_state_when_bars_stand_studies_the_closed_rows_of_the_lookback() -> None:
    market = _Market()
    rows = _walk(200)
    market.feed(rows)

    now = market.state(lookback=100).now()

    y, x = rows["price"][_Y::2][-101:-1], rows["price"][_X::2][-101:-1]
    expected = pair_study(y, x, window=20)
    assert (len(now.pair), now.closed) == (101, 100)
    assert now.study.hedge == expected.hedge
    assert now.study.adf == expected.adf
    assert now.study.engle_granger == expected.engle_granger


def test_pair_state_when_nothing_changed_gives_the_same_answer() -> None:
    market = _Market()
    market.feed(_walk(120))
    state = market.state()

    assert state.now() is state.now()


def test_pair_state_when_the_open_bar_moves_keeps_the_line_and_the_past() -> None:
    market = _Market()
    market.feed(_walk(120))
    state = market.state()
    before = state.now()

    market.feed(_tick(119, _Y, 310.0))
    after = state.now()

    assert after is not before
    assert after.study is before.study
    assert before.spread is not None
    assert after.spread is not None
    assert np.array_equal(before.spread[:-1], after.spread[:-1])
    assert before.spread[-1] != after.spread[-1]


def test_pair_state_when_a_bar_closes_fits_the_line_anew() -> None:
    market = _Market()
    market.feed(_walk(120))
    state = market.state()
    before = state.now()

    market.feed(_tick(120, _Y, 310.0))
    after = state.now()

    assert after.study is not before.study


def test_pair_state_when_a_late_tick_amends_a_closed_bar_fits_the_line_anew() -> None:
    market = _Market()
    market.feed(_walk(120))
    state = market.state()
    before = state.now()

    market.feed(_tick(60, _Y, 999.0, part_ns=SECOND_NS - 1))
    after = state.now()

    assert after.study.hedge != before.study.hedge


def test_pair_state_zscore_when_measured_is_distance_from_its_bands() -> None:
    market = _Market()
    market.feed(_walk(200))

    now = market.state().now()

    assert now.spread is not None
    assert now.moments is not None
    assert now.zscore is not None
    expected = (now.spread - now.moments.mean) / now.moments.std
    assert np.isnan(now.zscore[:19]).all()
    np.testing.assert_allclose(now.zscore[19:], expected[19:], rtol=1e-9, atol=1e-9)


def test_pair_state_when_timeframe_is_tick_has_a_row_per_tick_of_either() -> None:
    market = _Market()
    market.feed(_walk(120))

    now = market.state("tick", lookback=80).now()

    assert np.diff(now.pair.ts_ns).tolist()[:2] in ([1, SECOND_NS - 1], [SECOND_NS - 1, 1])
    assert (len(now.pair), now.closed) == (82, 80)


@pytest.mark.parametrize("timeframe", ["tick", "1s"])
def test_pair_state_when_one_symbol_opens_a_second_studies_as_many_rows(timeframe: str) -> None:
    market = _Market()
    market.feed(_walk(120))
    state = market.state(timeframe, lookback=80)

    used = [state.now().study.used]
    for symbol in (_Y, _X):
        market.feed(_tick(120, symbol, 301.0))
        used.append(state.now().study.used)

    assert used == [80, 80, 80]


def test_pair_state_when_one_symbol_is_unknown_says_why_there_is_nothing() -> None:
    market = _Market()
    market.feed(trades((0, 1), symbol=_Y))

    now = market.state().now()

    assert (len(now.pair), now.spread, now.zscore, now.correlation) == (0, None, None, None)
    assert "not enough data" in now.study.reasons["hedge"]
    assert now.summaries == {}


def test_pair_state_when_a_price_is_zero_leaves_the_row_out() -> None:
    market = _Market()
    market.feed(_walk(60))
    state = market.state(lookback=100)

    market.feed(_tick(60, _Y, 0.0))
    market.feed(_tick(60, _X, 100.0))

    assert len(state.now().pair) == 60


def test_pair_state_summaries_when_measured_cover_prices_returns_and_spread() -> None:
    market = _Market()
    market.feed(_walk(120))

    summaries = market.state().now().summaries

    assert set(summaries) == {"y", "x", "y_returns", "x_returns", "spread"}
    assert (summaries["y"].n, summaries["y_returns"].n) == (100, 99)


@pytest.mark.parametrize(
    ("y", "x", "window", "lookback", "message"),
    [
        (1, 1, 20, 100, "two different symbols"),
        (0, 1, 2, 100, "at least 3"),
        (0, 1, 100, 100, "lengthen the lookback"),
    ],
)
def test_pair_question_when_it_makes_no_sense_is_refused(
    y: int, x: int, window: int, lookback: int, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        PairQuestion(y, x, "1s", window, lookback)


def test_pair_state_when_timeframe_is_unknown_is_refused() -> None:
    with pytest.raises(BadInput, match="1s, 1m, 5m"):
        _Market().state("2h")


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_pair_state_when_an_estimator_is_chosen_measures_its_spread(estimator: str) -> None:
    market = _Market()
    market.feed(_walk(200))

    now = market.state(estimator=estimator).now()

    assert now.study.estimator == estimator
    assert now.spread is not None
    np.testing.assert_array_equal(now.spread[: now.closed], now.study.spread)
    assert np.isfinite(now.spread[now.closed :]).all()


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_pair_state_when_the_open_bar_moves_keeps_the_past_of_any_estimator(estimator) -> None:
    market = _Market()
    market.feed(_walk(120))
    state = market.state(estimator=estimator)
    before = state.now()

    market.feed(_tick(119, _Y, 310.0))
    after = state.now()

    assert np.array_equal(before.spread[:-1], after.spread[:-1], equal_nan=True)
    assert before.spread[-1] != after.spread[-1]


def test_pair_state_comparison_is_of_the_closed_rows() -> None:
    market = _Market()
    rows = _walk(200)
    market.feed(rows)

    compared = market.state(lookback=100).compared()

    y, x = rows["price"][_Y::2][-101:-1], rows["price"][_X::2][-101:-1]
    expected = compare_estimators(y, x, window=20)
    assert [row.line for row in compared.estimates] == [row.line for row in expected]
    assert len(compared.ts_ns) == 100


def test_pair_state_comparison_stays_until_a_bar_closes() -> None:
    market = _Market()
    market.feed(_walk(120))
    state = market.state()
    before = state.compared()

    market.feed(_tick(119, _Y, 310.0))
    between = state.compared()
    market.feed(_tick(120, _Y, 310.0))
    after = state.compared()

    assert between is before
    assert after is not before


def test_pair_question_of_an_unknown_estimator_is_refused() -> None:
    with pytest.raises(BadInput, match="no estimator 'magic'"):
        PairQuestion(_Y, _X, "1s", 20, 100, estimator="magic")
