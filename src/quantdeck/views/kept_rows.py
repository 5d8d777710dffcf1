"""Fired alerts and finished runs as tables, for files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.views.alerts import deliveries_text
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.model.alerts import Delivery, FiredAlert
    from quantdeck.ports.records import Run


def fired_table(
    alerts: Sequence[FiredAlert], deliveries: Mapping[str, Sequence[Delivery]]
) -> pa.Table:
    """Return what fired, a row an alert.

    Parameters
    ----------
    alerts : sequence of FiredAlert
        In the order of the rows.
    deliveries : mapping of str to sequence of Delivery
        What became of the messages, by id of the alert.

    Returns
    -------
    pa.Table
        ``time``, ``fired_ns``, ``rule``, ``message``, ``text``, ``figures`` (JSON), ``simulated``,
        ``muted``, ``read``, ``deliveries``, ``id``, ``rule_id``.
    """
    table = pa.table(
        {
            "fired_ns": pa.array([each.fired_ns for each in alerts], pa.int64()),
            "rule": pa.array([each.rule_name for each in alerts], pa.string()),
            "message": pa.array([each.message for each in alerts], pa.string()),
            "text": pa.array([each.text for each in alerts], pa.string()),
            "figures": pa.array([_figures(each.values) for each in alerts], pa.string()),
            "simulated": pa.array([each.simulated for each in alerts], pa.bool_()),
            "muted": pa.array([each.muted for each in alerts], pa.bool_()),
            "read": pa.array([each.read for each in alerts], pa.bool_()),
            "deliveries": pa.array(
                [deliveries_text(deliveries.get(each.id, ())) for each in alerts], pa.string()
            ),
            "id": pa.array([each.id for each in alerts], pa.string()),
            "rule_id": pa.array([each.rule_id for each in alerts], pa.string()),
        }
    )
    return with_time(table, "fired_ns")


def runs_table(runs: Sequence[Run]) -> pa.Table:
    """Return runs with their headline figures, a row a run.

    Parameters
    ----------
    runs : sequence of Run
        In the order of the rows.

    Returns
    -------
    pa.Table
        ``time``, ``created_ns``, ``kind``, ``title``, ``mode``, ``id``, one column for each headline
        figure that any of them has, and ``question`` (JSON).
    """
    summaries = [json.loads(run.summary or b"{}") for run in runs]
    figures = dict.fromkeys(name for summary in summaries for name in summary)
    table = pa.table(
        {
            "created_ns": pa.array([run.created_ns for run in runs], pa.int64()),
            "kind": pa.array([run.kind for run in runs], pa.string()),
            "title": pa.array([run.title for run in runs], pa.string()),
            "mode": pa.array([run.mode for run in runs], pa.string()),
            "id": pa.array([run.id for run in runs], pa.string()),
            **{
                name: pa.array([summary.get(name) for summary in summaries], pa.float64())
                for name in figures
            },
            "question": pa.array([run.params.decode() for run in runs], pa.string()),
        }
    )
    return with_time(table, "created_ns")


def _figures(values: Mapping[str, float]) -> str:
    # JSON has no word for what is not finite
    return json.dumps({name: v if abs(v) < float("inf") else None for name, v in values.items()})
