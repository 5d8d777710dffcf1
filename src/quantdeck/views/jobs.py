"""Jobs, what they say while they work, and what came of the last of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import LogPayload, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.model.collected import HeldRecords
    from quantdeck.ports.jobs import JobQuestion, JobReport
    from quantdeck.views.payloads import PanelState, Row

_TONES = {"running": "loading", "done": "live", "failed": "error", "cancelled": "empty"}
_MOST_NAMED = 3
_EVERYTHING = "all that are followed"


@dataclass(frozen=True, slots=True)
class JobNow:
    """A run as it stands.

    Parameters
    ----------
    id : str
        Sorts by time.
    kind : str
        Which job.
    question : JobQuestion
        What was asked.
    state : str
        ``running``, ``done``, ``failed`` (something was; the rest was done) or ``cancelled``.
    began_ns : int
        When, UTC. [ns]
    ended_ns : int or None
        When, UTC. [ns]
    progress : float or None
        Share that is done, where that is known. [1]
    report : JobReport or None
        What came of it, once it has ended.
    """

    id: str
    kind: str
    question: JobQuestion
    state: str
    began_ns: int
    ended_ns: int | None = None
    progress: float | None = None
    report: JobReport | None = None


@dataclass(frozen=True, slots=True)
class JobLine:
    """One line of the log.

    Parameters
    ----------
    number : int
        Counts up.
    ts_ns : int
        When, UTC. [ns]
    tone : str
        ``plain``, ``good`` or ``bad``.
    kind : str
        Of the job.
    text : str
        What it said.
    """

    number: int
    ts_ns: int
    tone: str
    kind: str
    text: str


def job_tone(state: str) -> str:
    """Return the tone of a run's state, for its chip.

    Parameters
    ----------
    state : str
        As in `JobNow`.

    Examples
    --------
    >>> job_tone("failed")
    'error'
    """
    return _TONES.get(state, "")


def jobs_payload(runs: Sequence[JobNow], state: PanelState, *, now_ns: int) -> RowsPayload:
    """Return the runs as rows.

    Parameters
    ----------
    runs : sequence of JobNow
        In the order of the rows.
    state : PanelState
        Of the panel.
    now_ns : int
        The time, UTC. [ns]
    """
    if not runs:
        return RowsPayload(empty_state(state, "Nothing was run yet: press a button beside"), [])
    return RowsPayload(state, [_job_row(each, now_ns) for each in runs])


def _job_row(run: JobNow, now_ns: int) -> Row:
    ended_ns = now_ns if run.ended_ns is None else run.ended_ns
    return {
        "id": run.id,
        # The button that cancels is offered where there is something to cancel.
        "running": run.id if run.state == "running" else None,
        "kind": run.kind,
        "state": run.state,
        "tone": job_tone(run.state),
        "progress": 1.0 if run.state == "done" else run.progress,
        "began": ms_of(run.began_ns),
        # A run under way is told in whole seconds, which is often enough.
        "took": float(max(0, ended_ns - run.began_ns) // 1_000_000_000),
        "symbols": ", ".join(run.question.symbols) or _EVERYTHING,
        "said": "" if run.report is None else run.report.said,
    }


def log_payload(lines: Sequence[JobLine], state: PanelState) -> LogPayload:
    """Return what jobs said, newest first.

    Parameters
    ----------
    lines : sequence of JobLine
        Newest first.
    state : PanelState
        Of the panel.
    """
    if not lines:
        return LogPayload(empty_state(state, "No job has said anything since the start"), [])
    rows: list[Row] = [
        {
            "id": str(line.number),
            "ts": ms_of(line.ts_ns),
            "tone": line.tone,
            "text": f"{line.kind}: {line.text}",
        }
        for line in lines
    ]
    return LogPayload(state, rows)


def collector_payload(
    last: Mapping[str, JobNow | None],
    held: Mapping[str, Sequence[HeldRecords]],
    missing: Mapping[str, int],
    state: PanelState,
) -> RowsPayload:
    """Return how the collector stands: last runs, what is kept, what is missing.

    Parameters
    ----------
    last : mapping of str to JobNow or None
        The newest run of each kind that has ended.
    held : mapping of str to sequence of HeldRecords
        What is kept, by dataset.
    missing : mapping of str to int
        Sessions without a daily bar, by symbol, of the symbols that lack one.
    state : PanelState
        Of the panel.
    """
    rows = [_last_row(kind, run) for kind, run in last.items()]
    for dataset, every in held.items():
        rows += [
            {
                "id": f"{dataset} {each.source}",
                "what": f"{dataset} of {each.source}",
                "state": "kept",
                "tone": "live",
                "when": ms_of(each.fetched_ns),
                "requests": None,
                "cache_hits": None,
                "rows": each.rows,
                "note": "",
            }
            for each in every
        ]
    rows.append(_missing_row(missing))
    return RowsPayload(state, rows)


def _last_row(kind: str, run: JobNow | None) -> Row:
    row: Row = {
        "id": kind,
        "what": f"last {kind}",
        "state": "never run" if run is None else run.state,
        "tone": "empty" if run is None else _TONES.get(run.state, ""),
        "when": None if run is None else ms_of(run.ended_ns),
        "requests": None,
        "cache_hits": None,
        "rows": None,
        "note": "",
    }
    report = None if run is None else run.report
    if report is None:
        return row
    notes = [_counted("failed", report.failures), _counted("not in the plan", report.not_included)]
    return {
        **row,
        "requests": report.requests,
        "cache_hits": report.cache_hits,
        "rows": report.rows,
        "note": "; ".join(filter(None, notes)) or report.said,
    }


def _counted(what: str, every: Sequence[str]) -> str:
    if not every:
        return ""
    more = f" and {len(every) - _MOST_NAMED} more" if len(every) > _MOST_NAMED else ""
    return f"{what}: {'; '.join(every[:_MOST_NAMED])}{more}"


def _missing_row(missing: Mapping[str, int]) -> Row:
    total = sum(missing.values())
    worst = sorted(missing, key=lambda symbol: (-missing[symbol], symbol))[:_MOST_NAMED]
    named = ", ".join(f"{each.partition(':')[2]} {missing[each]:,}" for each in worst)
    return {
        "id": "missing",
        "what": "gaps of daily bars",
        "state": "missing" if total else "none",
        "tone": "stale" if total else "live",
        "when": None,
        "requests": None,
        "cache_hits": None,
        "rows": total,
        "note": f"sessions without a bar: {named}" if total else "every session has its bar",
    }
