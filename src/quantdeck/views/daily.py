"""Daily runs: their steps, how long they took, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.views.payloads import PanelState, Row

NOTHING_RUN = "No daily run yet: press Run daily, or run `quantdeck daily`"

_TONES = {"running": "loading", "done": "live", "failed": "error", "ended": "error"}
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class DailyStep:
    """A step of a daily run, as it is kept.

    Parameters
    ----------
    name : str
        Which.
    state : str
        ``running``, ``done``, ``failed`` or ``skipped``.
    began_ns, ended_ns : int or None
        UTC; None where it has not ended. [ns]
    said : str
        What came of it.
    notes : tuple of str
        What was not as it should be.
    """

    name: str
    state: str
    began_ns: int
    ended_ns: int | None
    said: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DailyRun:
    """A daily run, as it is kept.

    Parameters
    ----------
    id : str
        Of the run.
    state : str
        ``running``, ``done``, ``failed`` or ``skipped``.
    holder : str
        The machine it runs on.
    lease_ns : int
        A run that has not ended by then has come to an end unseen, UTC. [ns]
    began_ns, ended_ns : int or None
        UTC. [ns]
    said : str
        What came of it.
    steps : tuple of DailyStep
        In the order in which they began.
    """

    id: str
    state: str
    holder: str
    lease_ns: int
    began_ns: int
    ended_ns: int | None
    said: str
    steps: tuple[DailyStep, ...]

    def state_at(self, now_ns: int) -> str:
        """Return ``ended`` for a run that stopped without a word, else its state.

        Parameters
        ----------
        now_ns : int
            The time, UTC. [ns]
        """
        return "ended" if self.state == "running" and now_ns >= self.lease_ns else self.state


def daily_payload(runs: Sequence[DailyRun], state: PanelState, *, now_ns: int) -> RowsPayload:
    """Return the steps of the newest run as rows.

    Parameters
    ----------
    runs : sequence of DailyRun
        Newest first.
    state : PanelState
        Of the panel.
    now_ns : int
        The time, UTC. [ns]

    Returns
    -------
    RowsPayload
        The run first, its steps below in their order.
    """
    if not runs:
        return RowsPayload(empty_state(state, NOTHING_RUN), [])
    run = runs[0]
    whole = run.state_at(now_ns)
    rows = [_row(run.id, "daily run", whole, (run.began_ns, run.ended_ns), run.said, now_ns)]
    for step in run.steps:
        known = "ended" if whole == "ended" and step.state == "running" else step.state
        said = "; ".join(filter(None, (step.said, *step.notes)))
        span = (step.began_ns, step.ended_ns)
        rows.append(_row(f"{run.id} {step.name}", step.name, known, span, said, now_ns))
    return RowsPayload(state, rows)


def daily_runs_payload(runs: Sequence[DailyRun], state: PanelState, *, now_ns: int) -> RowsPayload:
    """Return the last runs as rows, newest first.

    Parameters
    ----------
    runs : sequence of DailyRun
        Newest first.
    state : PanelState
        Of the panel.
    now_ns : int
        The time, UTC. [ns]
    """
    if not runs:
        return RowsPayload(empty_state(state, NOTHING_RUN), [])
    return RowsPayload(
        state,
        [
            _row(
                run.id,
                run.holder,
                run.state_at(now_ns),
                (run.began_ns, run.ended_ns),
                run.said,
                now_ns,
            )
            for run in runs
        ],
    )


def _row(
    row_id: str, name: str, state: str, span: tuple[int, int | None], said: str, now_ns: int
) -> Row:
    began_ns, ended_ns = span
    until_ns = ended_ns if ended_ns is not None else now_ns
    is_over = ended_ns is not None or state == "running"
    return {
        "id": row_id,
        "step": name,
        "state": "ended unseen" if state == "ended" else state,
        "tone": _TONES.get(state, "empty"),
        "began": ms_of(began_ns),
        # What is under way is told in whole seconds, which is often enough.
        "took": float(max(0, until_ns - began_ns) // _NS) if is_over else None,
        "said": said,
    }
