"""What was traded of option chains, session by session: the figures that unusual activity is found in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from quantdeck.model.options import Right

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes

_ZONE = ZoneInfo("America/New_York")
_OPENS_H = 9.5


@dataclass(frozen=True, slots=True, eq=False)
class ChainDay:
    """One session of an underlying's contracts, arrays of shape (contracts,), ascending by name.

    Parameters
    ----------
    session : datetime.date
        Which session the volumes are of.
    taken_ns : int
        When the chain was taken, UTC. [ns]
    underlying, source : str
        Canonical symbol; who told it.
    names : array of str
        ``ROOT|YYYY-MM-DD|C|strike``: names a contract.
    days : array
        From the session to the expiry. [days]
    distance : array
        |strike / spot - 1| on the side out of the money, 0 in the money; NaN without a spot.
    is_call : array of bool
        Calls, or puts.
    volume, open_interest : array
        Contracts; NaN where not known.
    premium : array
        Volume times mid times multiplier; NaN without both sides of the quote. [currency]
    """

    session: date
    taken_ns: int
    underlying: str
    source: str
    names: NDArray[np.str_]
    days: FloatArray
    distance: FloatArray
    is_call: NDArray[np.bool_]
    volume: FloatArray
    open_interest: FloatArray
    premium: FloatArray

    @property
    def has_volume(self) -> bool:
        """Whether its source tells what was traded."""
        return bool(np.isfinite(self.volume).any())

    def traded(self, *, calls: bool | None = None) -> float:
        """Return the contracts traded, of calls, puts or both. [contracts]."""
        mine = slice(None) if calls is None else self.is_call == calls
        return float(np.nansum(self.volume[mine]))

    def open(self) -> float:
        """Return the contracts open; NaN where no vendor tells. [contracts]."""
        known = np.isfinite(self.open_interest)
        return float(self.open_interest[known].sum()) if known.any() else np.nan


def session_of(taken_ns: int) -> date:
    """Return the session that volumes taken at a moment are of.

    Before the opening of New York, and at weekends, a vendor still tells those of the session before.
    Holidays are not known here: a chain taken on one counts as of that day.

    Parameters
    ----------
    taken_ns : int
        UTC. [ns]

    Returns
    -------
    datetime.date
        Day in New York.

    Examples
    --------
    >>> session_of(1_723_147_200_000_000_000).isoformat()  # Thursday afternoon
    '2024-08-08'
    >>> session_of(1_723_327_200_000_000_000).isoformat()  # Saturday afternoon
    '2024-08-09'
    """
    local = datetime.fromtimestamp(taken_ns // 1_000_000_000, UTC).astimezone(_ZONE)
    day = local.date()
    if local.hour + local.minute / 60 < _OPENS_H:
        day -= timedelta(days=1)
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    return day


def chain_day(snapshot: ChainSnapshot) -> ChainDay:
    """Return the contracts of a chain with what was traded of them.

    Parameters
    ----------
    snapshot : ChainSnapshot
        Of one underlying.

    Returns
    -------
    ChainDay
        Of all its contracts.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.model.chains import ChainSnapshot
    >>> from quantdeck.model.feed import Delay, Provenance, RunId
    >>> chain, at_ns = example_chain()
    >>> of = Provenance("x", Delay.SIMULATED, RunId("r"))
    >>> day = chain_day(ChainSnapshot(at_ns, "simulated", of, (chain,)))
    >>> len(day.names) == 2 * len(chain.strikes)
    True
    """
    session = session_of(snapshot.taken_ns)
    sides = [
        (chain, right, side)
        for chain in snapshot.chains
        for right, side in ((Right.CALL, chain.calls), (Right.PUT, chain.puts))
    ]
    counts = [len(chain.strikes) for chain, _, _ in sides]
    is_call = np.array([right is Right.CALL for _, right, _ in sides], np.bool_)
    days = np.array([(chain.expiry - session).days for chain, _, _ in sides], np.float64)

    def column(parts: list[FloatArray]) -> FloatArray:
        return np.concatenate(parts) if parts else np.empty(0)

    volume = column([side.volume for _, _, side in sides])
    names = [
        f"{chain.root}|{chain.expiry}|{right.value[0].upper()}|{strike:g}"
        for chain, right, _ in sides
        for strike in chain.strikes.tolist()
    ]
    unordered = np.array(names, dtype=np.str_)
    order = np.argsort(unordered)
    return ChainDay(
        session=session,
        taken_ns=snapshot.taken_ns,
        underlying=snapshot.chains[0].underlying if snapshot.chains else "",
        source=snapshot.provenance.source,
        names=unordered[order],
        days=np.repeat(days, counts)[order],
        distance=column([_distance(chain, right) for chain, right, _ in sides])[order],
        is_call=np.repeat(is_call, counts)[order],
        volume=volume[order],
        open_interest=column([side.open_interest for _, _, side in sides])[order],
        premium=(volume * column([_mid(side) * c.multiplier for c, _, side in sides]))[order],
    )


def usual_volume(day: ChainDay, others: list[ChainDay]) -> FloatArray:
    """Return the median volume of each contract of a session in other sessions.

    Parameters
    ----------
    day : ChainDay
        Whose contracts.
    others : list of ChainDay
        A contract that one of them does not list counts nowhere, one without a trade as 0.

    Returns
    -------
    array of shape (contracts,)
        NaN where no other session lists the contract. [contracts]
    """
    found = np.full((max(1, len(others)), len(day.names)), np.nan)
    for row, other in enumerate(others):
        if len(other.names):
            at = np.searchsorted(other.names, day.names)
            at = np.minimum(at, len(other.names) - 1)
            is_listed = other.names[at] == day.names
            found[row, is_listed] = np.nan_to_num(other.volume[at[is_listed]])
    return _medians(found)


def _medians(rows: FloatArray) -> FloatArray:
    # As np.nanmedian, which warns of columns without a number.
    ordered = np.sort(rows, axis=0)
    count: IntArray = np.isfinite(rows).sum(axis=0)
    columns: IntArray = np.arange(len(ordered[0]), dtype=np.int64)
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    high = np.minimum(high, rows.shape[0] - 1)
    return np.where(count > 0, (ordered[low, columns] + ordered[high, columns]) / 2, np.nan)


def _mid(side: SideQuotes) -> FloatArray:
    return (side.bid + side.ask) / 2


def _distance(chain: ExpiryChain, right: Right) -> FloatArray:
    away = chain.strikes / chain.spot - 1.0
    return np.maximum(away if right is Right.CALL else -away, 0.0)
