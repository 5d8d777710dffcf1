"""Panels of the Options page, from a machine with both desks."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from quantdeck.hub.option_answers import chosen_expiry
from quantdeck.model.errors import BadInput
from quantdeck.views.boxes_page import NO_DESK, NO_REPLAY
from quantdeck.views.pages import pages
from quantdeck.views.payloads import CurvePayload, Mode, RowsPayload, SurfacePayload
from tests.hub.box_rig import FAR, NEAR
from tests.hub.option_rig import OF_SPX, OptionRig

TOPICS = [p.topic for page in pages() if page.id == "options" for p in page.panels]


def figures(payload):
    match payload:
        case CurvePayload():
            return len(payload.curves)
        case SurfacePayload():
            return len(payload.layers)
        case RowsPayload():
            return len(payload.rows)
    raise AssertionError(payload)


def ask(name, **params):
    async def main():
        rig = await OptionRig().seed()
        return await rig.shown(name, **params)

    return asyncio.run(main())


@pytest.mark.parametrize("name", TOPICS)
def test_topic_without_a_desk_says_that_no_vendor_is_set_up(name):
    payload = OptionRig(boxes=False).quick(name)

    assert (payload.state.word, payload.state.detail) == ("empty", NO_DESK)
    assert figures(payload) == 0


def test_topic_of_a_replay_says_that_it_plays_no_chains():
    payload = OptionRig(boxes=False, mode=Mode.REPLAY).quick("options.smile")

    assert payload.state.detail == NO_REPLAY


@pytest.mark.parametrize("name", TOPICS)
def test_topic_before_any_chain_is_loading(name):
    payload = OptionRig().quick(name)

    assert payload.state.word == "loading"
    assert figures(payload) == 0


EXCEPTIONS = {"options.parity", "options.left_out"}


@pytest.mark.parametrize("name", sorted(set(TOPICS) - EXCEPTIONS))
def test_topic_of_seeded_chains_has_figures(name):
    payload = ask(name)

    assert (payload.state.word, payload.state.source) == ("demo", "alpaca simulated")
    assert figures(payload) > 0


@pytest.mark.parametrize("name", sorted(EXCEPTIONS))
def test_list_of_what_is_wrong_says_that_nothing_is(name):
    payload = ask(name)

    assert payload.state.word == "empty"
    assert payload.state.detail


def test_study_is_made_before_the_first_figures_and_kept_for_the_next():
    async def main():
        rig = await OptionRig().seed()
        first = rig.quick("options.smile")
        await rig.desk.study(OF_SPX)

        assert first is None
        assert rig.quick("options.smile") is not None
        assert rig.quick("options.smile").curves is rig.quick("options.smile").curves

    asyncio.run(main())


def test_smile_of_a_chosen_expiry_names_it_on_its_axis():
    payload = ask("options.smile", expiry=f"SPX {FAR}", axis="strike")

    assert f"SPX {FAR}" in payload.axes[0].title
    assert payload.axes[0].title.startswith("Strike")
    assert {curve.id for curve in payload.curves} >= {"quoted", "fitted"}


def test_expiry_nearest_to_a_month_is_taken_where_none_is_named():
    payload = ask("options.smile")

    assert f"SPX {NEAR}" in payload.axes[0].title


def test_expiry_of_another_underlying_counts_as_the_nearest_to_a_month():
    async def main():
        rig = await OptionRig().seed()
        study = await rig.desk.study(OF_SPX)

        assert chosen_expiry(study, "SPY 2030-01-18") is study.expiries[0]

    asyncio.run(main())


def test_chain_shows_as_many_strikes_as_are_asked_for_around_the_forward():
    rows = ask("options.chain", strikes="20").rows

    strikes = [row["strike"] for row in rows]
    assert len(strikes) == 15
    assert strikes == sorted(strikes)
    assert rows[7]["call_iv"] == pytest.approx(rows[7]["put_iv"], abs=0.01)


def test_summary_tells_the_price_and_its_age():
    async def main():
        rig = await OptionRig().seed()
        rig.later(7.0)
        return await rig.shown("options.summary")

    cards = {row["id"]: row for row in asyncio.run(main()).rows}
    assert cards["spot"]["value"] == 6000.0
    assert "price 7 s old" in cards["spot"]["note"]


def test_interest_of_all_expiries_is_the_sum():
    one = ask("options.interest", expiry=f"SPX {NEAR}")
    whole = ask("options.interest", scope="all expiries")

    calls = [next(c for c in payload.curves if c.id == "calls").y for payload in (one, whole)]
    assert np.sum(calls[1]) == 2 * np.sum(calls[0])


def test_stale_chains_say_so():
    async def main():
        rig = await OptionRig().seed()
        await rig.desk.study(OF_SPX)
        rig.later(60.0)
        return await rig.shown("options.term")

    assert asyncio.run(main()).state.word == "stale"


def test_asked_for_underlying_can_be_chosen_with_its_expiries():
    pytest.importorskip("QuantLib")

    async def main():
        rig = await OptionRig().seed()
        before = rig.answers.status().pages
        payload = await rig.shown("options.expiries", underlying="SPY")
        after = rig.answers.status().pages
        page = next(page for page in rig.answers.pages() if page.id == "options")
        return payload, page, before, after

    payload, page, before, after = asyncio.run(main())
    options = {control.id: control.options for control in page.controls}
    assert [row["root"] for row in payload.rows] == ["SPY"]
    assert options["underlying"] == ("SPX", "SPY")
    assert f"SPY {NEAR}" in options["expiry"]
    assert after > before


def test_underlying_that_is_not_watched_is_refused():
    with pytest.raises(BadInput, match="underlying must be one of SPX, SPY"):
        ask("options.smile", underlying="QQQ")


def price_of_boxes(prepare):
    async def main():
        rig = await OptionRig().seed()
        prepare(rig)
        return {row["id"]: row for row in rig.quick("boxes.desk").rows}["prices"]

    return asyncio.run(main())


def test_boxes_tell_the_price_of_the_underlying_and_its_age():
    prices = price_of_boxes(lambda rig: rig.later(4.0))

    assert (prices["value"], prices["verdict"]) == ("SPX 6,000.00", "4 s old")


def test_boxes_tell_the_price_by_parity_where_none_is_quoted():
    def forget(rig):
        rig.machine.desk.book.spot = lambda _: None

    prices = price_of_boxes(forget)

    assert prices["verdict"] == "by parity"
    assert float(prices["value"].removeprefix("SPX ").replace(",", "")) == pytest.approx(
        6000.0, rel=1e-3
    )
