"""Panels from histories: what is carried forward, and what was known when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.adjustment import adjusted
from quantdeck.model.collected import Story
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import (
    HISTORY_DTYPE,
    ActionKind,
    Adjustment,
    CorporateAction,
    History,
)
from quantdeck.research.features.assemble import (
    RateMark,
    assemble,
    chain_inputs,
    known_times,
    news_inputs,
    rate_inputs,
)
from quantdeck.research.features.carry import carried
from quantdeck.research.features.chain_figures import ChainFigures
from tests.research.tables import CLOSE_NS, DAY_NS, weekdays

HOUR_NS = 3_600_000_000_000
DAYS = weekdays(40)
KNOWN = DAYS + CLOSE_NS
SPLIT, PAID = ActionKind.SPLIT, ActionKind.DIVIDEND


def _history(
    symbol: str = "US:ABC",
    actions: tuple[CorporateAction, ...] = (),
    days: np.ndarray = DAYS,
    **said: object,
) -> History:
    rows = np.zeros(len(days), HISTORY_DTYPE)
    rows["start_ns"] = days
    rng = np.random.default_rng(len(symbol))
    rows["close"] = 50.0 + rng.standard_normal(len(days)).cumsum() * 0.3
    rows["open"], rows["high"], rows["low"] = (rows["close"] + shift for shift in (0.1, 0.5, -0.5))
    rows["volume"] = 1000.0
    told = Provenance("file", Delay.IMPORTED, RunId("run"))
    return History(symbol, "1d", rows, told, actions=actions, **{"calendar": "XNYS"} | said)


def _story(hour: float, sentiment: float | None = 0.5, **said: object) -> Story:
    at_ns = int(DAYS[10] + hour * HOUR_NS)
    known = {"id": f"{hour}", "headline": f"story of {hour}", "symbols": ("US:ABC",)}
    return Story(
        **known | {"published_ns": at_ns, "updated_ns": at_ns, "sentiment": sentiment} | said
    )


@settings(max_examples=30)
@given(
    splits=st.dictionaries(
        st.integers(1, 39), st.sampled_from([0.1, 0.5, 2.0, 3.0, 20.0]), max_size=3
    ),
    dividends=st.dictionaries(st.integers(1, 39), st.floats(0.01, 0.9), max_size=3),
)
def test_carried_returns_are_those_of_adjustment_to_todays_shares(
    splits: dict[int, float], dividends: dict[int, float]
) -> None:
    actions = [CorporateAction(int(DAYS[at]), SPLIT, value) for at, value in splits.items()]
    actions += [CorporateAction(int(DAYS[at]), PAID, value) for at, value in dividends.items()]
    history = _history(actions=tuple(sorted(actions)))

    found = carried(history)

    back = adjusted(history, Adjustment.TOTAL).close
    np.testing.assert_allclose(found.total[1:] / found.total[:-1], back[1:] / back[:-1])
    split = adjusted(history, Adjustment.SPLIT)
    np.testing.assert_allclose(
        found.close[1:] / found.close[:-1], split.close[1:] / split.close[:-1]
    )
    np.testing.assert_allclose(found.close / found.scale, history.rows["close"])
    np.testing.assert_allclose(found.close * found.volume, history.rows["close"] * 1000.0)


@settings(max_examples=30)
@given(at=st.integers(2, 38), value=st.floats(0.1, 9.0), kind=st.sampled_from([SPLIT, PAID]))
def test_carried_of_the_past_does_not_change_with_an_action_to_come(
    at: int, value: float, kind: ActionKind
) -> None:
    known = CorporateAction(int(DAYS[1]), SPLIT, 3.0), CorporateAction(int(DAYS[1]), PAID, 0.7)
    coming = CorporateAction(int(DAYS[at]), kind, value)

    before, after = carried(_history(actions=known)), carried(_history(actions=(*known, coming)))

    for name in ("open", "close", "total", "volume", "scale"):
        np.testing.assert_array_equal(getattr(before, name)[:at], getattr(after, name)[:at])


def test_carried_of_a_day_without_a_close_is_unknown() -> None:
    history = _history()
    history.rows["close"][5] = np.nan
    history.rows["close"][6] = 0.0

    found = carried(history)

    for name in ("open", "high", "low", "close", "volume", "total"):
        assert np.isnan(getattr(found, name)[5:7]).all()


@pytest.mark.parametrize("action", [CorporateAction(int(DAYS[3]), SPLIT, 0.0)])
def test_carried_with_an_action_that_cannot_be_is_refused(action: CorporateAction) -> None:
    with pytest.raises(BadInput, match="US:ABC"):
        carried(_history(actions=(action,)))


def test_carried_of_hours_is_refused() -> None:
    with pytest.raises(BadInput, match="daily bars, were 1h"):
        carried(replace(_history(), interval="1h"))


def test_assemble_stands_symbols_on_all_sessions_of_any() -> None:
    late = _history("US:ZZZ", days=np.delete(DAYS[8:], 4))

    panel = assemble([late, _history()])

    assert panel.symbols == ("US:ABC", "US:ZZZ")
    np.testing.assert_array_equal(panel.sessions, DAYS)
    assert np.flatnonzero(~panel.is_traded[1]).tolist() == [*range(8), 12]
    assert np.isfinite(panel.scale).all()


def test_assemble_between_dates_leaves_the_others_out() -> None:
    panel = assemble([_history()], start_ns=int(DAYS[5]), end_ns=int(DAYS[20]))

    np.testing.assert_array_equal(panel.sessions, DAYS[5:20])
    assert panel.close[0, 0] == _history().rows["close"][5]


def test_assemble_says_whether_any_price_is_simulated() -> None:
    simulated = Provenance("sim", Delay.SIMULATED, RunId("run"))

    panel = assemble([_history(), replace(_history("US:SIM"), provenance=simulated)])

    assert panel.is_simulated
    assert panel.source == "file, sim"


def test_assemble_of_two_calendars_is_refused() -> None:
    with pytest.raises(BadInput, match="24/7, XNYS"):
        assemble([_history(), _history("X:COIN", calendar="24/7")])


def test_assemble_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="at least one symbol"):
        assemble([])


def test_known_times_of_new_york_are_its_closes_early_ones_included() -> None:
    days = np.array(["2026-07-01", "2026-11-27", "2026-11-28"], "datetime64[ns]").astype(np.int64)

    found = known_times(days, "XNYS").astype("datetime64[ns]").astype("datetime64[m]")

    assert [str(each) for each in found] == [
        "2026-07-01T20:00",
        "2026-11-27T18:00",
        "2026-11-29T00:00",
    ]


def test_known_times_of_a_market_that_never_closes_end_the_date() -> None:
    np.testing.assert_array_equal(known_times(DAYS, "24/7"), DAYS + DAY_NS)


def test_news_inputs_count_a_story_from_the_first_end_of_a_session_not_before_it() -> None:
    stories = [_story(-40), _story(21.0), _story(21.001, -1.0)]

    found = news_inputs(stories, ("US:ABC",), KNOWN)

    assert found["news_count"][0, 10:12].tolist() == [1.0, 1.0]
    assert found["news_score"][0, 10:12].tolist() == [0.5, -1.0]


def test_news_inputs_count_a_story_from_its_last_change() -> None:
    changed = _story(15, updated_ns=int(DAYS[12] + HOUR_NS))

    found = news_inputs([_story(-40), changed], ("US:ABC",), KNOWN)["news_count"][0]

    assert (found[10], found[12]) == (0.0, 1.0)


def test_news_inputs_count_one_headline_of_two_vendors_once() -> None:
    twice = [_story(15, id=name, headline=text) for name, text in (("a", "News"), ("b", "NEWS"))]

    found = news_inputs(twice, ("US:ABC",), KNOWN)

    assert found["news_count"][0, 10] == 1.0


def test_news_inputs_do_not_judge_a_story_without_a_sentiment() -> None:
    found = news_inputs([_story(15, None), _story(16)], ("US:ABC",), KNOWN)

    assert [found[name][0, 10] for name in ("news_count", "news_judged", "news_score")] == [
        2,
        1,
        0.5,
    ]


def test_news_inputs_are_unknown_before_the_first_story_and_after_the_last_collection() -> None:
    found = news_inputs(
        [_story(15)], ("US:ABC", "US:B"), KNOWN, collected_ns=int(KNOWN[15] + HOUR_NS)
    )["news_count"]

    known = np.isfinite(found[1])
    assert np.flatnonzero(known).tolist() == list(range(10, 17))


def test_news_inputs_of_no_story_are_none() -> None:
    assert news_inputs([], ("US:ABC",), KNOWN) == {}


def test_chain_inputs_take_the_last_chain_of_a_session() -> None:
    chains = [
        ChainFigures(underlying="US:ABC", quoted_ns=int(KNOWN[3] + shift), iv30=value)
        for shift, value in ((0, 0.3), (-HOUR_NS, 0.2), (HOUR_NS // 4, 0.4), (HOUR_NS, 0.5))
    ]

    found = chain_inputs(
        [*chains, ChainFigures(underlying="US:X", quoted_ns=0)], ("US:ABC",), KNOWN
    )

    assert found["iv30"][0, 3:5].tolist() == [0.4, 0.5]
    assert np.isnan(found["open_interest"]).all()


def test_chain_inputs_beyond_the_last_session_are_none() -> None:
    late = ChainFigures(underlying="US:ABC", quoted_ns=int(KNOWN[-1] + DAY_NS), iv30=0.2)

    assert chain_inputs([late], ("US:ABC",), KNOWN) == {}


def test_rate_inputs_take_the_last_rate_known_with_each_session() -> None:
    marks = [
        RateMark(int(KNOWN[2] + shift), 91, rate)
        for shift, rate in ((0, 0.041), (-HOUR_NS, 0.04), (1, 0.05), (2, np.nan))
    ]

    found = rate_inputs(marks, KNOWN)["box_rate_91"]

    assert found[2:4].tolist() == [0.041, 0.05]
    assert np.isnan(found[4:]).all()
