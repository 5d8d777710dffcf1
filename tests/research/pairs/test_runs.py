from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec import structs

from quantdeck.analytics.resample import Bars
from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.grid_words import numbers_of, rows_of
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.question import RunQuestion
from quantdeck.research.pairs.reports import Report, decode_report, encode_report
from quantdeck.research.pairs.runs import run_question

MINUTE_NS = 60_000_000_000
ASKED = RunQuestion(
    y="A:Y", x="A:X", lookback=900, hedge_window=100, window=30, entry=1.2, exit=0.2,
    windows="20, 40", entries="1, 1.5", exits="0", stops="none", max_holds="none",
    train=400, test=200,
)  # fmt: skip


def bars(price: np.ndarray, *, first: int = 0) -> Bars:
    starts = (first + np.arange(len(price))) * MINUTE_NS
    ones = np.ones(len(price), np.int64)
    return Bars(starts, price, price * 1.001, price * 0.999, price, price, ones)


def legs(rows: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(4)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=rows)))
    swing = 4e-3 * np.sin(np.arange(rows) / 9.0) + random.normal(scale=4e-4, size=rows)
    return 50.0 * (x / 100.0) ** 1.1 * np.exp(swing), x


def answer(**values: Any) -> Report:
    y, x = legs()
    asked = structs.replace(ASKED, **values)
    return run_question(asked, bars(y), bars(x), step_s=60.0, per_year=525_600.0)


def test_backtest_runs_over_the_newest_bars_that_both_have() -> None:
    y, x = legs()

    report = run_question(ASKED, bars(y), bars(x[:980], first=0), step_s=60.0, per_year=525_600.0)

    assert len(report.x) == 900
    assert report.x[-1] == 979 * 60_000


def test_backtest_report_equals_the_engine() -> None:
    y, x = legs()
    prices = PairPrices(np.arange(100, 1000) * MINUTE_NS, y[100:], x[100:], y[100:], x[100:])

    report = answer()

    assert report.figures.net == pytest.approx(backtest(prices, ASKED.rules()).net, rel=1e-12)
    assert report.equity[-1] == pytest.approx(10_000.0 + report.figures.net)


def test_funding_is_paid_on_both_legs() -> None:
    plain, dear = answer(lookback=1000), answer(lookback=1000, funding_bp=10.0)

    assert plain.figures.funding == 0.0
    assert dear.figures.funding != 0.0
    assert dear.figures.gross == pytest.approx(plain.figures.gross)


@pytest.mark.parametrize("kind", ["backtest", "sweep", "walk-forward"])
def test_report_that_is_kept_and_read_is_the_same(kind: str) -> None:
    report = answer(kind=kind)

    again = decode_report(encode_report(report))

    assert type(again) is type(report)
    assert again.question == report.question
    assert again.figures == report.figures
    assert encode_report(again) == encode_report(report)


@pytest.mark.parametrize("data", [b"", b"nonsense", encode_report(answer())[:-9]])
def test_report_that_is_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        decode_report(data)


def test_sweep_report_tells_the_best_set_as_one_backtest_of_it() -> None:
    report = answer(kind="sweep")

    assert len(report.combinations) == 4
    assert report.net[report.best] == pytest.approx(report.figures.net, rel=1e-9)
    ratio = report.figures.sheet.sharpe
    assert ratio is not None
    assert report.sharpe[report.best] == pytest.approx(ratio.value, rel=1e-9)
    assert report.verdict.tried == 4


def test_sweep_in_which_nothing_trades_has_no_report() -> None:
    with pytest.raises(NoData, match="none of 2 parameter sets traded"):
        answer(kind="sweep", entries="40")


def test_walk_forward_report_begins_with_the_first_test() -> None:
    report = answer(kind="walk-forward")

    assert report.start == 400
    assert [fold.test_ms for fold in report.folds] == [
        (100 + row) * 60_000 for row in (400, 600, 800)
    ]
    assert sum(fold.net for fold in report.folds) == pytest.approx(report.figures.net)


def test_too_few_common_bars_are_refused() -> None:
    y, x = legs()

    with pytest.raises(NoData, match="20 closed bars of 1m in common"):
        run_question(ASKED, bars(y), bars(x, first=980), step_s=60.0, per_year=1.0)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1", (1.0,)),
        (" 1 , none,2,1 ", (1.0, None, 2.0)),
        ("0..1/0.1", tuple(round(k / 10, 1) for k in range(11))),
        ("1..2/0.3", (1.0, 1.3, 1.6, 1.9)),
        ("3 .. 3 / 1", (3.0,)),
        ("None", (None,)),
    ],
)
def test_list_of_values_is_read(text: str, values: tuple[float | None, ...]) -> None:
    assert numbers_of(text, name="stops") == values


@pytest.mark.parametrize(
    "text", ["", "1,,2", "-1", "1..2", "2..1/1", "1..2/0", "nan", "1e3", "0..1e9/1", "0..9999/1"]
)
def test_list_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="stops"):
        numbers_of(text, name="stops")


def test_counts_must_be_whole() -> None:
    with pytest.raises(BadInput, match=r"windows are counts of rows, was 2\.5"):
        rows_of("2, 2.5", name="windows")
