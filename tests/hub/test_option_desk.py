"""Studies of options: one at a time, shared, of the box desk's book or of chains asked for."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.analytics.boxes.types import Status
from quantdeck.hub.option_desk import OptionQuestion, new_option_desk
from quantdeck.model.errors import NoData, VenueError
from quantdeck.model.feed import Delay
from tests.hub.box_rig import FAR, NEAR, SPX, ToldVendor
from tests.hub.deck_rig import START_NS
from tests.hub.option_rig import OF_SPX, OF_SPY, OptionRig


def run(main):
    return asyncio.run(main())


def test_desk_studies_the_chains_of_the_box_desk_without_asking_the_vendor():
    async def main():
        rig = await OptionRig().seed()
        asked = len(rig.vendor.snapshots)

        study = await rig.desk.study(OF_SPX)

        assert [each.chain.expiry for each in study.expiries] == [NEAR, FAR]
        assert all(each.fitted is not None for each in study.expiries)
        assert len(rig.vendor.snapshots) == asked

    run(main)


def test_desk_takes_the_parity_lines_of_the_box_desk():
    async def main():
        rig = await OptionRig().seed()
        lines = {(r.root, r.expiry): r for r in rig.machine.desk.view().rates()}

        study = await rig.desk.study(OF_SPX)

        assert all(each.line is lines[each.chain.key] for each in study.expiries)
        assert all(line.status is Status.OK for line in lines.values())

    run(main)


def test_desk_shares_a_study_among_all_who_ask():
    async def main():
        rig = await OptionRig().seed()

        one, other = await asyncio.gather(rig.desk.study(OF_SPX), rig.desk.study(OF_SPX))

        assert one is other
        assert rig.desk.known(OF_SPX) is one
        assert rig.desk.revision == 1

    run(main)


def test_study_stands_for_a_while_and_takes_over_what_did_not_change():
    async def main():
        rig = await OptionRig(refresh_s=5.0).seed()
        first = await rig.desk.study(OF_SPX)
        rig.later(6.0)
        assert rig.desk.known(OF_SPX) is None
        rig.vendor.quotes(NEAR, rig.rig.clock.ns, rate=0.06)
        await rig.machine.desk.refresh()

        second = await rig.desk.study(OF_SPX)

        assert second.expiries[0] is not first.expiries[0]
        assert second.expiries[1] is first.expiries[1]

    run(main)


def test_desk_asks_for_other_chains_once_while_they_are_fresh_and_keeps_them():
    pytest.importorskip("QuantLib")

    async def main():
        rig = await OptionRig(refresh_s=1.0, poll_s=30.0, keep=9).seed()
        asked = rig.vendor.snapshots.count("US:SPY")

        await rig.desk.study(OF_SPY)
        rig.later(2.0)
        await rig.desk.study(OF_SPY)
        within = rig.vendor.snapshots.count("US:SPY") - asked
        rig.later(31.0)
        await rig.desk.study(OF_SPY)

        assert within == 1
        assert rig.vendor.snapshots.count("US:SPY") - asked == 2
        assert len(rig.store.kept) == 2
        assert rig.store.pruned == [9, 9]

    run(main)


def test_american_chains_are_discounted_by_the_rate_of_the_boxes():
    pytest.importorskip("QuantLib")

    async def main():
        rig = await OptionRig().seed()
        line = rig.machine.desk.view().rates()[0]

        study = await rig.desk.study(OF_SPY)

        smile = study.expiries[0].smile
        assert smile.discount == pytest.approx(
            2.718281828 ** (-line.rate_mid * smile.tau), rel=1e-6
        )

    run(main)


def test_desk_names_the_underlyings_that_there_are():
    async def main():
        rig = await OptionRig().seed()

        with pytest.raises(
            NoData, match="no options of US:QQQ are watched; there are: US:SPX, US:SPY"
        ):
            await rig.desk.study(OptionQuestion("US:QQQ"))

    run(main)


def test_study_before_any_chain_has_no_data():
    with pytest.raises(NoData, match="no option chain of US:SPX has arrived yet"):
        run(lambda: OptionRig().desk.study(OF_SPX))


def test_chains_are_not_asked_for_while_the_capture_is_stopped():
    async def main():
        rig = await OptionRig().seed()
        await rig.machine.desk.stop()

        with pytest.raises(NoData, match="press Start"):
            await rig.desk.study(OF_SPY)

    run(main)


def test_what_the_vendor_refuses_is_told_and_asked_again():
    pytest.importorskip("QuantLib")

    async def main():
        rig = await OptionRig().seed()
        rig.vendor.failure = VenueError("alpaca", "not now")
        with pytest.raises(VenueError, match="not now"):
            await rig.desk.study(OF_SPY)
        rig.vendor.failure = None

        assert (await rig.desk.study(OF_SPY)).underlying == "US:SPY"

    run(main)


def test_chains_that_cannot_be_renewed_stay_and_the_vendor_is_left_alone():
    pytest.importorskip("QuantLib")

    async def main():
        rig = await OptionRig(refresh_s=1.0, poll_s=30.0).seed()
        first = await rig.desk.study(OF_SPY)
        rig.vendor.failure = VenueError("alpaca", "not now")
        rig.later(31.0)
        asked = len(rig.vendor.snapshots)

        second = await rig.desk.study(OF_SPY)
        rig.later(5.0)
        third = await rig.desk.study(OF_SPY)

        assert second.expiries[0].chain is first.expiries[0].chain
        assert third.at_ns == first.at_ns
        assert len(rig.vendor.snapshots) == asked + 1

    run(main)


def test_desk_with_a_source_of_its_own_asks_that_one():
    pytest.importorskip("QuantLib")

    async def main():
        own = ToldVendor(None, None, None, None)
        rig = OptionRig(boxes=False, source=own, delay=Delay.DELAYED)

        study = await rig.desk.study(OF_SPY)

        assert own.snapshots == ["US:SPY"]
        assert rig.desk.underlyings() == ("US:SPY",)
        assert rig.desk.delay_of("US:SPY") is Delay.DELAYED
        assert (rig.desk.source_of("US:SPY"), study.spot) == ("alpaca", 6000.0)

    run(main)


def test_desk_tells_expiries_and_price_of_both_kinds_of_chains():
    pytest.importorskip("QuantLib")

    async def main():
        rig = await OptionRig().seed()
        before = rig.desk.layout
        await rig.desk.study(OF_SPY)

        assert rig.desk.expiries("US:SPX") == [("SPX", NEAR), ("SPX", FAR)]
        assert rig.desk.expiries("US:SPY") == [("SPY", NEAR)]
        assert rig.desk.layout == before + 1
        assert rig.desk.spot("US:SPX") == rig.desk.spot("US:SPY") == (6000.0, START_NS)

    run(main)


def test_machine_without_chains_has_no_option_desk():
    rig = OptionRig(boxes=False)

    assert rig.desk is None
    assert new_option_desk(rig.machine.parts, None) is None


def test_machine_without_option_parts_studies_the_box_desk_alone():
    async def main():
        rig = await OptionRig(requests=()).seed()

        assert rig.desk.underlyings() == (SPX.underlying,)

    run(main)
