"""Two decks with the same records: what a rule fires is kept and told once, whichever of them is there."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

import pytest

from quantdeck.alerts.watch import Firing
from quantdeck.hub.alert_duty import DUTY, LEASE_S, AlertDuty
from quantdeck.hub.alert_parts import AlertParts
from quantdeck.model.alerts import AlertRule, FiredAlert
from quantdeck.records.open import open_records
from tests.hub.alert_rig import TEXT, HandChannel, desk_rig
from tests.hub.deck_rig import SECOND_NS, HandClock

RULE = AlertRule("r1", "High", TEXT, ("slack",))


@asynccontextmanager
async def two_decks(folder):
    clock, records = HandClock(), open_records(folder)
    records.alerts.put_rule(RULE)
    async with AsyncExitStack() as stack:
        stack.callback(records.close)
        decks = []
        for name in ("one", "two"):
            channel = HandChannel()
            deck = await stack.enter_async_context(
                desk_rig(
                    store=records.alerts,
                    channels=[channel],
                    clock=clock,
                    duties=records.duties,
                    holder=name,
                )
            )
            decks.append((deck, channel))
            if name == "one":
                await deck.until(lambda deck=deck: deck.desk._duty.is_ours)
        yield records, clock, decks


def fired(records):
    return len(records.alerts.fired(limit=9))


async def some_turns():
    for _ in range(60):
        await asyncio.sleep(0.002)


def test_what_both_decks_see_is_kept_and_told_by_the_one_with_the_duty(tmp_path):
    async def work():
        async with two_decks(tmp_path) as (records, clock, decks):
            (one, first), (two, second) = decks
            one.fire()
            # A tick later, and so by another name.
            clock.ns -= 2 * SECOND_NS - 250_000_000
            two.fire()
            await one.until(lambda: first.told != [])
            clock.ns += int(LEASE_S * SECOND_NS) - SECOND_NS
            await one.desk._duty._ask()
            clock.ns += 2 * SECOND_NS
            await two.until(lambda: not two.desk._waiting)
            await some_turns()
            return fired(records), len(first.told), second.told

    assert asyncio.run(work()) == (1, 1, [])


class SteppingClock(HandClock):
    """Who sleeps finds that the time has passed."""

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * SECOND_NS)


@pytest.fixture
def records(tmp_path):
    kept = open_records(tmp_path)
    yield kept
    kept.close()


@pytest.fixture
def clock():
    return SteppingClock()


def duty_of(records, clock, holder="two"):
    parts = AlertParts(records.alerts, [], Random(1), duties=records.duties, holder=holder)
    return AlertDuty(parts, clock=clock, simulated=False)


def firing(at_ns):
    return Firing(RULE.id, at_ns, "it is high", {})


def test_deck_that_is_alone_keeps_what_it_fires(records, clock):
    alone = AlertDuty(AlertParts(records.alerts, [], Random(1)), clock=clock, simulated=False)

    assert alone.is_ours
    assert asyncio.run(alone.includes(firing(clock.ns)))


def test_what_fires_while_the_other_deck_renews_is_the_others(records, clock):
    at_ns = clock.ns

    class Renewed(SteppingClock):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            records.duties.hold(DUTY, "one", now_ns=self.ns, lease_s=LEASE_S)

    renewed = Renewed()
    records.duties.hold(DUTY, "one", now_ns=at_ns, lease_s=LEASE_S)

    assert not asyncio.run(duty_of(records, renewed).includes(firing(at_ns)))
    assert renewed.ns - at_ns >= LEASE_S * SECOND_NS


def test_what_fires_once_the_other_deck_is_silent_is_kept_at_the_end_of_its_lease(records, clock):
    at_ns = clock.ns + SECOND_NS
    records.duties.hold(DUTY, "one", now_ns=clock.ns, lease_s=LEASE_S)
    clock.ns = at_ns

    assert asyncio.run(duty_of(records, clock).includes(firing(at_ns)))
    assert clock.ns - at_ns < LEASE_S * SECOND_NS


def test_what_the_deck_before_kept_at_its_end_is_not_kept_again(records, clock):
    at_ns = clock.ns
    records.alerts.add_fired(
        FiredAlert("r1-a", RULE.id, RULE.name, TEXT, at_ns - 250_000_000, "it is high"), []
    )

    assert not asyncio.run(duty_of(records, clock).includes(firing(at_ns)))


def test_duty_that_is_left_is_taken_by_the_other_deck_at_once(records, clock):
    one, two = duty_of(records, clock, "one"), duty_of(records, clock, "two")

    async def work():
        await one.includes(firing(clock.ns))
        await one.leave()
        taken = await two.includes(firing(clock.ns))
        return taken, one.is_ours, two.is_ours

    assert asyncio.run(work()) == (True, False, True)


def test_message_that_another_deck_leaves_is_sent_by_the_one_with_the_duty(tmp_path):
    async def work():
        async with two_decks(tmp_path) as (records, clock, decks):
            (one, first), (_, second) = decks
            made = FiredAlert("trade-1", "trade", "Trade", "", clock.ns, "bought")
            await asyncio.to_thread(records.alerts.add_fired, made, ["slack"])
            await one.until(lambda: first.told != [])
            return first.told, second.told

    assert asyncio.run(work()) == (["trade-1"], [])
