"""What a person asks of a backtest, a sweep or a walk forward: flat, as it is sent and kept."""

from __future__ import annotations

from typing import Literal, cast

import msgspec

from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.grid_words import numbers_of, rows_of
from quantdeck.research.pairs.rules import Direction, PairRules
from quantdeck.research.pairs.sweep_grid import SweepGrid
from quantdeck.trading.costs import Costs

RunKind = Literal["backtest", "sweep", "walk-forward"]
"""What is run."""

RUN_KINDS: tuple[RunKind, ...] = ("backtest", "sweep", "walk-forward")


class RunQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question; `quantdeck.research.pairs.rules` says what the rules mean.

    Parameters
    ----------
    kind : str
        ``backtest``, ``sweep`` or ``walk-forward``.
    y, x : str
        Canonical symbols.
    timeframe : str
        Of the bars.
    lookback : int
        Newest closed bars that both have. [rows]
    estimator : str
        Of the hedge ratio.
    hedge_ratio : float or None
        Use this one and fit nothing.
    hedge_window, refit : int
        Rows that a line is fitted to, and between two fits. [rows]
    prices : str
        ``log`` or ``levels``.
    window : int
        Rows of the score. [rows]
    entry, exit : float
        [deviations]
    stop : float or None
        [deviations]
    max_hold : int or None
        [rows]
    freeze : bool
        Leave by the line and deviation of the row that decided the trade.
    direction : str
        ``both``, ``long`` or ``short``.
    capital : float
        Gross notional of a trade. [currency]
    fee_bp, half_spread_bp, slippage_bp : float
        Of each leg, each way. [bp]
    funding_bp : float
        That longs pay shorts every eight hours, on both legs; taken as constant. [bp]
    windows, entries, exits, stops, max_holds, hedge_windows : str
        What a sweep tries, as `numbers_of` reads it; the last may be empty.
    train, test : int
        Rows that a walk forward chooses by, and then trades. [rows]
    """

    kind: RunKind = "backtest"
    y: str = ""
    x: str = ""
    timeframe: str = "1m"
    lookback: int = 1000
    estimator: str = "ols"
    hedge_ratio: float | None = None
    hedge_window: int = 200
    refit: int = 1
    prices: Literal["log", "levels"] = "log"
    window: int = 60
    entry: float = 2.0
    exit: float = 0.5
    stop: float | None = 4.0
    max_hold: int | None = None
    freeze: bool = False
    direction: Direction = "both"
    capital: float = 10_000.0
    fee_bp: float = 5.0
    half_spread_bp: float = 0.0
    slippage_bp: float = 1.0
    funding_bp: float = 0.0
    windows: str = "20..110/10"
    entries: str = "1..3.25/0.25"
    exits: str = "0..0.75/0.25"
    stops: str = "3.5, 4, 5, 6, none"
    max_holds: str = "50, 100, 200, 400, none"
    hedge_windows: str = ""
    train: int = 400
    test: int = 100

    def rules(self) -> PairRules:
        """Return the rules.

        Raises
        ------
        BadInput
            If a value cannot be.
        """
        costs = Costs(
            taker_bp=self.fee_bp,
            half_spread_bp=self.half_spread_bp,
            slippage_bp=self.slippage_bp,
        )
        return PairRules(
            estimator=self.estimator,
            hedge_window=self.hedge_window,
            refit=self.refit,
            hedge_ratio=self.hedge_ratio,
            log=self.prices == "log",
            window=self.window,
            entry=self.entry,
            exit=self.exit,
            stop=self.stop,
            max_hold=self.max_hold,
            freeze=self.freeze,
            direction=self.direction,
            capital=self.capital,
            costs_y=costs,
            costs_x=costs,
        )

    def grid(self) -> SweepGrid:
        """Return what a sweep tries.

        Raises
        ------
        BadInput
            If a list cannot be read, or names none where a number is needed.
        """
        listed = self.hedge_windows.strip()
        hedges = _rows(listed, "hedge_windows") if listed else ()
        return SweepGrid(
            windows=_rows(self.windows, "windows"),
            entries=_numbers(self.entries, "entries"),
            exits=_numbers(self.exits, "exits"),
            stops=numbers_of(self.stops, name="stops"),
            max_holds=rows_of(self.max_holds, name="max_holds"),
            hedge_windows=hedges,
        )


def _numbers(text: str, name: str) -> tuple[float, ...]:
    values = numbers_of(text, name=name)
    if None in values:
        raise BadInput(f"{name} need numbers; none is for stops and max_holds")
    return cast("tuple[float, ...]", values)


def _rows(text: str, name: str) -> tuple[int, ...]:
    values = rows_of(text, name=name)
    if None in values:
        raise BadInput(f"{name} need numbers; none is for stops and max_holds")
    return cast("tuple[int, ...]", values)
