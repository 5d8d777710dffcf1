from __future__ import annotations

import asyncio

import pytest

from quantdeck.model.alerts import AlertRule, FiredAlert
from quantdeck.model.errors import BadInput, BadRule, Conflict, NoData, StoreError, VenueError
from quantdeck.ports.notifier import Refused
from tests.hub.alert_rig import TEXT, HandChannel, desk_rig
from tests.hub.deck_rig import SECOND_NS
from tests.records.memory import MemoryAlerts


def run(scenario):
    return asyncio.run(scenario())


def test_rule_when_it_comes_true_is_kept_told_and_noted_in_the_journal():
    channel = HandChannel()

    async def scenario():
        async with desk_rig(channels=[channel]) as rig:
            rule = (await rig.desk.put_rule(name="dear", text=TEXT, channels=["slack"])).rule
            rig.fire()
            await rig.until(lambda: len(channel.told) == 1)
            await rig.until(lambda: len(rig.desk.book.now.fired) == 1)
            return rule, rig.desk.book.now, rig.said

    rule, leaf, said = run(scenario)
    (alert,) = leaf.fired
    assert channel.told == [alert.id]
    assert alert.id.startswith(f"{rule.id}-")
    assert (alert.message, alert.values) == ("last(BTC) is 9 (> 5)", {"last(BTC)": 9.0})
    assert (alert.simulated, alert.muted, alert.read, leaf.unread) == (False, False, False, 1)
    assert said == ["alert: dear: last(BTC) is 9 (> 5)"]


def test_rule_without_channels_is_told_to_nobody():
    channel = HandChannel()

    async def scenario():
        async with desk_rig(channels=[channel]) as rig:
            await rig.desk.put_rule(name="", text=TEXT)
            rig.fire()
            await rig.until(lambda: len(rig.desk.book.now.fired) == 1)
            return rig.store.deliveries(alert_ids=[rig.desk.book.now.fired[0].id])

    assert run(scenario) == []
    assert channel.tried == 0


def test_rule_that_is_muted_is_kept_without_telling_anybody():
    channel = HandChannel()

    async def scenario():
        async with desk_rig(channels=[channel]) as rig:
            rule = (await rig.desk.put_rule(name="", text=TEXT, channels=["slack"])).rule
            await rig.desk.mute(rule.id, rig.clock.ns + 60 * SECOND_NS)
            rig.fire()
            await rig.until(lambda: len(rig.desk.book.now.fired) == 1)
            rig.clock.ns += 60 * SECOND_NS
            rig.fire()
            await rig.until(lambda: len(channel.told) == 1)
            return rig.desk.book.now

    leaf = run(scenario)
    later, first = leaf.fired
    assert (first.muted, first.read, later.muted) == (True, True, False)
    assert channel.told == [later.id]


def test_rule_that_is_switched_off_is_not_watched():
    async def scenario():
        async with desk_rig() as rig:
            await rig.desk.put_rule(name="", text=TEXT, enabled=False)
            rig.fire()
            rig.desk.tick()
            return rig.desk.rules()[0], rig.store.fired(limit=9)

    now, fired = run(scenario)
    assert (now.standing, now.problem, fired) == (None, "", [])


def test_rule_changed_by_another_process_is_taken_up():
    async def scenario():
        async with desk_rig() as rig:
            rig.store.put_rule(AlertRule("r1", "name", TEXT))
            await rig.until(lambda: bool(rig.desk.rules()))
            rig.store.delete_rule("r1")
            await rig.until(lambda: not rig.desk.rules())
            rig.fire()
            return rig.store.fired(limit=9)

    assert run(scenario) == []


def test_rule_on_record_that_cannot_be_read_says_why_and_hinders_no_other():
    async def scenario():
        store = MemoryAlerts()
        store.put_rule(AlertRule("r1", "old", "lats(BTC) > 5", created_ns=1))
        store.put_rule(AlertRule("r2", "new", TEXT, created_ns=2))
        async with desk_rig(store=store) as rig:
            rig.fire()
            await rig.until(lambda: len(rig.desk.book.now.fired) == 1)
            return rig.desk.rules()

    old, new = run(scenario)
    assert "there is no figure 'lats'" in old.problem
    assert (old.standing, new.problem, new.fired) == (None, "", 1)


def test_cool_down_outlasts_a_restart():
    text = f"{TEXT} cooldown 1h"

    async def scenario():
        store = MemoryAlerts()
        async with desk_rig(store=store) as rig:
            await rig.desk.put_rule(name="", text=text)
            rig.fire()
            await rig.until(lambda: len(store.fired(limit=9)) == 1)
        async with desk_rig(store=store) as rig:
            rig.fire()
            rig.fire()
            return rig.desk.rules()[0].standing, len(store.fired(limit=9))

    standing, count = run(scenario)
    assert (standing.state, standing.why, count) == ("waiting", "cool-down", 1)


def test_recording_played_again_fires_again():
    async def scenario():
        async with desk_rig(simulated=True, replayed=True) as rig:
            await rig.desk.put_rule(name="", text=f"{TEXT} cooldown 1h")
            rig.fire()
            rig.desk.start_over()
            rig.fire()
            await rig.until(lambda: len(rig.store.fired(limit=9)) == 2)
            return rig.store.fired(limit=9)

    assert all(alert.simulated for alert in run(scenario))


def test_alert_when_records_fail_is_kept_once_they_are_well():
    class Failing(MemoryAlerts):
        failures = 2

        def add_fired(self, alert, channels):
            if self.failures:
                self.failures -= 1
                raise StoreError("the disk is full")
            return super().add_fired(alert, channels)

    async def scenario():
        async with desk_rig(store=Failing()) as rig:
            await rig.desk.put_rule(name="", text=TEXT)
            rig.fire()
            await rig.until(lambda: len(rig.store.fired(limit=9)) == 1)

    run(scenario)


def test_alert_that_waits_for_the_records_at_the_end_is_kept():
    async def scenario():
        async with desk_rig(runs=False) as rig:
            await rig.desk.put_rule(name="", text=TEXT)
            rig.fire()
        return rig.store.fired(limit=9)

    assert len(run(scenario)) == 1


def test_rule_text_that_is_none_is_refused_and_nothing_changes():
    async def scenario():
        async with desk_rig() as rig:
            with pytest.raises(BadRule):
                await rig.desk.put_rule(name="", text="lats(BTC) > 5")
            return rig.store.rules()

    assert run(scenario) == []


def test_rule_for_an_unknown_channel_is_refused():
    async def scenario():
        async with desk_rig(channels=[HandChannel("email")]) as rig:
            await rig.desk.put_rule(name="", text=TEXT, channels=["slack"])

    with pytest.raises(BadInput, match="there is no channel 'slack'; there are: email"):
        run(scenario)


def test_rules_beyond_the_most_are_refused(monkeypatch):
    monkeypatch.setattr("quantdeck.hub.alert_desk.MOST_RULES", 1)

    async def scenario():
        async with desk_rig() as rig:
            await rig.desk.put_rule(name="", text=TEXT)
            await rig.desk.put_rule(name="", text=TEXT)

    with pytest.raises(BadInput, match="1 rules already"):
        run(scenario)


@pytest.mark.parametrize("act", ["put_rule", "mute", "delete_rule"])
def test_rule_that_is_not_there_cannot_be_changed(act):
    async def scenario():
        async with desk_rig() as rig:
            match act:
                case "put_rule":
                    await rig.desk.put_rule("r9", name="", text=TEXT)
                case "mute":
                    await rig.desk.mute("r9", 1)
                case _:
                    await rig.desk.delete_rule("r9")

    with pytest.raises(NoData, match="r9"):
        run(scenario)


def test_channels_are_closed_with_the_desk():
    channel = HandChannel()

    async def scenario():
        async with desk_rig(channels=[channel]):
            pass

    run(scenario)

    assert channel.is_closed


def test_channel_test_goes_past_the_outbox():
    channel = HandChannel()

    async def scenario():
        async with desk_rig(channels=[channel]) as rig:
            await rig.desk.try_channel("slack")
            channel.problems.append(Refused("HTTP 404"))
            with pytest.raises(VenueError, match="did not get through: HTTP 404"):
                await rig.desk.try_channel("slack")
            with pytest.raises(NoData):
                await rig.desk.try_channel("pager")
            return rig.store.fired(limit=9)

    assert run(scenario) == []
    assert channel.told[0].startswith("test-")


def test_channel_that_is_off_takes_no_test_and_no_message():
    from random import Random

    from quantdeck.hub.alert_outbox import ChannelStatus
    from quantdeck.hub.alert_parts import AlertParts

    async def scenario():
        async with desk_rig() as rig:
            off = ChannelStatus("slack", "slack", "off", "not used in the demo")
            absent = ChannelStatus("email", "email", "not set up", "set alerts.email.host")
            rig.desk.parts = AlertParts(rig.store, [], Random(1), [off, absent])
            with pytest.raises(Conflict, match="slack is off: not used in the demo"):
                await rig.desk.try_channel("slack")
            with pytest.raises(BadInput, match="email is not set up: set alerts"):
                await rig.desk.put_rule(name="", text=TEXT, channels=["email"])
            await rig.desk.put_rule(name="", text=TEXT, channels=["slack"])
            rig.fire()
            await rig.until(lambda: len(rig.desk.book.now.fired) == 1)
            return rig.desk.book.now.deliveries

    assert run(scenario) == {}


def test_message_that_was_kept_by_another_desk_is_sent_once_the_outbox_is_woken():
    channel = HandChannel()

    async def scenario():
        async with desk_rig(channels=[channel]) as rig:
            alert = FiredAlert("paper-1", "paper", "paper exit", "", rig.clock.ns, "sold")
            rig.store.add_fired(alert, ["slack"])
            rig.desk.wake(["slack"])
            await rig.until(lambda: channel.told == ["paper-1"])
            await rig.until(lambda: len(rig.desk.book.now.fired) == 1)

    run(scenario)
    assert channel.tried == 1
