from __future__ import annotations

import pytest

from quantdeck.alerts.parse import LONGEST, parse, read
from quantdeck.alerts.syntax import (
    All,
    Arithmetic,
    Call,
    Compare,
    Crossing,
    Either,
    Expiry,
    Function,
    Negative,
    Not,
    Number,
    Quiet,
)
from quantdeck.model.errors import BadRule

BTC, ETH = Call("last", ("BTCUSDT",)), Call("last", ("ETHUSDT",))


def _fault(text: str) -> BadRule:
    with pytest.raises(BadRule) as caught:
        parse(text)
    return caught.value


def test_parse_comparison_keeps_figure_and_limit() -> None:
    rule = parse("last(BTCUSDT) > 65000")

    assert rule.condition == Compare(BTC, ">", Number(65000.0))


def test_parse_figure_fills_in_defaults() -> None:
    rule = parse("zscore(ethusdt, BINANCE-USDM:btcusdt, 1m) > 2")

    assert rule.condition == Compare(
        Call("zscore", ("ETHUSDT", "BINANCE-USDM:BTCUSDT", "1m", 500, 60, "log", "ols")),
        ">",
        Number(2.0),
    )


def test_parse_named_arguments_stand_anywhere_after_the_others() -> None:
    one = parse("zscore(ETHUSDT, BTCUSDT, estimator=kalman, lookback=300, window=30) > 2")
    other = parse("zscore(ETHUSDT, BTCUSDT, 1s, 300, 30, log, kalman) > 2")

    assert one == other


def test_parse_and_binds_closer_than_or() -> None:
    rule = parse("last(A) > 1 or last(B) > 1 and last(C) > 1")

    a, b, c = (Compare(Call("last", (name,)), ">", Number(1.0)) for name in "ABC")
    assert rule.condition == Either((a, All((b, c))))


def test_parse_not_takes_one_comparison() -> None:
    rule = parse("not last(A) > 1 and last(B) > 1")

    a, b = (Compare(Call("last", (name,)), ">", Number(1.0)) for name in "AB")
    assert rule.condition == All((Not(a), b))


def test_parse_product_binds_closer_than_sum_and_sums_from_the_left() -> None:
    rule = parse("last(BTCUSDT) - 1 - last(ETHUSDT) * -2 > 0")

    product = Arithmetic("*", ETH, Negative(Number(2.0)))
    left = Arithmetic("-", Arithmetic("-", BTC, Number(1.0)), product)
    assert rule.condition == Compare(left, ">", Number(0.0))


def test_parse_functions_take_expressions() -> None:
    rule = parse("max(abs(last(BTCUSDT) - 1), 2) > 3")

    inner = Function("abs", (Arithmetic("-", BTC, Number(1.0)),))
    assert rule.condition == Compare(Function("max", (inner, Number(2.0))), ">", Number(3.0))


@pytest.mark.parametrize(
    ("words", "direction"),
    [("crosses above", "above"), ("crosses below", "below"), ("crosses", "either")],
)
def test_parse_crossing_names_its_direction(words: str, direction: str) -> None:
    rule = parse(f"last(BTCUSDT) {words} last(ETHUSDT) hysteresis 4")

    assert rule.condition == Crossing(BTC, direction, ETH, Number(4.0))


def test_parse_clauses_stand_in_any_order() -> None:
    one = parse(
        "last(BTCUSDT) > 1 quiet 22:00-7:00 Europe/Berlin cooldown 5m expires 2026-12-31 for 30s"
    )

    assert (one.hold, one.cooldown) == (Number(30.0, "s"), Number(5.0, "m"))
    assert one.expires == Expiry("2026-12-31")
    assert one.quiet == Quiet("22:00", "07:00", "Europe/Berlin")


def test_parse_goes_over_lines_and_capital_letters() -> None:
    rule = parse("LAST(btcusdt) > 1\n  AND Last(ethusdt) > 1\n  FOR 30s")

    assert rule == parse("last(BTCUSDT) > 1 and last(ETHUSDT) > 1 for 30s")


@pytest.mark.parametrize(
    ("written", "amount"),
    [("0.4%", 0.004), ("40bp", 0.004), ("1_000", 1000.0), (".5", 0.5), ("1.5e3", 1500.0)],
)
def test_number_with_unit_has_its_amount(written: str, amount: float) -> None:
    condition = parse(f"return(BTCUSDT, 5m) * 1 > {written}").condition

    assert isinstance(condition, Compare)
    assert isinstance(condition.right, Number)
    assert condition.right.amount == pytest.approx(amount)


@pytest.mark.parametrize(
    ("text", "meant", "words"),
    [
        ("zscor(A, B) > 2", "zscor", "did you mean zscore?"),
        ("BTCUSDT > 2", "BTCUSDT", "last(BTCUSDT)"),
        ("last > 2", "last", "last(BTCUSDT)"),
        ("last() > 2", "last()", "lacks its symbol"),
        ("last(BTCUSDT", "", "closing parenthesis"),
        ("last(BTCUSDT, 5) > 2", "5", "takes no more arguments"),
        ("zscore(A) > 2", "zscore(A)", "lacks its x"),
        ("zscore(A, B, 7m) > 2", "7m", "one of tick, 1s, 1m, 5m"),
        ("zscore(A, B, lookbck=90) > 2", "lookbck", "did you mean lookback?"),
        ("zscore(A, B, window=20, 1s) > 2", "1s", "needs its name"),
        ("zscore(A, B, 1s, timeframe=1m) > 2", "timeframe", "given twice"),
        ("zscore(A, B, lookback=40) > 2", "40", "from 50 to 5000"),
        ("zscore(A, B, lookback=60) > 2", "60", "longer than the window"),
        ("zscore(A, A) > 2", "A", "two different symbols"),
        ("volume(A, 5) > 2", "5", "such as 5m"),
        ("volume(A, 1s) > 2", "1s", "from 10s"),
        ("box_rate(SPX, 180) > 2", "180", "such as 180d"),
        ("box_rate(SPX, 1.5d) > 2", "1.5d", "a whole number"),
        ("last(A) > 3kg", "3kg", "there is no unit 'kg'"),
        ("last(A) >", "", "expected a figure"),
        ("last(A)", "last(A)", "compare it with something"),
        ("last(A) > 1 and 4", "4", "compare it with something"),
        ("(last(A) > 1) + 2 > 3", "(last(A) > 1)", "a figure is needed"),
        ("1 < last(A) < 3", "<", "do not chain"),
        ("last(A) = 3", "=", "written =="),
        ("last(A) > 3 fro 30s", "fro", "did you mean for?"),
        ("last(A) > 3 for", "", "for 30s"),
        ("last(A) > 3 for 30", "30", "needs a unit"),
        ("last(A) > 3 for 0s", "0s", "more than 0"),
        ("last(A) > 3 for 3s for 4s", "for", "given twice"),
        ("last(A) crosses 3 for 3s", "for", "cannot be held"),
        ("last(A) > 3 hysteresis x", "x", "hysteresis 0.5"),
        ("last(A) > 3 hysteresis 0", "0", "more than 0"),
        ("last(A) == 3 hysteresis 1", "hysteresis", "not an equality"),
        ("last(A) > 3 expires soon", "soon", "2026-12-31"),
        ("last(A) > 3 expires 2026-02-30", "2026-02-30", "no day of the calendar"),
        ("last(A) > 3 quiet 25:00-07:00", "25:00-07:00", "no time of day"),
        ("last(A) > 3 quiet 07:00-07:00", "07:00-07:00", "the whole day"),
        ("last(A) > 3 quiet 22:00-07:00 Europe/Berln", "Europe/Berln", "Europe/Berlin?"),
        ("spread_bp(A) > 3bp", "3bp", "write 3"),
        ("spread_bp(A) > 1%", "1%", "write 100"),
        ("age(A) > 3bp", "3bp", "seconds"),
        ("last(A) > -10s", "-10s", "price"),
        ("zscore(A, B) > 2%", "2%", "bare number"),
        ("zscore(A, B) > 2 hysteresis 5m", "5m", "makes this a time"),
        ("abs(1, 2) > 3", "abs(1, 2)", "takes one figure"),
        ("min(1) > 3", "min(1)", "two figures or more"),
        ("", "", "begins with a condition"),
        ("last(A) > 3 ; drop", ";", "found ';'"),
        ("__import__('os') > 3", "__import__", "there is no figure"),
        ("last(A) > 1e999", "1e999", "too large"),
    ],
)
def test_error_points_at_the_word_and_says_what_to_do(text: str, meant: str, words: str) -> None:
    fault = _fault(text)

    assert fault.text[fault.start : fault.end] == meant or (not meant and fault.start == len(text))
    assert words in fault.reason


def test_error_draws_carets_under_the_word_of_its_line() -> None:
    fault = _fault("last(BTCUSDT) > 1\n  and lats(ETHUSDT) > 1")

    assert (fault.line, fault.column) == (2, 7)
    assert fault.picture() == "  and lats(ETHUSDT) > 1\n      ^^^^"


def test_parse_refuses_what_is_nested_too_deep() -> None:
    fault = _fault("(" * 3000 + "last(A) > 1")

    assert "deep" in fault.reason


def test_parse_refuses_chains_of_minus_and_not() -> None:
    assert "deep" in _fault("not " * 100 + "last(A) > 1").reason
    assert "deep" in _fault("-" * 100 + "last(A) > 1").reason


def test_parse_refuses_too_many_figures() -> None:
    fault = _fault(" and ".join(["last(A) > 1"] * 60))

    assert "more than 50 figures" in fault.reason


def test_parse_refuses_texts_that_are_too_long() -> None:
    fault = _fault("last(A) > 1" + " " * LONGEST)

    assert fault.start == LONGEST


def test_remarks_name_symbols_that_are_not_captured() -> None:
    text = "last(BTCUSTD) > last(BINANCE:ETHUSDT) and box_rate(SPX, 30d) > 4%"

    remarks = read(text).remarks(symbols=["BINANCE:BTCUSDT", "BINANCE:ETHUSDT"], roots=["SPXW"])

    assert [text[remark.start : remark.end] for remark in remarks] == ["BTCUSTD", "SPX"]
    assert remarks[0].message.endswith("did you mean BTCUSDT?")
    assert remarks[1].message.endswith("did you mean SPXW?")
