"""The newest signals of many instruments on one board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.signals.signal import Signal


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A signal and what the price did since it was known.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    signal : Signal
        What was confirmed.
    price : float
        Close of the bar that confirmed it: the first price at which it could be acted on. [currency]
    last : float
        Newest close. [currency]
    change : float
        last / price - 1; NaN where a price is absent or not positive. [1]
    age_bars : int
        Bars that have closed since.
    """

    symbol: str
    signal: Signal
    price: float
    last: float
    change: float
    age_bars: int


def board_rows(
    series: PriceSeries, signals: Sequence[Signal], *, newest: int | None = None
) -> tuple[BoardRow, ...]:
    """Return the signals of an instrument with what the price did since, newest first.

    Parameters
    ----------
    series : PriceSeries
        Bars in which they were found.
    signals : sequence of Signal
        By confirmation, as `find_signals` returns them.
    newest : int, optional
        Only so many; None for all.

    Returns
    -------
    tuple of BoardRow
        By confirmation, the last one first.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.price_series import PriceSeries
    >>> from quantdeck.analytics.signals import find_signals
    >>> from quantdeck.analytics.technical import Candles
    >>> close = np.array([3.0, 2.0, 1.0, 2.0, 4.0, 5.0])
    >>> days = PriceSeries("A", "1d", 1, np.arange(6), *[close] * 6)
    >>> rule = {"sma_cross": {"fast": 2, "slow": 3}}
    >>> found = find_signals(Candles.of_closes(close), rule).signals
    >>> [(row.price, row.change, row.age_bars) for row in board_rows(days, found)]
    [(4.0, 0.25, 1)]
    """
    last = float(series.close[-1]) if len(series) else float("nan")
    chosen = signals if newest is None else signals[-newest:] if newest else ()
    rows: list[BoardRow] = []
    for signal in reversed(chosen):
        price = float(series.close[signal.confirmed_row])
        change = last / price - 1.0 if price > 0.0 and last > 0.0 else float("nan")
        age = len(series) - 1 - signal.confirmed_row
        rows.append(BoardRow(series.symbol, signal, price, last, change, age))
    return tuple(rows)


def signal_board(parts: Sequence[Sequence[BoardRow]], *, most: int = 500) -> tuple[BoardRow, ...]:
    """Return the rows of many instruments in one list, newest confirmation first.

    Parameters
    ----------
    parts : sequence of sequences of BoardRow
        Of each instrument.
    most : int
        Rows kept.

    Returns
    -------
    tuple of BoardRow
        Of equal times by symbol and rule.

    Examples
    --------
    >>> signal_board([(), ()])
    ()
    """
    rows = [row for part in parts for row in part]
    rows.sort(key=lambda row: (-(row.signal.confirmed_ns or 0), row.symbol, row.signal.rule))
    return tuple(rows[:most])
