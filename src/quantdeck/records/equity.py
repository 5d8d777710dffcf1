"""The value of paper accounts over time, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.ports.database import Database

_HOUR_NS = 3_600_000_000_000
_DAY_NS = 24 * _HOUR_NS
_STEPS = ((2 * _DAY_NS, _HOUR_NS), (90 * _DAY_NS, _DAY_NS))


class SqlEquity:
    """Fulfils `quantdeck.ports.equity.EquityStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: str, *, ts_ns: int, equity: float, cash: float) -> None:
        """Keep a point; one of the same account and time is replaced."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO equity_points VALUES (?, ?, ?, ?) ON CONFLICT (account, ts_ns) "
                "DO UPDATE SET equity = excluded.equity, cash = excluded.cash",
                (account, ts_ns, equity, cash),
            )

    def points(self, account: str, *, since_ns: int = 0) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return time [ns], equity and cash [currency] of the points, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT ts_ns, equity, cash FROM equity_points WHERE account = ? AND ts_ns >= ? "
                "ORDER BY ts_ns",
                (account, since_ns),
            ).fetchall()
        times = np.array([row[0] for row in rows], np.int64)
        values = np.array([row[1:] for row in rows], np.float64).reshape(-1, 2)
        return times, values[:, 0].copy(), values[:, 1].copy()

    def last_before(self, account: str, ts_ns: int) -> float | None:
        """Return the equity of the newest point not behind a moment [ns]; None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT equity FROM equity_points WHERE account = ? AND ts_ns <= ? "
                "ORDER BY ts_ns DESC LIMIT 1",
                (account, ts_ns),
            ).fetchone()
        return None if row is None else float(row[0])

    def thin(self, account: str, *, now_ns: int) -> None:
        """Keep one point an hour of what is older than two days, one a day beyond 90 days."""
        with self._database.writing() as connection:
            for age_ns, step_ns in _STEPS:
                # The last of each step: what an hour or a day ended with.
                connection.execute(
                    "DELETE FROM equity_points WHERE account = :account AND ts_ns < :before "
                    "AND ts_ns NOT IN (SELECT max(ts_ns) FROM equity_points "
                    "WHERE account = :account AND ts_ns < :before GROUP BY ts_ns / :step)",
                    {"account": account, "before": now_ns - age_ns, "step": step_ns},
                )
