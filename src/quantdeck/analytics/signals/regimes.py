"""Signals of volatility that changes its regime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.signals.crossing import Crossing
from quantdeck.analytics.signals.signal import signal_at
from quantdeck.analytics.volatility import RegimeRules, rolling_close_volatility, volatility_regimes

if TYPE_CHECKING:
    from quantdeck.analytics.signals.signal import Signal
    from quantdeck.analytics.technical import Candles


def volatility_regime(
    candles: Candles, *, window: int = 20, lookback: int = 252, confirm: int = 5
) -> tuple[Signal, ...]:
    """Return where the volatility regime changes.

    Parameters
    ----------
    candles : Candles
        Oldest first.
    window : int
        Log returns of the rolling volatility, >= 2.
    lookback : int
        Rows among which it is ranked, >= 10.
    confirm : int
        Rows that must agree before a regime is said, >= 1.

    Returns
    -------
    tuple of Signal
        By row: up to a more turbulent regime, down to a calmer one. The first regime is none.

    Raises
    ------
    BadInput
        If a parameter is out of its limits.
    NoData
        If there are fewer rows than the window, the lookback and the confirmation take.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.technical import Candles
    >>> close = 100.0 * np.exp(np.cumsum(np.tile([0.01, -0.01], 40)))
    >>> close[60:] *= np.tile([1.1, 1.0], 10)
    >>> found = volatility_regime(Candles.of_closes(close), window=4, lookback=20, confirm=2)
    >>> [(s.row, s.confirmed_row, s.event) for s in found if s.direction == "up"][:1]
    [(60, 61, 'volatility turns from normal to turbulent')]
    """
    volatility = rolling_close_volatility(candles.close, window=window, periods_per_year=1.0)
    rules = RegimeRules(lookback=lookback, confirm=confirm)
    signals: list[Signal] = []
    for change in volatility_regimes(volatility, rules=rules).changes:
        if change.after == change.before:
            continue
        before, after = change.before.name.lower(), change.after.name.lower()
        signals.append(
            signal_at(
                candles,
                Crossing(change.began, change.confirmed, change.after > change.before),
                ("volatility_regime", f"volatility turns from {before} to {after}"),
                values=(
                    ("close", float(candles.close[change.began])),
                    ("volatility", float(volatility[change.began])),
                ),
                settled=True,
            )
        )
    return tuple(signals)
