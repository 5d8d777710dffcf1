"""Columns of pairs are, item by item, what a tuple of the pairs is."""

from __future__ import annotations

import math
import pickle
from dataclasses import fields, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.pairs import PairFinding, PairFindings, ScanRules, scan_pairs
from tests.properties.test_analytics_scan import INTERVAL, universe

if TYPE_CHECKING:
    from quantdeck.analytics.pairs import PairScan

NAMES = ("A", "B", "C", "D")
REASONS = ("", "one", "other")
FIGURES = [each.name for each in fields(PairFindings)][7:]
FIGURE = st.floats(width=64) | st.sampled_from([math.nan, 0.0, -0.0, 1.0])


@st.composite
def findings(draw: st.DrawFn) -> tuple[PairFindings, list[PairFinding]]:
    """Columns, and the same pairs made one by one."""
    # Also more than are made at a time
    count = draw(st.integers(0, 12) | st.sampled_from([1023, 1024, 1025, 2500]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    chosen = np.array(draw(st.lists(FIGURE, min_size=1, max_size=5)))
    y, x = random.integers(0, len(NAMES), (2, count), np.int32)
    reason = random.integers(0, len(REASONS), count, np.int32)
    rows, lag = random.integers(-1, 1000, (2, count), np.int16)
    figures = {name: random.choice(chosen, count) for name in FIGURES}
    columns = PairFindings(NAMES, REASONS, y, x, reason, rows, lag, **figures)
    items = [
        PairFinding(
            NAMES[y[i]],
            NAMES[x[i]],
            rows=int(rows[i]),
            lag=int(lag[i]),
            reason=REASONS[reason[i]],
            pvalue_x=float(figures["pvalue"][i]),
            **{name: float(figures[name][i]) for name in FIGURES},
        )
        for i in range(count)
    ]
    return columns, items


def bits(items: object) -> list[list[object]]:
    """Every figure with its type, and floats to the last bit."""
    return [
        [
            (type(value), value.hex() if isinstance(value, float) else value)
            for value in (getattr(item, each.name) for each in fields(PairFinding))
        ]
        for item in items  # type: ignore[attr-defined]
    ]


@settings(max_examples=60)
@given(findings())
def test_findings_are_the_pairs_in_their_order(
    made: tuple[PairFindings, list[PairFinding]],
) -> None:
    columns, items = made

    assert len(columns) == len(items)
    assert bits(columns) == bits(items)
    assert bits(reversed(columns[:20])) == bits(reversed(items[:20]))
    assert bits(pickle.loads(pickle.dumps(columns))) == bits(items)  # noqa: S301 - our own


@settings(max_examples=60)
@given(made=findings(), at=st.integers(-3000, 3000))
def test_finding_at_a_place_is_that_of_a_list(
    made: tuple[PairFindings, list[PairFinding]], at: int
) -> None:
    columns, items = made

    if -len(items) <= at < len(items):
        assert bits([columns[at]]) == bits([items[at]])
    else:
        try:
            columns[at]
        except IndexError:
            return
        raise AssertionError(f"there is no pair {at} of {len(items)}")


@settings(max_examples=60)
@given(
    made=findings(),
    start=st.none() | st.integers(-15, 15),
    stop=st.none() | st.integers(-15, 15),
    step=st.none() | st.integers(-3, 3).filter(bool),
)
def test_slice_of_findings_is_that_of_a_list(
    made: tuple[PairFindings, list[PairFinding]],
    start: int | None,
    stop: int | None,
    step: int | None,
) -> None:
    columns, items = made
    part = slice(start, stop, step)

    assert isinstance(columns[part], PairFindings)
    assert bits(columns[part]) == bits(items[part])


@settings(max_examples=60)
@given(made=findings(), seed=st.integers(0, 2**32 - 1))
def test_findings_at_places_or_a_mask_are_those(
    made: tuple[PairFindings, list[PairFinding]], seed: int
) -> None:
    columns, items = made
    random = np.random.default_rng(seed)
    mask = random.random(len(items)) < 0.5
    places = random.permutation(np.flatnonzero(mask))

    kept = [item for item, is_kept in zip(items, mask, strict=True) if is_kept]
    assert bits(columns.at(mask)) == bits(kept)
    assert bits(columns.at(places)) == bits([items[place] for place in places])


@settings(max_examples=60)
@given(made=findings(), seed=st.integers(0, 2**32 - 1))
def test_findings_are_equal_whatever_their_tables_are(
    made: tuple[PairFindings, list[PairFinding]], seed: int
) -> None:
    columns, _ = made
    order = np.random.default_rng(seed).permutation(len(NAMES))
    place = np.argsort(order).astype(np.int32)
    named = replace(
        columns,
        symbols=tuple(NAMES[at] for at in order),
        y=place[columns.y],
        x=place[columns.x],
    )

    assert columns == named
    if len(columns):
        assert columns != columns[1:]
        assert columns != replace(columns, rows=columns.rows + 1)
        assert columns != replace(columns, symbols=tuple(name.lower() for name in NAMES))


def copied(seed: int, *, symbols: int, copies: int, absent: float) -> PairScan:
    """A scan of symbols that are there several times: pairs of their copies tie."""
    series = universe(seed, symbols=symbols, rows=160, absent=absent)
    again = [
        replace(each, symbol=f"{each.symbol} {number}")
        for number in range(copies)
        for each in series
    ]
    return scan_pairs(again, ScanRules(lookback=100, window=20), interval_ns=INTERVAL)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    symbols=st.integers(2, 5),
    copies=st.integers(1, 4),
    absent=st.sampled_from([0.0, 0.3, 0.7]),
)
def test_scan_ranks_as_a_stable_sort_of_its_pairs(
    seed: int, symbols: int, copies: int, absent: float
) -> None:
    scan = copied(seed, symbols=symbols, copies=copies, absent=absent)
    names = [each.symbol for each in scan.symbols]
    order = {frozenset(pair): at for at, pair in enumerate(combinations(names, 2))}

    def place(pair: PairFinding) -> int:
        return order[frozenset((pair.y, pair.x))]

    def rank(pair: PairFinding) -> tuple[float, float]:
        return pair.pvalue, -abs(pair.zscore) if math.isfinite(pair.zscore) else 0.0

    assert bits(scan.pairs) == bits(sorted(sorted(scan.pairs, key=place), key=rank))
    assert bits(scan.untested) == bits(sorted(scan.untested, key=place))
