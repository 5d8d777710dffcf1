"""Any text is a rule or an error that points into it; any rule is written and read back."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.alerts.catalogue import FUNCTIONS, METRICS
from quantdeck.alerts.cursor import KEYWORDS
from quantdeck.alerts.metric import Argument, ArgumentType
from quantdeck.alerts.parse import parse
from quantdeck.alerts.syntax import (
    TIMES,
    UNITS,
    All,
    Arithmetic,
    Call,
    Compare,
    Condition,
    Crossing,
    Either,
    Expiry,
    Expression,
    Function,
    Negative,
    Not,
    Number,
    Quiet,
    Rule,
)
from quantdeck.alerts.units import mismatch
from quantdeck.alerts.write import rule_text
from quantdeck.model.errors import BadRule

_WORDS = [
    *METRICS, *FUNCTIONS, *KEYWORDS, "for", "BTCUSDT", "BINANCE-USDM:ETHUSDT", "SPX", "1m", "500",
    "180d", "30s", "2", "0.4%", "40bp", "(", ")", ",", ">", "<=", "==", "=", "-", "+", "*", "/",
    "2026-12-31", "22:00-07:00", "Europe/Berlin", "window=60", "\n", "\t", "é", "$",
]  # fmt: skip
_PLAIN = st.floats(0, 1e12, allow_nan=False, allow_infinity=False)
_SYMBOLS = st.one_of(
    st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=8),
    st.just("BINANCE-USDM:BTCUSDT"),
)


def _argument(argument: Argument) -> st.SearchStrategy[str | int | Number]:
    low, high = argument.minimum or 0.0, argument.maximum or 1e6
    match argument.type:
        case ArgumentType.SYMBOL | ArgumentType.ROOT:
            return _SYMBOLS
        case ArgumentType.CHOICE:
            return st.sampled_from(argument.options)
        case ArgumentType.INTEGER:
            return st.integers(int(low), int(high))
        case ArgumentType.DAYS:
            return st.integers(int(low), int(high)).map(lambda days: Number(float(days), "d"))
        case ArgumentType.TIME:
            return st.floats(low, high).map(lambda seconds: Number(seconds, "s"))


def _is_sound(call: Call) -> bool:
    names = [argument.name for argument in METRICS[call.metric].arguments]
    given_values = dict(zip(names, call.arguments, strict=True))
    window, lookback = given_values.get("window"), given_values.get("lookback")
    is_long = not (isinstance(window, int) and isinstance(lookback, int)) or window < lookback
    return is_long and ("y" not in names or given_values["y"] != given_values["x"])


_CALLS: st.SearchStrategy[Expression] = st.sampled_from(sorted(METRICS)).flatmap(
    lambda name: st.tuples(*map(_argument, METRICS[name].arguments)).map(
        lambda values: Call(name, values)
    )
).filter(_is_sound)  # fmt: skip
_LEAVES = st.one_of(_PLAIN.map(Number), _CALLS)


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        inner.map(Negative),
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        inner.map(lambda each: Function("abs", (each,))),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: Function("max", tuple(some))),
    )


_EXPRESSIONS = st.recursive(_LEAVES, _larger, max_leaves=4)
_UNITS = st.builds(Number, st.floats(0.001, 1e6), st.sampled_from(sorted(UNITS)))
_HYSTERESIS = st.one_of(st.none(), st.floats(0.001, 1e6).map(Number))
_TESTS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Compare, _EXPRESSIONS, st.sampled_from([">", ">=", "<", "<="]), _EXPRESSIONS,
              _HYSTERESIS),
    st.builds(Compare, _EXPRESSIONS, st.sampled_from(["==", "!="]), _EXPRESSIONS),
    st.builds(Compare, _CALLS, st.just(">"), _UNITS).filter(
        lambda test: mismatch(test.right, test.left) is None
    ),
)  # fmt: skip
_CROSSINGS: st.SearchStrategy[Condition] = st.builds(
    Crossing, _EXPRESSIONS, st.sampled_from(["above", "below", "either"]), _EXPRESSIONS, _HYSTERESIS
)


def _joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(inner.map(Not), some.map(All), some.map(Either))


_TIMES = st.builds(Number, st.floats(0.001, 3650), st.sampled_from(sorted(TIMES)))
_CLAUSES = {
    "cooldown": st.none() | _TIMES,
    "expires": st.none() | st.dates().filter(lambda day: 1990 <= day.year <= 2200).map(
        lambda day: Expiry(day.isoformat(), "Asia/Tokyo")
    ),
    "quiet": st.none() | st.just(Quiet("22:05", "07:00")),
}  # fmt: skip
_RULES = st.one_of(
    st.builds(Rule, st.recursive(_TESTS, _joined, max_leaves=4), hold=st.none() | _TIMES,
              **_CLAUSES),
    st.builds(Rule, st.recursive(_TESTS | _CROSSINGS, _joined, max_leaves=4), **_CLAUSES),
)  # fmt: skip


@given(_RULES)
@settings(max_examples=150)
def test_written_rule_reads_back_as_itself(rule: Rule) -> None:
    assert parse(rule_text(rule)) == rule


def _fault(text: str) -> BadRule | None:
    try:
        parse(text)
    except BadRule as error:
        return error
    return None


def _is_sound_answer(text: str) -> bool:
    error = _fault(text)
    if error is None:
        return parse(rule_text(parse(text))) == parse(text)
    line = text.count("\n", 0, error.start) + 1
    is_inside = 0 <= error.start <= error.end <= len(text)
    return is_inside and error.line == line and "^" in error.picture()


@given(st.text(max_size=80) | st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join))
@settings(max_examples=400)
def test_any_text_is_a_rule_or_an_error_inside_of_it(text: str) -> None:
    assert _is_sound_answer(text)


@given(_RULES, st.data())
@settings(max_examples=100)
def test_broken_rule_is_a_rule_or_an_error_inside_of_it(rule: Rule, data: st.DataObject) -> None:
    text = rule_text(rule)
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 4))
    put = data.draw(st.sampled_from(["", "(", ")", " and ", "7", "x", "-"]))

    assert _is_sound_answer(text[:at] + put + text[at + cut :])
