"""Alerts of a whole deck on their way to a receiver that fails, is slow, or comes back late."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from quantdeck.model.alerts import AlertRule, DeliveryState
from quantdeck.notify.slack import SlackNotifier
from quantdeck.notify.webhook import WebhookNotifier
from quantdeck.records.open import open_records
from tests.hub.deck_rig import BTC, SECOND_NS, START_NS, HandClock, deck_rig
from tests.notify.receivers import http_receiver

_SOURCE = Path(__file__).parents[2] / "src"
_RULE = AlertRule("r1", "dear", "last(BTCUSDT) > 105", ("webhook", "slack"))
_DYING = """
import sys, time
from pathlib import Path
from quantdeck.model.alerts import FiredAlert
from quantdeck.records.open import open_records
alerts = open_records(Path(sys.argv[1])).alerts
alerts.add_fired(FiredAlert("a1", "r1", "dear", "text", int(sys.argv[2]), "message"), ["webhook"])
print("kept", flush=True)
time.sleep(60)
"""


def test_alert_reaches_a_receiver_that_failed_at_first_and_another_that_is_well(tmp_path):
    async def scenario():
        records = open_records(tmp_path / "records")
        records.alerts.put_rule(_RULE)
        async with http_receiver() as broken, http_receiver() as well:
            broken.status, broken.headers = 503, {"Retry-After": "1"}
            clock = HandClock()
            channels = [
                WebhookNotifier(broken.url, b"k" * 32, clock=clock),
                SlackNotifier(well.url, clock=clock),
            ]
            async with deck_rig(
                tmp_path / "tape", runs=True, alerts=records.alerts, channels=channels
            ) as rig:
                await rig.until(lambda: bool(rig.deck.alerts.rules()))
                rig.clock.ns = START_NS + 3 * SECOND_NS
                rig.feed.trades(BTC, [100.0, 101.0, 106.0])
                await rig.until(lambda: len(well.requests) == 1 and len(broken.requests) >= 1)
                broken.status = 200
                rig.clock.ns += 10 * SECOND_NS
                await rig.until(lambda: len(_sent(records.alerts)) == 2)
                ids = {headers["webhook-id"] for headers, _ in broken.requests}
                rows = await rig.sync()
        (alert,) = records.alerts.fired(limit=9)
        records.close()
        return alert, ids, rows

    alert, ids, rows = asyncio.run(scenario())

    assert ids == {alert.id}
    assert alert.values == {"last(BTCUSDT)": 106.0}
    assert rows == 3


def test_alert_kept_before_the_deck_was_killed_is_sent_by_the_next(tmp_path):
    command = [sys.executable, "-c", _DYING, str(tmp_path / "records"), str(START_NS)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(_SOURCE)}
    ) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == "kept\n"
        dying.kill()

    async def scenario():
        records = open_records(tmp_path / "records")
        async with http_receiver() as receiver:
            channel = WebhookNotifier(receiver.url, b"k" * 32, clock=HandClock())
            async with deck_rig(
                tmp_path / "tape", runs=True, alerts=records.alerts, channels=[channel]
            ) as rig:
                await rig.until(lambda: len(_sent(records.alerts)) == 1)
            ids = [headers["webhook-id"] for headers, _ in receiver.requests]
        records.close()
        return ids

    assert asyncio.run(scenario()) == ["a1"]


def test_receiver_that_never_answers_holds_up_neither_capture_nor_the_end(tmp_path):
    async def scenario():
        records = open_records(tmp_path / "records")
        records.alerts.put_rule(_RULE)
        async with http_receiver() as silent:
            silent.is_silent = True
            channel = WebhookNotifier(silent.url, b"k" * 32, clock=HandClock(), timeout_s=30.0)
            async with deck_rig(
                tmp_path / "tape", runs=True, alerts=records.alerts, channels=[channel]
            ) as rig:
                await rig.until(lambda: bool(rig.deck.alerts.rules()))
                rig.clock.ns = START_NS + 3 * SECOND_NS
                rig.feed.trades(BTC, [100.0, 101.0, 106.0])
                await rig.until(lambda: len(silent.requests) == 1)
                rig.feed.trades(BTC, [107.0] * 50)
                rows = await rig.sync()
        waiting = records.alerts.due(2**62, limit=9)
        records.close()
        return rows, [delivery.state for _, delivery in waiting]

    assert asyncio.run(scenario()) == (53, [DeliveryState.WAITING])


def _sent(store) -> list[str]:
    ids = [alert.id for alert in store.fired(limit=9)]
    return [
        each.channel for each in store.deliveries(alert_ids=ids) if each.state is DeliveryState.SENT
    ]
