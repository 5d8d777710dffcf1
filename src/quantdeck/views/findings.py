"""What was detected, as the Home page and the API show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.model.instruments import root_of
from quantdeck.views.figures import duration_text
from quantdeck.views.payloads import PanelState, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.findings import DetectionRun, KeptFinding
    from quantdeck.views.payloads import Row

SHOWN = 50
"""Findings on the page."""

KIND_WORDS = {"trade": "large trade", "news": "news", "options": "options"}
_LOOKED = {"trade": "orders", "news": "stories", "options": "option contracts"}
_NOTES_SHOWN = 3


def findings_payload(
    kept: Sequence[KeptFinding], run: DetectionRun | None, *, word: str, now_ns: int
) -> RowsPayload:
    """Return findings as rows, newest first.

    Parameters
    ----------
    kept : sequence of KeptFinding
        Newest first.
    run : DetectionRun or None
        The last look at everything; None where there was none.
    word : str
        Of the state where there is something to show.
    now_ns : int
        The time, UTC. [ns]

    Returns
    -------
    RowsPayload
        Its state says when was looked last, and what could not be judged.
    """
    rows = [_row(each) for each in kept[:SHOWN]]
    age_s = None if run is None else float(max(0, now_ns - run.until_ns) // 60_000_000_000 * 60)
    sources = {part for each in kept[:SHOWN] for part in each.finding.source.split(", ") if part}
    state = PanelState(word, age_s, ", ".join(sorted(sources)), run_text(run, age_s))
    if rows:
        return RowsPayload(state, rows)
    if run is None:
        return RowsPayload(empty_state(state, "Nothing was looked at yet: press Look now"), [])
    return RowsPayload(empty_state(state, f"Nothing out of the ordinary. {state.detail}"), [])


def run_text(run: DetectionRun | None, age_s: float | None) -> str:
    """Return what the last look looked at, and what it could not judge.

    Examples
    --------
    >>> from quantdeck.ports.findings import DetectionRun
    >>> run_text(DetectionRun(until_ns=0, notes=("SPY: not enough data",), looked={"trade": 5}), 60.0)
    'Looked at 5 orders 1 min ago. Not judged: SPY: not enough data'
    """
    if run is None or age_s is None:
        return ""
    looked = ", ".join(
        f"{n:,} {_LOOKED[kind]}" for kind, n in run.looked.items() if kind in _LOOKED
    )
    when = f"{duration_text(age_s)} ago" if age_s else "just now"
    told = f"Looked at {looked or 'nothing'} {when}"
    if not run.notes:
        return told
    notes = "; ".join(run.notes[:_NOTES_SHOWN])
    more = len(run.notes) - _NOTES_SHOWN
    return f"{told}. Not judged: {notes}" + (f"; and {more} more" if more > 0 else "")


def findings_table(kept: Sequence[KeptFinding]) -> pa.Table:
    """Return findings as a table, for files and the API.

    Parameters
    ----------
    kept : sequence of KeptFinding
        In the order of the rows.

    Returns
    -------
    pa.Table
        ``ts_ns, kind, symbol, score, text, url, source, found_ns, key``.
    """
    text = pa.string()
    found = [each.finding for each in kept]
    return pa.table(
        {
            "ts_ns": pa.array([each.ts_ns for each in found], pa.int64()),
            "kind": pa.array([each.kind for each in found], text),
            "symbol": pa.array([each.symbol for each in found], text),
            "score": pa.array([each.score for each in found], pa.float64()),
            "text": pa.array([each.text for each in found], text),
            "url": pa.array([each.url for each in found], text),
            "source": pa.array([each.source for each in found], text),
            "found_ns": pa.array([each.found_ns for each in kept], pa.int64()),
            "key": pa.array([each.key for each in found], text),
        }
    )


def _row(kept: KeptFinding) -> Row:
    found = kept.finding
    return {
        "id": found.key,
        "ts": found.ts_ns // 1_000_000,
        "kind": KIND_WORDS[found.kind],
        "symbol": root_of(found.symbol),
        "text": found.text,
        "score": found.score,
        "source": found.source,
        "url": found.url or None,
    }
