"""Panels of the Strategies page, from a machine with chains."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.hub.strategy_desk import StrategyQuestion
from quantdeck.views.boxes_page import NO_DESK, NO_REPLAY
from quantdeck.views.payloads import CurvePayload, Mode
from quantdeck.views.strategy_panels import PANELS
from tests.hub.option_rig import OptionRig

TOPICS = [panel.topic for panel in PANELS]


def _count(payload):
    return len(payload.curves if isinstance(payload, CurvePayload) else payload.rows)


def _ask(name, **params):
    async def main():
        rig = await OptionRig().seed()
        return await rig.shown(name, **params)

    return asyncio.run(main())


@pytest.mark.parametrize("name", TOPICS)
def test_topic_without_chains_says_that_no_vendor_is_set_up(name):
    payload = OptionRig(boxes=False).quick(name)

    assert (payload.state.word, payload.state.detail) == ("empty", NO_DESK)
    assert _count(payload) == 0


def test_topic_of_a_replay_says_that_it_plays_no_chains():
    payload = OptionRig(boxes=False, mode=Mode.REPLAY).quick("strategies.payoff")

    assert payload.state.detail == NO_REPLAY


def test_topic_before_any_chain_waits_for_it():
    payload = OptionRig().quick("strategies.summary")

    assert payload.state.detail == "Waiting for the first chain"


@pytest.mark.parametrize("name", TOPICS)
def test_topic_of_seeded_chains_has_figures(name):
    payload = _ask(name)

    assert (payload.state.word, payload.state.source) == ("demo", "alpaca simulated")
    assert _count(payload) > 0


def test_strategy_that_an_index_cannot_have_says_why():
    payload = _ask("strategies.payoff", structure="Covered call")

    assert payload.state.word == "empty"
    assert "is an index" in payload.state.detail


@pytest.mark.parametrize("strikes", ["5400 5500", "one two", "5300 5400 6600 6600"])
def test_strikes_that_do_not_fit_say_why_in_place_of_figures(strikes):
    payload = _ask("strategies.summary", strikes=strikes)

    assert payload.state.word == "empty"
    assert payload.state.detail


def test_strategy_takes_strikes_as_typed():
    rows = _ask("strategies.legs", structure="Bull call spread", strikes="5700, 6100").rows

    assert [row["strike"] for row in rows] == [5700.0, 6100.0]


def test_expiry_of_another_underlying_counts_as_the_default():
    async def main():
        rig = await OptionRig().seed()
        await rig.shown("strategies.legs", underlying="SPY")
        rig.answers.pages()
        [other] = {
            row["expiry"] for row in (await rig.shown("strategies.legs", underlying="SPY")).rows
        }
        return await rig.shown("strategies.legs", underlying="SPX", expiry=other)

    payload = asyncio.run(main())

    assert {row["expiry"].partition(" ")[0] for row in payload.rows} == {"SPX"}


def test_panels_of_one_strategy_share_its_study():
    async def main():
        rig = await OptionRig().seed()
        for name in ("strategies.summary", "strategies.odds", "strategies.legs"):
            await rig.shown(name)
        return rig.answers.strategies.desk.revision

    assert asyncio.run(main()) == 1


def test_strategy_is_built_anew_once_its_chains_are_old():
    async def main():
        rig = await OptionRig().seed()
        desk, question = rig.answers.strategies.desk, StrategyQuestion("US:SPX")
        await desk.build(question)
        rig.later(6.0)
        stood = desk.known(question)
        await desk.build(question)
        return stood, desk.revision

    assert asyncio.run(main()) == (None, 2)
