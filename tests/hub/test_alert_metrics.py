from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.metric import Group
from quantdeck.alerts.parse import parse
from quantdeck.alerts.syntax import Compare
from quantdeck.hub.alert_metrics import DeckFigures, machine_figures
from quantdeck.hub.state import LiveState
from quantdeck.live.pair_state import PairQuestion
from quantdeck.model.events import MARK_DTYPE, QUOTE_DTYPE, TRADE_DTYPE, Kind
from quantdeck.model.instruments import InstrumentTable
from tests.hub.deck_rig import BTC, ETH, START_NS, deck_rig

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.alerts.figures import Bound
    from quantdeck.alerts.syntax import Call

SECOND = 1_000_000_000
START = 1_800_000_000 * SECOND


def call(text: str) -> Call:
    condition = parse(f"{text} > 0").condition
    assert isinstance(condition, Compare)
    return condition.left


class Rig:
    """A live state filled by hand."""

    def __init__(self, *symbols: str, budget: bool = False) -> None:
        self.table = InstrumentTable()
        self.symbols = list(symbols or (BTC, ETH))
        for symbol in self.symbols:
            self.table.id_of(symbol)
        self.state = LiveState(self.table, bars_kept=7200)
        self.took_ns = 0
        self.figures = DeckFigures(
            lambda: self.state, lambda: self.symbols, monotonic_ns=self._spent if budget else None
        )
        self._seq = 0

    def trade(self, at_s: float, price: float, symbol: str = BTC, *, late_s: float = 0.0) -> None:
        self._seq += 1
        rows = np.zeros(1, TRADE_DTYPE)
        rows["ts_recv"] = START + int(at_s * SECOND)
        rows["ts_event"] = rows["ts_recv"] - int(late_s * SECOND)
        rows["seq"], rows["price"], rows["size"] = self._seq, price, 2.0
        rows["symbol"] = self.table.id_of(symbol)
        self.state.update(Kind.AGG_TRADE, rows)

    def quote(self, at_s: float, bid: float, ask: float) -> None:
        rows = np.zeros(1, QUOTE_DTYPE)
        rows["ts_event"] = rows["ts_recv"] = START + int(at_s * SECOND)
        rows["bid"], rows["ask"] = bid, ask
        self.state.update(Kind.QUOTE, rows)

    def mark(self, at_s: float, price: float, index: float, funding: float) -> None:
        rows = np.zeros(1, MARK_DTYPE)
        rows["ts_event"] = rows["ts_recv"] = START + int(at_s * SECOND)
        rows["mark_price"], rows["index_price"], rows["funding_rate"] = price, index, funding
        self.state.update(Kind.MARK, rows)

    def pair(self, rows: int) -> None:
        for number in range(rows):
            price = 100.0 + (7 * number % 11) / 10
            self.trade(number, price, BTC)
            self.trade(number, 2 * price + math.sin(number / 5) / 10, ETH)

    def bind(self, text: str) -> Bound:
        return self.figures.bind(call(text))

    def read(self, text: str, at_s: float) -> float:
        bound, now_ns = self.bind(text), START + int(at_s * SECOND)
        bound.read(now_ns)
        self.figures.refresh(now_ns)
        return bound.read(now_ns)

    def why(self, text: str, at_s: float) -> str:
        return self.bind(text).why(START + int(at_s * SECOND))

    def _spent(self) -> int:
        self.took_ns += 6_000_000
        return self.took_ns


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("last(BTCUSDT)", 100.0),
        ("last(BINANCE-USDM:BTCUSDT)", 100.0),
        ("bid(BTCUSDT)", 99.0),
        ("ask(BTCUSDT)", 101.0),
        ("mid(BTCUSDT)", 100.0),
        ("spread_bp(BTCUSDT)", 200.0),
        ("mark(BTCUSDT)", 101.0),
        ("index(BTCUSDT)", 100.0),
        ("basis_bp(BTCUSDT)", 100.0),
        ("funding(BTCUSDT)", 0.0001),
        ("funding_annual(BTCUSDT)", 0.1095),
        ("funding_annual(BTCUSDT, 4h)", 0.219),
        ("age(BTCUSDT)", 2.0),
    ],
)
def test_price_figure_is_that_of_the_board(text: str, value: float) -> None:
    rig = Rig()
    rig.trade(1, 100.0)
    rig.quote(1, 99.0, 101.0)
    rig.mark(1, 101.0, 100.0, 0.0001)

    assert rig.read(text, 3) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "fresh_s", "stale_s"),
    [("last(BTCUSDT)", 10, 11), ("mid(BTCUSDT)", 10, 11), ("mark(BTCUSDT)", 15, 16)],
)
def test_price_figure_is_unknown_once_it_is_stale(
    text: str, fresh_s: float, stale_s: float
) -> None:
    rig = Rig()
    rig.trade(0, 100.0)
    rig.quote(0, 99.0, 101.0)
    rig.mark(0, 101.0, 100.0, 0.0001)

    assert not math.isnan(rig.read(text, fresh_s))
    assert math.isnan(rig.read(text, stale_s))
    assert "old" in rig.why(text, stale_s)


def test_last_price_lives_longer_while_the_symbol_quotes() -> None:
    rig = Rig()
    rig.trade(0, 100.0)
    rig.quote(25, 99.0, 101.0)

    assert rig.read("last(BTCUSDT)", 30) == 100.0


def test_price_figure_of_a_side_that_is_not_quoted_is_unknown() -> None:
    rig = Rig()
    rig.quote(0, 99.0, math.nan)

    assert math.isnan(rig.read("spread_bp(BTCUSDT)", 1))
    assert "does not say it" in rig.why("spread_bp(BTCUSDT)", 1)


def test_price_figure_before_the_first_event_says_what_is_missing() -> None:
    rig = Rig()

    assert rig.why("last(ETHUSDT)", 0) == "no execution of ETHUSDT was received yet"


def test_root_without_a_venue_means_the_first_symbol_captured() -> None:
    rig = Rig("BINANCE:BTCUSDT", BTC)

    assert rig.figures.symbol("BTCUSDT") == "BINANCE:BTCUSDT"
    assert rig.figures.symbol("SOLUSDT") == "BINANCE:SOLUSDT"


def test_keys_name_kind_and_symbol_of_every_row() -> None:
    rig = Rig()
    rows = np.zeros(3, QUOTE_DTYPE)
    rows["symbol"] = [1, 0, 1]

    keys = rig.figures.keys(Kind.QUOTE, rows)

    assert set(keys) == {(Kind.QUOTE, 0), (Kind.QUOTE, 1)}
    assert rig.bind("bid(ETHUSDT)").keys == ((Kind.QUOTE, 1),)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("return(BTCUSDT, 10s)", 119.0 / 110.0 - 1.0),
        ("volume(BTCUSDT, 10s)", 18.0),
        ("trades(BTCUSDT, 10s)", 9.0),
        ("high(BTCUSDT, 10s)", 119.0),
        ("low(BTCUSDT, 10s)", 111.0),
    ],
)
def test_window_figure_is_of_the_bars_in_it(text: str, value: float) -> None:
    rig = Rig()
    for second in range(20):
        rig.trade(second, 100.0 + second)

    # From 10.5 s on: the bars that begin at 11 s and later.
    assert rig.read(text, 20.5) == pytest.approx(value)


def test_window_figure_is_unknown_until_memory_reaches_back() -> None:
    rig = Rig()
    for second in range(20):
        rig.trade(second, 100.0)

    assert math.isnan(rig.read("volume(BTCUSDT, 1m)", 20))
    assert "does not reach back" in rig.why("volume(BTCUSDT, 1m)", 20)


def test_window_figure_goes_by_the_venues_clock_where_ours_is_behind() -> None:
    rig = Rig()
    for second in range(20):
        rig.trade(second, 100.0, late_s=-1.5)

    assert rig.read("trades(BTCUSDT, 10s)", 19.25) == 10.0


def test_window_figure_of_a_silent_symbol_is_unknown() -> None:
    rig = Rig()
    for second in range(60):
        rig.trade(second, 100.0)

    assert math.isnan(rig.read("volume(BTCUSDT, 30s)", 75))


@pytest.mark.parametrize("estimator", ["ols", "kalman", "theil-sen"])
@pytest.mark.parametrize("timeframe", ["1s", "tick"])
def test_pair_figures_are_those_of_the_pairs_page(estimator: str, timeframe: str) -> None:
    rig = Rig()
    rig.pair(90)
    question = PairQuestion(1, 0, timeframe, 20, 80, estimator=estimator)

    now = rig.state.pair(question).now()
    arguments = f"ETHUSDT, BTCUSDT, {timeframe}, 80, 20, estimator={estimator}"
    zscore, spread, ratio = (
        rig.read(f"{name}({arguments})", 90) for name in ("zscore", "spread", "hedge_ratio")
    )

    assert now.zscore is not None
    assert now.spread is not None
    assert now.study.path is not None
    assert zscore == now.zscore[-1]
    assert spread == now.spread[-1]
    assert ratio == now.study.path.newest.hedge_ratio


def test_pair_tests_are_those_of_the_study() -> None:
    rig = Rig()
    rig.pair(130)
    study = rig.state.pair(PairQuestion(1, 0, "1s", 60, 120)).now().study

    arguments = "ETHUSDT, BTCUSDT, lookback=120"
    read = {
        name: rig.read(f"{name}({arguments})", 130)
        for name in ("adf_p", "coint_p", "half_life", "hurst", "r_squared", "residual_sd")
    }

    assert study.adf is not None
    assert study.engle_granger is not None
    assert study.half_life is not None
    assert read["adf_p"] == study.adf.pvalue
    assert read["coint_p"] == study.engle_granger.pvalue
    assert read["half_life"] == study.half_life.rows
    assert study.hedge is not None
    assert (read["r_squared"], read["residual_sd"]) == (
        study.hedge.r_squared,
        study.hedge.residual_std,
    )
    assert study.hurst is not None
    assert read["hurst"] == study.hurst.exponent


def test_correlation_needs_no_more_rows_than_its_window() -> None:
    rig = Rig()
    rig.pair(40)

    found = rig.read("corr(ETHUSDT, BTCUSDT, window=30)", 40)

    now = rig.state.pair(PairQuestion(1, 0, "1s", 30, 500)).now()
    assert now.correlation is not None
    assert found == now.correlation[-1]


def test_pair_figure_with_too_few_rows_says_so() -> None:
    rig = Rig()
    rig.pair(15)
    text = "zscore(ETHUSDT, BTCUSDT)"

    assert math.isnan(rig.read(text, 15))
    assert "not enough data" in rig.why(text, 15)


def test_pair_figure_of_a_silent_leg_is_unknown() -> None:
    rig = Rig()
    rig.pair(90)
    for second in range(90, 130):
        rig.trade(second, 100.0, BTC)
    text = "zscore(ETHUSDT, BTCUSDT, lookback=80, window=20)"

    assert math.isnan(rig.read(text, 130))
    assert "execution of ETHUSDT is too old" in rig.why(text, 130)


def test_studies_take_turns_when_there_are_more_than_time_allows() -> None:
    rig = Rig(budget=True)
    rig.pair(200)
    texts = [f"zscore(ETHUSDT, BTCUSDT, window={width})" for width in range(20, 26)]
    bounds = [rig.bind(text) for text in texts]

    known = []
    for second in range(200, 203):
        now_ns = START + second * SECOND
        rig.trade(second, 100.0, BTC)
        rig.trade(second, 200.0, ETH)
        for bound in bounds:
            bound.read(now_ns)
        rig.figures.refresh(now_ns)
        known.append(sum(not math.isnan(bound.read(now_ns)) for bound in bounds))

    # Two at a time fit; those that were studied stay known meanwhile.
    assert known == [2, 4, 6]


def test_studies_that_nobody_asks_for_end() -> None:
    rig = Rig()
    rig.pair(90)
    rig.read("zscore(ETHUSDT, BTCUSDT)", 90)

    rig.figures.refresh(START + 200 * SECOND)

    assert len(rig.figures._pairs._turns) == 0


def test_figures_of_the_capture_are_unknown_on_a_tape() -> None:
    rig = Rig()

    assert all(
        math.isnan(rig.read(metric.example, 0))
        for metric in METRICS.values()
        if metric.group in {Group.CAPTURE, Group.RATES}
    )


def test_figures_of_a_running_deck_are_the_machines(tmp_path: Path) -> None:
    async def main() -> dict[str, float]:
        async with deck_rig(tmp_path) as rig:
            rig.fill()
            figures = machine_figures(rig.machine)
            now_ns = START_NS + 90 * SECOND
            names = [m.example for m in METRICS.values() if m.group is Group.CAPTURE]
            names.append("last(BTCUSDT)")
            return {name: figures.bind(call(name)).read(now_ns) for name in names}

    read = asyncio.run(main())

    assert read["last(BTCUSDT)"] == pytest.approx(100.0 + (7 * 89 % 11) / 10)
    assert read["message_rate()"] >= 0.0
    zeros = ("dropped()", "bad_messages()", "reconnects()", "feeds_down()", "duplicates()")
    assert [read[name] for name in zeros] == [0.0] * 5


def test_revision_changes_with_the_captured_symbols(tmp_path: Path) -> None:
    async def main() -> bool:
        async with deck_rig(tmp_path) as rig:
            figures = machine_figures(rig.machine)
            before = figures.revision
            await rig.deck.start_capture([ETH])
            return figures.revision != before

    assert asyncio.run(main())


def test_rates_without_a_box_desk_say_so(tmp_path: Path) -> None:
    async def main() -> list[str]:
        async with deck_rig(tmp_path) as rig:
            figures = machine_figures(rig.machine)
            return [
                figures.bind(call(text)).why(START_NS)
                for text in ("box_rate(SPX, 30d)", "box_lend(SPX)", "treasury(30d)")
            ]

    assert asyncio.run(main()) == ["no vendor of option chains is set up"] * 3


def test_figures_of_a_stopped_capture_say_so(tmp_path: Path) -> None:
    async def main() -> tuple[float, str]:
        async with deck_rig(tmp_path) as rig:
            rig.fill()
            await rig.deck.stop_capture()
            bound = machine_figures(rig.machine).bind(call("message_rate()"))
            return bound.read(rig.clock.ns), bound.why(rig.clock.ns)

    value, why = asyncio.run(main())

    assert math.isnan(value)
    assert why == "nothing is being captured"
