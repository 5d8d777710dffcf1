"""Volatility regimes: calm, normal, turbulent, each said only once it is confirmed.

Every row knows nothing of the rows after it: what is said at a row does not change when more come.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.series import as_series, check_window
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from quantdeck.analytics.types import FloatArray

_CHUNK_CELLS = 2_000_000


class Regime(IntEnum):
    """How volatile a market is, set against its own past."""

    CALM = -1
    NORMAL = 0
    TURBULENT = 1


@dataclass(frozen=True, slots=True)
class RegimeRules:
    """When a regime begins, ends and is believed.

    Parameters
    ----------
    lookback : int
        Values that the newest is ranked among, itself with them.
    calm, turbulent : float
        Ranks in (0, 1): at or below the one calm begins, at or above the other turbulence.
    margin : float
        How far the rank must come back for a regime to end: without it a rank near a limit would
        change the regime at every row.
    confirm : int
        Rows in a row that must speak for another regime before it is said.
    """

    lookback: int = 252
    calm: float = 0.2
    turbulent: float = 0.8
    margin: float = 0.1
    confirm: int = 5


@dataclass(frozen=True, slots=True)
class RegimeChange:
    """A change of regime.

    Parameters
    ----------
    before, after : Regime
        What was and what is; the same for the first regime.
    began : int
        First of the rows that spoke for it.
    confirmed : int
        Row at which it was known, `confirm` - 1 ranked rows later: what may be traded or alerted on.
    """

    before: Regime
    after: Regime
    began: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Regimes:
    """Regime at each row, and the changes.

    Parameters
    ----------
    state : array of shape (n,)
        -1 calm, 0 normal, 1 turbulent, as known at that row; NaN before the first is confirmed and
        where the volatility is absent.
    rank : array of shape (n,)
        Share of the last `lookback` values below this one, those equal to it counted half; in
        (0, 1). NaN before there are as many.
    changes : tuple of RegimeChange
        Oldest first; the first tells of the first regime.
    rules : RegimeRules
        What was asked.
    """

    state: FloatArray
    rank: FloatArray
    changes: tuple[RegimeChange, ...]
    rules: RegimeRules

    @property
    def current(self) -> Regime | None:
        """Newest confirmed regime; None where there is none yet."""
        return self.changes[-1].after if self.changes else None


def volatility_regimes(volatility: ArrayLike, *, rules: RegimeRules | None = None) -> Regimes:
    """Return the regime at every row: rank of the volatility in its own past, confirmed.

    Parameters
    ----------
    volatility : array of shape (n,)
        A rolling volatility, oldest first; NaN where it is absent, and passed over there.
    rules : RegimeRules or None
        Limits; None for the standard ones.

    Returns
    -------
    Regimes
        State and rank of each row, and the changes with the rows at which they were known.

    Raises
    ------
    BadInput
        If the rules contradict each other.
    NoData
        If fewer values are finite than `lookback` and `confirm` ask for.

    Notes
    -----
    rank[t] = (count below v[t] + half the count equal to it) / lookback among v[t-lookback+1 .. t].
    A regime begins where the rank reaches its limit and ends where it has come back by the margin;
    both take `confirm` rows of agreement. A rank has no scale, so that the same limits do for
    stocks and for crypto currencies; it finds changes within the lookback and takes a level that
    has lasted longer than that for normal.

    Examples
    --------
    >>> quiet, loud = np.tile([0.1, 0.11, 0.12, 0.13, 0.14], 8), np.linspace(0.4, 0.9, 10)
    >>> found = volatility_regimes(
    ...     np.concatenate((quiet, loud)), rules=RegimeRules(lookback=20, confirm=3)
    ... )
    >>> [(c.after.name, c.began, c.confirmed) for c in found.changes]
    [('NORMAL', 21, 23), ('TURBULENT', 39, 41)]
    """
    used = rules or RegimeRules()
    _check(used)
    series = as_series(volatility, "volatility")
    at = np.flatnonzero(np.isfinite(series))
    fewest = used.lookback + used.confirm - 1
    if len(at) < fewest:
        raise NoData(f"{len(at)} values of volatility; {fewest} are needed with these rules")
    ranks = _ranks(series[at], used.lookback)
    state = np.full(len(series), np.nan)
    rank = np.full(len(series), np.nan)
    ranked = at[used.lookback - 1 :]
    rank[ranked] = ranks
    state[ranked], changes = _confirmed(ranks, ranked.tolist(), used)
    return Regimes(state=state, rank=rank, changes=changes, rules=used)


def _check(rules: RegimeRules) -> None:
    check_window(rules.lookback, smallest=10)
    if rules.confirm < 1:
        raise BadInput(f"confirm must be at least 1 row, was {rules.confirm}", field="confirm")
    if not (
        rules.calm > 0.0
        and rules.margin >= 0.0
        and rules.calm + rules.margin < rules.turbulent - rules.margin
        and rules.turbulent < 1.0
    ):
        raise BadInput(
            "the limits need 0 < calm + margin < turbulent - margin < 1, were "
            f"calm {rules.calm}, turbulent {rules.turbulent}, margin {rules.margin}"
        )


def _ranks(values: FloatArray, lookback: int) -> FloatArray:
    windows = np.lib.stride_tricks.sliding_window_view(values, lookback)
    out = np.empty(len(windows))
    step = max(1, _CHUNK_CELLS // lookback)
    for start in range(0, len(windows), step):
        part = windows[start : start + step]
        newest = part[:, -1:]
        below = (part < newest).sum(axis=1)
        equal = (part == newest).sum(axis=1)
        # a series that does not move ranks in the middle
        out[start : start + step] = (below + 0.5 * equal) / lookback
    return out


def _wanted(rank: float, held: Regime | None, rules: RegimeRules) -> Regime:
    keeps_turbulent = rules.turbulent - (rules.margin if held is Regime.TURBULENT else 0.0)
    keeps_calm = rules.calm + (rules.margin if held is Regime.CALM else 0.0)
    if rank >= keeps_turbulent:
        return Regime.TURBULENT
    return Regime.CALM if rank <= keeps_calm else Regime.NORMAL


def _confirmed(
    ranks: FloatArray, rows: list[int], rules: RegimeRules
) -> tuple[FloatArray, tuple[RegimeChange, ...]]:
    out = np.full(len(ranks), np.nan)
    changes: list[RegimeChange] = []
    held: Regime | None = None
    pending: Regime | None = None
    since = 0
    for i, rank in enumerate(ranks.tolist()):
        wanted = _wanted(rank, held, rules)
        if wanted is not pending:
            pending, since = wanted, i
        if wanted is not held and i - since + 1 >= rules.confirm:
            changes.append(
                RegimeChange(held if held is not None else wanted, wanted, rows[since], rows[i])
            )
            held = wanted
        if held is not None:
            out[i] = float(held)
    return out, tuple(changes)
