"""Records whose writer is killed keep every rule and alert that was acknowledged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.records.places import opened

_ROOT = Path(__file__).parents[2]
_PATHS = os.pathsep.join((str(_ROOT), *sys.path))
_KILLS = 6
_WRITER = """
import sys
from quantdeck.model.alerts import AlertRule, FiredAlert
from tests.records.places import opened
alerts = opened(sys.argv[1]).alerts
run = sys.argv[2]
for number in range(100_000):
    name = f"{run}-{number}"
    alerts.put_rule(AlertRule(name, "name", "text"))
    alerts.add_fired(FiredAlert(name, name, "name", "text", number, "message"), ["slack"])
    print(name, flush=True)
"""


def test_records_when_writer_is_killed_keep_all_it_acknowledged(place):
    acknowledged: list[str] = []
    for run in range(_KILLS):
        command = [sys.executable, "-c", _WRITER, place, str(run)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": _PATHS}
        ) as writer:
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(5 + 3 * run)]
            writer.kill()
            # What it could still say before its end was acknowledged, too.
            acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]

    records = opened(place)
    rules = {rule.id for rule in records.alerts.rules()}
    fired = {alert.id for alert in records.alerts.fired(limit=10**6)}
    waiting = {alert.id for alert, _ in records.alerts.due(10**9, limit=10**6)}
    records.close()
    assert set(acknowledged) <= rules
    assert set(acknowledged) <= fired
    assert waiting == fired
