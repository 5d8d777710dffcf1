"""Pairs that a deck is to trade on paper, and how they are doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.research.pairs.rules import PairRules


@dataclass(frozen=True, slots=True)
class PairWanted:
    """A pair that is to be traded.

    Parameters
    ----------
    name : str
        As of `quantdeck.research.pairs.plan.PairPlan`.
    y, x : str
        Canonical symbols.
    timeframe : str
        Of its bars.
    interval_ns : int
        Their length. [ns]
    rules : PairRules
        Without lots, and without costs where the account has its own.
    wait_ns : int
        After the end of a bar, for what is still on its way. [ns]
    """

    name: str
    y: str
    x: str
    timeframe: str
    interval_ns: int
    rules: PairRules
    wait_ns: int = 100_000_000


@dataclass(frozen=True, slots=True)
class PairNow:
    """How a pair is doing.

    Parameters
    ----------
    wanted : PairWanted
        The pair.
    state : str
        What it waits for, or what it holds, in words.
    side : int
        Of the spread: +1, -1, or 0.
    zscore, hedge_ratio : float or None
        Of the newest bar; None where there is none. [deviations], [1]
    bar_ns : int or None
        Start of that bar, UTC. [ns]
    rows, late : int
        Bars looked at; executions received after their bar had decided.
    waiting : str
        Why an order does not trade; empty where none waits.
    """

    wanted: PairWanted
    state: str
    side: int = 0
    zscore: float | None = None
    hedge_ratio: float | None = None
    bar_ns: int | None = None
    rows: int = 0
    late: int = 0
    waiting: str = ""
