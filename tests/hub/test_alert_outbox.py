from __future__ import annotations

import asyncio
from random import Random

from quantdeck.hub import alert_outbox
from quantdeck.hub.alert_outbox import Outbox
from quantdeck.hub.supervise import Supervisor
from quantdeck.model.alerts import Delivery, DeliveryState, FiredAlert
from quantdeck.ports.notifier import Refused, Unreachable
from tests.hub.alert_rig import HandChannel
from tests.hub.deck_rig import SECOND_NS, START_NS, HandClock
from tests.records.memory import MemoryAlerts


class MovingClock(HandClock):
    """Time passes as fast as somebody waits for it."""

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)
        await asyncio.sleep(0.001)


def alert(number: int = 1, *, at_ns: int = START_NS, simulated: bool = False) -> FiredAlert:
    return FiredAlert(f"a{number}", "r1", "name", "text", at_ns, "message", simulated=simulated)


def deliver(store, channels, done, *, clock=None, simulated=False, prepare=None):
    """Serve an outbox until something is the case, and return it."""
    clock = clock or MovingClock()

    async def scenario():
        outbox = Outbox(store, channels, clock=clock, rng=Random(1), simulated=simulated)
        supervisor = Supervisor(clock)
        if prepare is not None:
            await prepare(outbox)
        outbox.run(supervisor)
        deadline = asyncio.get_running_loop().time() + 20
        while not done(outbox):
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.002)
        await supervisor.stop()
        await outbox.close()
        return outbox

    return asyncio.run(scenario())


def one(store, channel: str = "slack", number: int = 1) -> Delivery:
    found = store.deliveries(alert_ids=[f"a{number}"])
    return next(each for each in found if each.channel == channel)


def settled(store, number: int = 1):
    return lambda _: one(store, number=number).state is not DeliveryState.WAITING


def test_message_that_waited_from_the_last_run_is_sent():
    store, channel = MemoryAlerts(), HandChannel()
    store.add_fired(alert(), ["slack"])

    outbox = deliver(store, [channel], settled(store))

    assert channel.told == ["a1"]
    assert one(store) == Delivery("a1", "slack", DeliveryState.SENT, 1, START_NS)
    (status,) = outbox.statuses()
    assert (status.state, status.sent, status.waiting) == ("sent", 1, 0)


def test_message_that_does_not_get_through_is_tried_again_until_it_does():
    store, channel = MemoryAlerts(), HandChannel()
    channel.problems = [Unreachable("HTTP 500") for _ in range(3)]
    store.add_fired(alert(), ["slack"])

    deliver(store, [channel], settled(store))

    assert (channel.tried, channel.told) == (4, ["a1"])
    assert (one(store).state, one(store).attempts) == (DeliveryState.SENT, 4)


def test_message_asked_to_wait_is_not_tried_before():
    store, channel, clock = MemoryAlerts(), HandChannel(), HandClock()
    channel.problems = [Unreachable("HTTP 429", retry_after_s=40.0)]
    store.add_fired(alert(), ["slack"])

    outbox = deliver(store, [channel], lambda _: one(store).attempts == 1, clock=clock)

    assert one(store).next_ns >= START_NS + 40 * SECOND_NS
    assert one(store).detail == "HTTP 429"
    assert outbox.statuses()[0].state == "waiting"


def test_channel_that_asked_to_wait_is_left_alone_by_the_other_messages():
    store, channel, clock = MemoryAlerts(), HandChannel(), MovingClock()
    channel.problems = [Unreachable("HTTP 429", retry_after_s=40.0)]
    for number in (1, 2, 3):
        store.add_fired(alert(number), ["slack"])

    deliver(store, [channel], lambda _: len(channel.told) == 3, clock=clock)

    assert clock.ns >= START_NS + 40 * SECOND_NS
    assert channel.tried == 4


def test_message_that_is_refused_is_given_up_and_the_next_goes_on():
    store, channel = MemoryAlerts(), HandChannel()
    channel.problems = [Refused("HTTP 404")]
    store.add_fired(alert(1), ["slack"])
    store.add_fired(alert(2), ["slack"])

    outbox = deliver(store, [channel], settled(store, 2))

    assert (one(store).state, one(store).detail) == (DeliveryState.FAILED, "HTTP 404")
    assert channel.told == ["a2"]
    assert outbox.statuses()[0].failed == 1


def test_message_that_never_gets_through_is_given_up():
    store, channel = MemoryAlerts(), HandChannel()
    channel.problems = [Unreachable("HTTP 500") for _ in range(100)]
    store.add_fired(alert(), ["slack"])

    deliver(store, [channel], settled(store))

    assert one(store).state is DeliveryState.FAILED
    assert one(store).detail == "given up after 15 attempts: HTTP 500"


def test_message_older_than_a_day_is_not_sent():
    store, channel = MemoryAlerts(), HandChannel()
    store.add_fired(alert(at_ns=START_NS - 25 * 3600 * SECOND_NS), ["slack"])

    deliver(store, [channel], settled(store))

    assert (channel.tried, one(store).attempts) == (0, 0)
    assert one(store).detail == "it did not get through within a day"


def test_message_about_a_replay_is_sent_however_old_it_is():
    store, channel = MemoryAlerts(), HandChannel()
    store.add_fired(alert(at_ns=1, simulated=True), ["slack"])

    deliver(store, [channel], settled(store), simulated=True)

    assert channel.told == ["a1"]


def test_message_of_another_deck_is_left_to_it():
    store, channel = MemoryAlerts(), HandChannel()
    store.add_fired(alert(1, simulated=True), ["slack"])
    store.add_fired(alert(2), ["slack"])

    deliver(store, [channel], settled(store, 2))

    assert channel.told == ["a2"]
    assert one(store).state is DeliveryState.WAITING


def test_channel_that_is_stuck_holds_up_no_other(monkeypatch):
    store, stuck, well = MemoryAlerts(), HandChannel("email"), HandChannel("slack")
    stuck.is_stuck = True
    for number in range(1, 21):
        store.add_fired(alert(number), ["email", "slack"])

    deliver(store, [stuck, well], lambda _: len(well.told) == 20)

    assert (stuck.tried, stuck.told) == (1, [])


def test_channel_that_is_stuck_is_tried_again_in_the_end(monkeypatch):
    monkeypatch.setattr(alert_outbox, "_ATTEMPT_S", 0.02)
    store, channel = MemoryAlerts(), HandChannel()
    channel.is_stuck = True
    store.add_fired(alert(), ["slack"])

    deliver(store, [channel], lambda _: one(store).attempts >= 2)

    assert one(store).detail == "no end within 0.02 s"


def test_channel_that_fails_as_it_should_not_keeps_nothing_waiting(caplog):
    store, channel = MemoryAlerts(), HandChannel()
    channel.problems = [KeyError("surprise")]
    store.add_fired(alert(1), ["slack"])
    store.add_fired(alert(2), ["slack"])

    deliver(store, [channel], settled(store, 2))

    assert "fault of quantdeck" in one(store).detail
    assert channel.told == ["a2"]


def test_channel_that_is_swamped_takes_no_more(monkeypatch):
    monkeypatch.setattr(alert_outbox, "MOST_WAITING", 3)
    outbox = Outbox(
        MemoryAlerts(), [HandChannel()], clock=HandClock(), rng=Random(1), simulated=False
    )

    taken = []
    for _ in range(5):
        names = outbox.with_room(["slack", "slack", "pager"])
        outbox.wake(names)
        taken.append(names)

    assert taken == [["slack"], ["slack"], ["slack"], [], []]


def test_message_for_a_channel_that_is_gone_is_given_up():
    store, channel = MemoryAlerts(), HandChannel()
    store.add_fired(alert(), ["pager", "slack"])

    deliver(store, [channel], settled(store), prepare=Outbox.give_up_unknown)

    assert one(store, "pager").state is DeliveryState.FAILED
    assert one(store, "pager").detail == "the channel is not set up any more"
