"""Health and measures of a process that copies the tape of another machine."""

from __future__ import annotations

from msgspec import structs

from quantdeck.hub.mirror_health import MirrorHealth
from quantdeck.net.clock import SystemClock
from quantdeck.ports.bus import BusStatus
from quantdeck.ports.tape import TapeStatus
from quantdeck.views.payloads import Mode

COPYING = BusStatus(rows=1200, notes=3, lag_s=0.05)
WRITING = TapeStatus("writing", rows_appended=1200, rows_durable=1200)


class _Mirror:
    def __init__(self, status: BusStatus, missed: int = 0) -> None:
        self.missed = missed
        self._status = status

    def status(self) -> BusStatus:
        return self._status


class _Writer:
    def __init__(self, status: TapeStatus) -> None:
        self._status = status

    def status(self) -> TapeStatus:
        return self._status


def _process(bus: BusStatus = COPYING, tape: TapeStatus = WRITING, missed: int = 0) -> MirrorHealth:
    return MirrorHealth(
        _Mirror(bus, missed), _Writer(tape), clock=SystemClock(), mode=Mode.LIVE, version="1"
    )


def test_mirror_that_copies_is_ready_and_says_how_late() -> None:
    health = _process().health()

    assert (health.ready, health.detail, health.tape) == (True, "", "writing")
    assert health.components[1].detail == "1,200 events copied, 0.05 s after their receipt"


def test_mirror_before_anything_has_come_waits() -> None:
    health = _process(BusStatus()).health()

    assert (health.ready, health.components[1].state) == (True, "waiting")


def test_mirror_whose_bus_is_away_is_not_ready_and_says_why() -> None:
    health = _process(structs.replace(COPYING, trouble="the bus is away")).health()

    assert (health.ready, health.detail) == (False, "the bus is away")
    assert health.components[1].state == "failing"


def test_mirror_whose_tape_has_stopped_is_not_ready() -> None:
    health = _process(tape=TapeStatus("stopped", detail="the disk is full")).health()

    assert not health.ready
    assert "the disk is full" in health.detail


def test_mirror_says_what_it_missed() -> None:
    process = _process(missed=70)
    measured = {measure.name: measure.samples for measure in process.measures()}

    assert "70 were no longer on the bus" in process.health().components[1].detail
    assert measured["quantdeck_bus_missed_total"] == [((), 70.0)]


def test_mirror_measures_what_it_copies_and_nothing_of_publishing() -> None:
    measured = {measure.name: measure.samples for measure in _process().measures()}

    assert measured["quantdeck_bus_rows_total"] == [((), 1200.0)]
    assert measured["quantdeck_tape_rows_durable_total"] == [((), 1200.0)]
    assert measured["quantdeck_bus_up"] == [((), 1.0)]
    assert "quantdeck_bus_waiting_bytes" not in measured
