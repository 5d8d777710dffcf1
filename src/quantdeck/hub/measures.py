"""What a running deck tells a monitoring system: counters and states, without prices or positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from quantdeck.model.feed import FeedState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.hub.alert_outbox import ChannelStatus
    from quantdeck.hub.health import Health
    from quantdeck.hub.lane import Lane
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.supervise import TaskStatus
    from quantdeck.model.feed import FeedStatus
    from quantdeck.ports.bus import BusStatus
    from quantdeck.ports.tape import TapeStatus
    from quantdeck.views.schedule import ScheduledJob

LAG_WINDOW_S = 60
"""Over which lags are told. [s]"""

_NS = 1e9
_WELL = (FeedState.LIVE, FeedState.SUBSCRIBED, FeedState.DEGRADED)
_OF_MIRRORS = frozenset(
    {"bus_up", "bus_rows_total", "bus_notes_total", "bus_errors_total", "bus_lag_seconds"}
)
_FATES = ("accepted", "duplicates", "late", "stale", "excluded", "overrun", "not_taped")


class Described(NamedTuple):
    """A measure, before anything is measured.

    Parameters
    ----------
    kind : str
        ``counter``, which only rises while the process lives, or ``gauge``.
    text : str
        What it says.
    labels : tuple of str
        What tells its samples apart.
    """

    kind: Literal["counter", "gauge"]
    text: str
    labels: tuple[str, ...] = ()


class Measure(NamedTuple):
    """A measure and its samples.

    Parameters
    ----------
    name : str
        A key of `MEASURES`.
    samples : list of tuple
        Values of the labels, in their order, and the figure.
    """

    name: str
    samples: list[tuple[tuple[str, ...], float]]


MEASURES: dict[str, Described] = {
    "quantdeck_info": Described(
        "gauge", "Always 1; the labels say what runs.", ("version", "mode")
    ),
    "quantdeck_ready": Described("gauge", "1 where what was asked for is captured and written."),
    "quantdeck_capturing": Described("gauge", "1 while events are meant to arrive."),
    "quantdeck_feed_up": Described("gauge", "1 while a connection works.", ("feed",)),
    "quantdeck_feed_messages_total": Described("counter", "Messages received.", ("feed",)),
    "quantdeck_feed_bad_messages_total": Described(
        "counter", "Messages that could not be read, and were put aside.", ("feed",)
    ),
    "quantdeck_feed_ignored_total": Described("counter", "Events left out on purpose.", ("feed",)),
    "quantdeck_feed_reconnects_total": Described(
        "counter", "Connections made anew after one broke.", ("feed",)
    ),
    "quantdeck_feed_last_data_timestamp_seconds": Described(
        "gauge", "Receipt of the last event, seconds since 1970 UTC.", ("feed",)
    ),
    "quantdeck_feed_clock_skew_seconds": Described(
        "gauge", "Clock of this machine minus the vendor's, plus the way here.", ("feed",)
    ),
    "quantdeck_events_total": Described(
        "counter",
        "Events by what became of them: accepted, duplicates, late, stale, excluded, overrun (lost "
        "in memory) or not_taped (lost before the disk).",
        ("source", "fate"),
    ),
    "quantdeck_lag_seconds": Described(
        "gauge", "Receipt minus event over the last minute.", ("source", "quantile")
    ),
    "quantdeck_gaps_open": Described("gauge", "Gaps that are not filled or given up yet."),
    "quantdeck_tape_writing": Described("gauge", "1 while the tape takes events."),
    "quantdeck_tape_rows_appended_total": Described("counter", "Events handed to the tape."),
    "quantdeck_tape_rows_durable_total": Described("counter", "Events flushed to the disk."),
    "quantdeck_tape_rows_dropped_total": Described("counter", "Events the tape refused."),
    "quantdeck_tape_queue_rows": Described("gauge", "Events that wait for the disk."),
    "quantdeck_tape_bytes": Described("gauge", "Size of the tape."),
    "quantdeck_tape_files": Described("gauge", "Sealed files."),
    "quantdeck_tape_segments": Described("gauge", "Write-ahead segments that are not sealed yet."),
    "quantdeck_bus_up": Described("gauge", "1 while what is captured is published, or copied."),
    "quantdeck_bus_rows_total": Described("counter", "Events published, or copied."),
    "quantdeck_bus_bytes_total": Described("counter", "Size of what was published."),
    "quantdeck_bus_notes_total": Described(
        "counter", "Gaps, snapshots of chains and rates published, or copied."
    ),
    "quantdeck_bus_errors_total": Described("counter", "Attempts that failed."),
    "quantdeck_bus_reconnects_total": Described(
        "counter", "Connections to the bus made anew after one broke."
    ),
    "quantdeck_bus_waiting_bytes": Described("gauge", "Size of what is not published yet."),
    "quantdeck_bus_let_go_total": Described(
        "counter", "Segments given up unpublished, since too many were waiting."
    ),
    "quantdeck_bus_missed_total": Described(
        "counter", "Events that were no longer on the bus when a mirror came to them."
    ),
    "quantdeck_bus_lag_seconds": Described(
        "gauge", "From the receipt of an event until the bus, or the mirror, had it."
    ),
    "quantdeck_page_clients": Described("gauge", "Pages and programs that read the stream."),
    "quantdeck_page_topics": Described("gauge", "Topics that somebody reads."),
    "quantdeck_task_failures_total": Described(
        "counter", "Failures of what runs inside, each of which is in the log.", ("task",)
    ),
    "quantdeck_alert_messages_total": Described(
        "counter", "Messages of alerts that were sent or have failed.", ("channel", "result")
    ),
    "quantdeck_alert_messages_waiting": Described(
        "gauge", "Messages of alerts that are still to be sent.", ("channel",)
    ),
    "quantdeck_job_last_timestamp_seconds": Described(
        "gauge", "When a job of the schedule last began, seconds since 1970 UTC.", ("job",)
    ),
    "quantdeck_job_last_ok": Described("gauge", "1 where its last run was done.", ("job",)),
    "quantdeck_job_next_timestamp_seconds": Described(
        "gauge", "When it is due next, seconds since 1970 UTC.", ("job",)
    ),
}
"""Every measure by its name; names and labels stay as they are once released."""


def measures_of(
    machine: Machine, *, health: Health, jobs: Sequence[ScheduledJob] = ()
) -> list[Measure]:
    """Return what a deck tells a monitoring system.

    Parameters
    ----------
    machine : Machine
        The deck.
    health : Health
        Of the same moment.
    jobs : sequence of ScheduledJob
        Its schedule.

    Returns
    -------
    list of Measure
        In the order of `MEASURES`; those that nothing was measured of have no samples.
    """
    taken: dict[str, list[tuple[tuple[str, ...], float]]] = {name: [] for name in MEASURES}
    channels = [] if machine.alerts is None else machine.alerts.channels()
    plain = {
        "ready": health.ready,
        "capturing": machine.capture.is_on,
        "gaps_open": machine.ledger.open_count(),
        "page_clients": machine.topics.clients(),
        "page_topics": len(machine.topics.wanted()),
        **_tape(machine.tape_status()),
    }
    taken["quantdeck_info"].append(((machine.version, machine.mode.value), 1.0))
    for name, value in plain.items():
        taken[f"quantdeck_{name}"].append(((), float(value)))
    for name, labels, value in (
        *_feeds(machine.feeds()),
        *_lanes(machine, machine.lanes()),
        *_tasks(machine.supervisor.statuses()),
        *_channels(channels),
        *_jobs(jobs),
        *publishing_measures(machine.bus_status()),
    ):
        taken[f"quantdeck_{name}"].append((labels, float(value)))
    return [Measure(name, samples) for name, samples in taken.items()]


def publishing_measures(bus: BusStatus | None) -> Iterable[_Sample]:
    """Return what is told of publishing: name, labels and figure; nothing where there is no bus."""
    if bus is None:
        return
    yield "bus_up", (), not bus.trouble
    for name in ("rows", "bytes", "notes", "errors", "reconnects", "let_go"):
        yield f"bus_{name}_total", (), getattr(bus, name)
    yield "bus_waiting_bytes", (), bus.waiting_bytes
    yield "bus_lag_seconds", (), bus.lag_s


def schedule_measures(
    *,
    version: str,
    mode: str,
    is_ready: bool,
    tasks: Sequence[TaskStatus],
    jobs: Sequence[ScheduledJob],
) -> list[Measure]:
    """Return what a process that only runs the schedule tells a monitoring system.

    Parameters
    ----------
    version, mode : str
        What runs.
    is_ready : bool
        Whether the ledger is read and written.
    tasks : sequence of TaskStatus
        What has failed.
    jobs : sequence of ScheduledJob
        The schedule.

    Returns
    -------
    list of Measure
        Those that there is something to say of.
    """
    taken: dict[str, list[tuple[tuple[str, ...], float]]] = {
        "quantdeck_info": [((version, mode), 1.0)],
        "quantdeck_ready": [((), float(is_ready))],
    }
    for name, labels, value in (*_tasks(tasks), *_jobs(jobs)):
        taken.setdefault(f"quantdeck_{name}", []).append((labels, float(value)))
    return [Measure(name, samples) for name, samples in taken.items()]


def mirror_measures(
    *,
    version: str,
    mode: str,
    is_ready: bool,
    tape: TapeStatus,
    bus: BusStatus,
    missed: int,
) -> list[Measure]:
    """Return what a process that copies the tape of another machine tells a monitoring system.

    Parameters
    ----------
    version, mode : str
        What runs.
    is_ready : bool
        Whether what is captured elsewhere comes, and is written.
    tape : TapeStatus
        The copy.
    bus : BusStatus
        How copying goes.
    missed : int
        Events that the bus no longer had.

    Returns
    -------
    list of Measure
        Those that there is something to say of.
    """
    plain = {"ready": is_ready, **_tape(tape), "bus_missed_total": missed}
    taken: dict[str, list[tuple[tuple[str, ...], float]]] = {
        "quantdeck_info": [((version, mode), 1.0)],
        **{f"quantdeck_{name}": [((), float(value))] for name, value in plain.items()},
    }
    for name, labels, value in publishing_measures(bus):
        if name in _OF_MIRRORS:
            taken[f"quantdeck_{name}"] = [(labels, float(value))]
    return [Measure(name, samples) for name, samples in taken.items()]


_Sample = tuple[str, tuple[str, ...], float]


def _feeds(feeds: Sequence[FeedStatus]) -> Iterable[_Sample]:
    for feed in feeds:
        name = (feed.name,)
        # What nobody asked for is not down.
        if feed.state is not FeedState.STOPPED:
            yield "feed_up", name, feed.state in _WELL
        yield "feed_messages_total", name, feed.messages
        yield "feed_bad_messages_total", name, feed.bad_messages
        yield "feed_ignored_total", name, feed.ignored
        yield "feed_reconnects_total", name, feed.reconnects
        if feed.last_data_ns is not None:
            yield "feed_last_data_timestamp_seconds", name, feed.last_data_ns / _NS
        if feed.clock_skew_ns is not None:
            yield "feed_clock_skew_seconds", name, feed.clock_skew_ns / _NS


def _lanes(machine: Machine, lanes: Sequence[Lane]) -> Iterable[_Sample]:
    # Several ways in may be of one source.
    counts: dict[tuple[str, str], int] = {}
    for lane in lanes:
        source = lane.provenance.source
        for fate in _FATES:
            key = (source, fate)
            counts[key] = counts.get(key, 0) + getattr(lane.counts, fate)
    yield from (("events_total", key, count) for key, count in counts.items())
    lags = {lane.provenance.source: machine.lag_of(lane, LAG_WINDOW_S) for lane in lanes}
    for source, lag in lags.items():
        if lag is not None:
            yield "lag_seconds", (source, "0.5"), lag.p50_ns / _NS
            yield "lag_seconds", (source, "0.99"), lag.p99_ns / _NS


def _tape(tape: TapeStatus) -> dict[str, float]:
    return {
        "tape_writing": tape.state == "writing",
        "tape_rows_appended_total": tape.rows_appended,
        "tape_rows_durable_total": tape.rows_durable,
        "tape_rows_dropped_total": tape.rows_dropped,
        "tape_queue_rows": tape.queue_rows,
        "tape_bytes": tape.bytes_on_disk,
        "tape_files": tape.files,
        "tape_segments": tape.segments,
    }


def _tasks(tasks: Sequence[TaskStatus]) -> Iterable[_Sample]:
    return (("task_failures_total", (task.name,), task.failures) for task in tasks)


def _channels(channels: Sequence[ChannelStatus]) -> Iterable[_Sample]:
    for channel in channels:
        yield "alert_messages_total", (channel.name, "sent"), channel.sent
        yield "alert_messages_total", (channel.name, "failed"), channel.failed
        yield "alert_messages_waiting", (channel.name,), channel.waiting


def _jobs(jobs: Sequence[ScheduledJob]) -> Iterable[_Sample]:
    for job in jobs:
        if job.last is not None:
            yield "job_last_timestamp_seconds", (job.name,), job.last.began_ns / _NS
            yield "job_last_ok", (job.name,), job.last.state == "done"
        if job.next_ns is not None:
            yield "job_next_timestamp_seconds", (job.name,), job.next_ns / _NS
