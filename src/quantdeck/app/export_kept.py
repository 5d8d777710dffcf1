"""Fired alerts and finished backtests for ``quantdeck export``."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from quantdeck.app.places import tape_folder
from quantdeck.app.state import has_state, open_state
from quantdeck.app.times import parse_time
from quantdeck.model.errors import BadInput, NoData
from quantdeck.views.kept_rows import fired_table, runs_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from quantdeck.app.files import ExportQuestion
    from quantdeck.app.settings import Settings
    from quantdeck.model.alerts import Delivery

KEPT = ("alerts", "backtests")
"""What is exported from the records."""

_MOST = 100_000
_ASKED_AT_ONCE = 500


def kept_tables(settings: Settings, question: ExportQuestion) -> Iterator[pa.Table]:
    """Return the fired alerts, or the backtests, sweeps and walks forward, newest first.

    Parameters
    ----------
    settings : Settings
        Say where the records are.
    question : ExportQuestion
        What is asked for, and from when until when.

    Yields
    ------
    pa.Table
        All of them, one table.

    Raises
    ------
    BadInput
        If symbols are named, which neither has.
    NoData
        If there are no records.
    """
    if question.symbols:
        raise BadInput(f"{question.what} are exported for all symbols; leave out --symbol")
    if not has_state(settings, demo=question.demo):
        folder = tape_folder(settings, demo=question.demo)
        raise NoData(f"no {question.what} are kept in {folder}")
    start_ns, end_ns = parse_time(question.start), parse_time(question.end)

    def is_wanted(at_ns: int) -> bool:
        return (start_ns is None or at_ns >= start_ns) and (end_ns is None or at_ns < end_ns)

    with closing(open_state(settings, demo=question.demo)) as records:
        if question.what == "alerts":
            fired = records.alerts.fired(limit=_MOST)
            fired = [alert for alert in fired if is_wanted(alert.fired_ns)]
            by_alert: dict[str, list[Delivery]] = {}
            for first in range(0, len(fired), _ASKED_AT_ONCE):
                ids = [alert.id for alert in fired[first : first + _ASKED_AT_ONCE]]
                for each in records.alerts.deliveries(alert_ids=ids):
                    by_alert.setdefault(each.alert_id, []).append(each)
            yield fired_table(fired, by_alert)
        else:
            runs = records.runs.runs(limit=_MOST)
            yield runs_table([run for run in runs if is_wanted(run.created_ns)])
