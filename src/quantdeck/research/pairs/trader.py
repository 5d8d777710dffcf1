"""Trades a pair as its bars come in, by the rules, the line and the scores of the backtest.

A trader is handed closed bars one at a time and says what they decide. It knows nothing of orders, fills
or money: `quantdeck.research.pairs.session` makes orders of its decisions, on recorded quotes as on live
ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.decisions import Stance
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.signals import held_scores, pair_signals

if TYPE_CHECKING:
    from quantdeck.research.pairs.rules import PairRules
    from quantdeck.research.pairs.signals import HeldScores, PairSignals

Why = Literal["entry", "exit", "stop", "time"]
"""What a decision does: it opens a trade, or ends it for one of the reasons of the rules."""

LEAVING: tuple[Why, ...] = ("exit", "stop", "time")
"""Decisions that end a trade."""

# A filter has no window: so many rows it looks back at least.
_FILTERED = 5_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What a closed bar has decided.

    Parameters
    ----------
    start_ns : int
        Start of the bar, UTC. [ns]
    side : int
        Of the spread that is opened or left: +1 for y bought and x sold, -1 for the opposite.
    why : str
        ``entry``, ``exit``, ``stop`` or ``time``.
    zscore : float
        Rolling score of the bar; NaN where there is none. [deviations]
    hedge_ratio : float
        Of the line in force.
    units_y, units_x : float
        What is to be held, negative for short; 0 of a decision to leave. [units]
    """

    start_ns: int
    side: int
    why: Why
    zscore: float
    hedge_ratio: float
    units_y: float = 0.0
    units_x: float = 0.0


@dataclass(frozen=True, slots=True)
class PairView:
    """What the newest bar has shown.

    Parameters
    ----------
    start_ns : int
        Its start, UTC. [ns]
    zscore, hedge_ratio : float
        Rolling score and line; NaN where there is none. [deviations], [1]
    side : int
        What is meant to be held.
    rows_short : int
        Bars that are missing before there is a score. [rows]
    """

    start_ns: int
    zscore: float
    hedge_ratio: float
    side: int
    rows_short: int


class PairTrader:
    """One pair, one set of rules, one bar after the other.

    Parameters
    ----------
    rules : PairRules
        As of a backtest; its limits hold the lots.
    last : Decision or None
        The last decision of an earlier run of the same pair, from which this one goes on: applied at
        its bar, or at the first bar where that is not handed in any more.

    Notes
    -----
    Its decisions are those of `quantdeck.research.pairs.backtest` on the same bars, but that the newest
    bar decides as well. Lines and scores are computed of as many bars as they reach back; those of
    ``kalman``, which reaches back without end, of the newest 5,000 at least. Owned by one thread.

    Examples
    --------
    >>> from quantdeck.research.pairs.rules import PairRules
    >>> trader = PairTrader(PairRules(hedge_ratio=1.0, log=False, window=3, entry=1.1, exit=0.0,
    ...     stop=None, capital=1000.0))
    >>> for t, y in enumerate([10.0, 10.1, 10.0, 9.0, 9.5, 10.0]):
    ...     found = trader.decide(t, y, 10.0)
    ...     if found is not None:
    ...         print(found.start_ns, found.side, found.why, round(found.units_y, 2))
    3 1 entry 52.63
    4 1 exit 0.0
    """

    def __init__(self, rules: PairRules, *, last: Decision | None = None) -> None:
        self.rules = rules
        self._stance = Stance(rules)
        self._last = last
        self._times: list[int] = []
        self._y: list[float] = []
        self._x: list[float] = []
        self._dropped = self._decided = 0
        self._frozen: tuple[float, float, float] | None = None
        self._view: PairView | None = None
        reach = rules.hedge_window + rules.window + rules.refit
        self._reach = max(reach, _FILTERED) if rules.estimator == "kalman" else reach

    @property
    def side(self) -> int:
        """What is meant to be held: +1, -1 or 0."""
        return self._stance.side

    @property
    def view(self) -> PairView | None:
        """What the newest bar has shown; None before the first."""
        return self._view

    def learn(self, start_ns: int, y: float, x: float) -> None:
        """Take in a bar of the past, which decides nothing.

        Parameters
        ----------
        start_ns : int
            Its start, later than that of the bar before, UTC. [ns]
        y, x : float
            Closes. [currency]

        Raises
        ------
        BadInput
            If it is not later.
        """
        if not _is_usable(y, x):
            return
        # The line costs time, and of most bars of the past nobody wants it.
        is_wanted = self._last is not None or self._stance.blocked
        signals = self._take(start_ns, y, x, is_scored=bool(is_wanted))
        if signals is None:
            return
        if self._stance.blocked:
            self._stance.enter(float(signals.zscore[-1]), is_sized=False)
        self._recall(start_ns, signals)

    def decide(self, start_ns: int, y: float, x: float) -> Decision | None:
        """Take in a bar that has just closed, and return what it decides.

        Parameters
        ----------
        start_ns : int
            Its start, later than that of the bar before, UTC. [ns]
        y, x : float
            Closes; a bar in which one is not finite and positive counts for nothing. [currency]

        Returns
        -------
        Decision or None
            None where all stays as it is.

        Raises
        ------
        BadInput
            If it is not later.
        """
        if not _is_usable(y, x):
            return None
        signals = self._take(start_ns, y, x, is_scored=True)
        if signals is None:
            return None
        is_old = self._last is not None and start_ns <= self._last.start_ns
        self._recall(start_ns, signals)
        z, hedge = float(signals.zscore[-1]), float(signals.hedge_ratio[-1])
        side, row = self._stance.side, self._dropped + len(self._times) - 1
        found: Decision | None = None
        if is_old:
            # Decided before, by the run that this one goes on from.
            pass
        elif side:
            reason = self._stance.leave(self._held_score(signals, z), rows=row - self._decided)
            if reason is not None:
                found = Decision(start_ns, side, reason, z, hedge)
        else:
            size_y, size_x = float(signals.size_y[-1]), float(signals.size_x[-1])
            side = self._stance.enter(z, is_sized=size_y != 0.0)
            if side:
                found = Decision(
                    start_ns, side, "entry", z, hedge, side * size_y + 0.0, side * size_x + 0.0
                )
                self._begin(signals)
        self._look(start_ns, z, hedge)
        return found

    def _take(self, start_ns: int, y: float, x: float, *, is_scored: bool) -> PairSignals | None:
        if self._times and start_ns <= self._times[-1]:
            raise BadInput("bars of a pair are handed in one after the other, each once")
        self._times.append(start_ns)
        self._y.append(y)
        self._x.append(x)
        self._trim()
        if not is_scored:
            self._look(start_ns, np.nan, np.nan)
            return None
        # In whole steps from fit to fit, so that lines are fitted at the rows of the backtest.
        refit = self.rules.refit
        first = max(0, len(self._times) - self._reach) // refit * refit
        prices = PairPrices(
            np.array(self._times[first:], np.int64),
            np.array(self._y[first:]),
            np.array(self._x[first:]),
        )
        return pair_signals(prices, self.rules)

    def _trim(self) -> None:
        refit = self.rules.refit
        if len(self._times) < 2 * (self._reach + refit):
            return
        gone = (len(self._times) - self._reach - refit) // refit * refit
        self._dropped += gone
        del self._times[:gone], self._y[:gone], self._x[:gone]

    def _recall(self, start_ns: int, signals: PairSignals) -> None:
        last = self._last
        if last is None or start_ns < last.start_ns:
            return
        self._last = None
        if last.why == "entry":
            self._stance.side = last.side
            self._begin(signals)
        elif last.why != "exit":
            self._stance.blocked = last.side

    def _begin(self, signals: PairSignals) -> None:
        self._decided = self._dropped + len(self._times) - 1
        held = _held(signals, self.rules)
        self._frozen = None
        if held is not None:
            self._frozen = (
                float(held.hedge_ratio[-1]),
                float(held.centre[-1]),
                float(held.std[-1]),
            )

    def _held_score(self, signals: PairSignals, z: float) -> float:
        held = _held(signals, self.rules)
        if held is None or self._frozen is None:
            return z
        hedge, centre, std = self._frozen
        return float((held.y[-1] - hedge * held.x[-1] - centre) / std)

    def _look(self, start_ns: int, zscore: float, hedge_ratio: float) -> None:
        rows = self._dropped + len(self._times)
        short = max(0, self.rules.warm_up + 1 - rows)
        self._view = PairView(start_ns, zscore, hedge_ratio, self._stance.side, short)


def _held(signals: PairSignals, rules: PairRules) -> HeldScores | None:
    return held_scores(signals, rules) if rules.freeze else None


def _is_usable(y: float, x: float) -> bool:
    return bool(np.isfinite(y) and np.isfinite(x) and y > 0.0 and x > 0.0)
