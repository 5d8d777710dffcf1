from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.research.equities.question import EquityQuestion
from quantdeck.research.equities.reports import decode_report, encode_report, summary_of
from quantdeck.research.equities.runs import run_question
from tests.research.equities.markets import predictions_of, table_of

RANDOM = np.random.default_rng(3)
CLOSE = 20.0 * np.exp(np.cumsum(RANDOM.normal(scale=0.02, size=(6, 120)), axis=1))
ASKED = EquityQuestion(top=2, borrow=0.01)


@pytest.fixture(scope="module")
def report():
    scores = predictions_of(np.where(np.arange(120) < 40, np.nan, RANDOM.uniform(size=(6, 120))))
    return run_question(ASKED, table_of(CLOSE), scores, warnings=["said before"]).report


def test_run_question_begins_with_the_first_decision(report) -> None:
    assert len(report.x) == 80
    assert (report.equity[0], report.benchmark[0]) == (10_000, 10_000)


def test_run_question_fills_and_holdings_make_the_equity(report) -> None:
    fills = report.fills
    paid = (fills.quantity * fills.price + fills.fee).sum()
    worth = sum(each.quantity * each.mark for each in report.holdings)

    assert 10_000 - paid + worth == pytest.approx(report.equity[-1])
    assert np.diff(fills.session).min() >= 0


def test_run_question_figures_add_up(report) -> None:
    figures = report.figures

    assert figures.net == pytest.approx(report.equity[-1] - 10_000)
    assert figures.gross == pytest.approx(figures.net + figures.fees + figures.slippage)
    assert sum(trade.net for trade in report.trades) == pytest.approx(figures.net)
    assert figures.held == pytest.approx(2)


def test_run_question_tells_what_it_was_told(report) -> None:
    assert report.warnings == ["said before"]


def test_run_question_of_more_trials_deflates_the_ratio(report) -> None:
    scores = predictions_of(np.where(np.arange(120) < 40, np.nan, 1.0) * np.ones((6, 1)))
    one, many = (
        run_question(structs.replace(ASKED, trials=n), table_of(CLOSE), scores).report
        for n in (1, 100)
    )

    assert many.figures.deflated.threshold > one.figures.deflated.threshold == 0.0


def test_run_question_against_a_symbol_holds_it() -> None:
    question = EquityQuestion(strategy="equal_weight", benchmark="US:B")
    alone = EquityQuestion(strategy="buy_hold", symbol="US:B")

    report = run_question(question, table_of(CLOSE)).report

    assert np.array_equal(report.benchmark, run_question(alone, table_of(CLOSE)).report.equity)


def test_run_question_without_benchmark_has_none() -> None:
    report = run_question(EquityQuestion(strategy="buy_hold", benchmark=""), table_of(CLOSE)).report

    assert (len(report.benchmark), report.figures.benchmark) == (0, None)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"benchmark": "US:Z"}, "neither a strategy"),
        ({"every": 0}, "every must be at least 1"),
        ({"capital": -1.0}, "capital must be positive"),
    ],
)
def test_run_question_of_impossible_choices_is_refused(changed, message) -> None:
    question = structs.replace(EquityQuestion(strategy="equal_weight"), **changed)

    with pytest.raises(BadInput, match=message):
        run_question(question, table_of(CLOSE))


def test_run_question_warns_of_what_has_no_price_at_the_end() -> None:
    close = CLOSE.copy()
    close[0, 100:] = np.nan

    report = run_question(
        EquityQuestion(strategy="buy_hold", max_risk=50.0), table_of(close)
    ).report

    assert [words.split(":")[0] for words in report.warnings] == [
        "held without a price at the end, valued at an earlier close",
        "at most 50 is held",
    ]
    assert report.holdings[0].is_stale


def test_run_question_round_the_clock_counts_365_sessions_a_year() -> None:
    table = table_of(CLOSE, calendar="24/7")

    report = run_question(EquityQuestion(strategy="buy_hold"), table).report

    assert report.figures.sheet.periods_per_year == 365


def test_report_comes_back_as_it_was_kept(report) -> None:
    again = decode_report(encode_report(report))

    assert again.figures == report.figures
    assert (again.trades, again.holdings) == (report.trades, report.holdings)
    assert np.array_equal(again.fills.price, report.fills.price)


def test_damaged_report_is_refused(report) -> None:
    with pytest.raises(StoreError, match="delete it and run it again"):
        decode_report(encode_report(report)[:-20])


def test_summary_of_a_report_has_its_span_and_return(report) -> None:
    summary = summary_of(report)

    assert (summary.first, summary.last) == ("2024-11-13", "2025-01-31")
    assert summary.total_return == pytest.approx(report.equity[-1] / 10_000 - 1)
