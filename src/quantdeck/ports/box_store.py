"""What the box desk asks of the place that keeps its snapshots and the history of its rates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from quantdeck.model.feed import Delay, RunId

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from quantdeck.model.chains import ChainSnapshot


class StoredSnapshot(msgspec.Struct, frozen=True):
    """A snapshot that is kept.

    Parameters
    ----------
    path : str
        Where, relative to the data folder, with forward slashes; its name.
    taken_ns : int
        When it was taken, UTC. [ns]
    source, feed, delay : str
        As in the snapshot.
    underlying : str
        Canonical symbol.
    expiries, rows, bytes : int
        Chains, contracts and size.
    """

    path: str
    taken_ns: int
    source: str
    feed: str
    delay: str
    underlying: str
    expiries: int
    rows: int
    bytes: int


class RateRow(msgspec.Struct, frozen=True, kw_only=True):
    """The rate of one root at one moment, for one expiry or for a constant tenor.

    Rates are continuous, ACT/365, decimal; NaN where the status does not allow a number.

    Parameters
    ----------
    ts_ns : int
        When the chain was taken, UTC. [ns]
    underlying, root : str
        Canonical symbol, and first part of the OSI names.
    kind : str
        ``expiry`` or ``tenor``.
    expiry : datetime.date or None
        None for a tenor.
    tenor_days : int or None
        None for an expiry. [days]
    settlement, status : str
        As words; empty for a tenor where they do not apply.
    days : int
        Of the loan. [days]
    tau : float
        days / 365. [years]
    rate_mid, se, rate_lend, rate_borrow : float
        Middle and its standard error, best rates to lend and to borrow at. [1/year]
    forward, dividend_yield, spot : float
        Of the underlying.
    quotes_used, quotes_flagged : int
        Strikes.
    feed, source : str
        Of the quotes.
    delay : Delay
        What the quotes are.
    ingest_run_id : RunId
        Run that took them.
    """

    ts_ns: int
    underlying: str
    root: str
    kind: Literal["expiry", "tenor"]
    expiry: date | None
    tenor_days: int | None
    settlement: str
    status: str
    days: int
    tau: float
    rate_mid: float
    se: float
    rate_lend: float
    rate_borrow: float
    forward: float
    dividend_yield: float
    spot: float
    quotes_used: int
    quotes_flagged: int
    feed: str
    source: str
    delay: Delay
    ingest_run_id: RunId


class BoxStore(Protocol):
    """Keeps snapshots and rates; several processes may at the same time."""

    def keep(self, snapshot: ChainSnapshot) -> StoredSnapshot:
        """Write a snapshot, whole or not at all.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def snapshots(
        self,
        *,
        underlying: str | None = None,
        source: str | None = None,
        start_ns: int | None = None,
    ) -> list[StoredSnapshot]:
        """Return what is kept, newest first.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        ...

    def read(self, stored: StoredSnapshot) -> ChainSnapshot:
        """Return a snapshot that is kept.

        Raises
        ------
        NoData
            If it is not kept any longer.
        StoreError
            If it is damaged.
        """
        ...

    def prune(self, keep: int, *, now_ns: int) -> int:
        """Drop the oldest snapshots of each source and underlying beyond `keep`; return how many.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def append_rates(self, rows: Sequence[RateRow]) -> None:
        """Add to the history; a row that is there already is replaced.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def rates(
        self,
        *,
        underlying: str | None = None,
        kind: Literal["expiry", "tenor"] | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
    ) -> pa.Table:
        """Return the history, ``start_ns <= ts_ns < end_ns``, oldest first.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        ...
