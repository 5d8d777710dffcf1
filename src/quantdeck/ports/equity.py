"""Where the value of paper accounts over time is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray


class EquityStore(Protocol):
    """Keeps points of equity, thinner the older they are.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def add(self, account: str, *, ts_ns: int, equity: float, cash: float) -> None:
        """Keep a point; one of the same account and time is replaced.

        Parameters
        ----------
        account : str
            Its name.
        ts_ns : int
            When, UTC. [ns]
        equity, cash : float
            Cash with positions at mark, and cash alone. [currency]
        """
        ...

    def points(self, account: str, *, since_ns: int = 0) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return time [ns], equity and cash [currency] of the points, oldest first."""
        ...

    def last_before(self, account: str, ts_ns: int) -> float | None:
        """Return the equity of the newest point not behind a moment [ns]; None where there is none."""
        ...

    def thin(self, account: str, *, now_ns: int) -> None:
        """Keep one point an hour of what is older than two days, one a day beyond 90 days."""
        ...
