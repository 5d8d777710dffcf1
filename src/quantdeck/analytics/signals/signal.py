"""One signal: what happened, at which candle, and when it was known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from quantdeck.analytics.signals.crossing import crossings
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from quantdeck.analytics.signals.crossing import Crossing
    from quantdeck.analytics.technical import Candles
    from quantdeck.analytics.types import BoolArray, FloatArray


class Direction(StrEnum):
    """Which way it points."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Signal:
    """An event that candles confirm.

    Parameters
    ----------
    rule : str
        Key of `SIGNALS`.
    event : str
        What happened, in words.
    direction : Direction
        Up or down.
    row : int
        Candle at which it happened.
    bar_ns : int or None
        Start of that candle; None where the candles have no times. [ns]
    confirmed_row : int
        Candle at whose close it was known, `row` or later: nothing may act on it before.
    confirmed_ns : int or None
        When that candle had closed. [ns]
    values : tuple of (str, float)
        Figures at `row`, by name.
    settled : bool
        False where the figures still depend on where the data begin.
    """

    rule: str
    event: str
    direction: Direction
    row: int
    bar_ns: int | None
    confirmed_row: int
    confirmed_ns: int | None
    values: tuple[tuple[str, float], ...]
    settled: bool


def signal_at(
    candles: Candles,
    crossing: Crossing,
    said: tuple[str, str],
    *,
    values: tuple[tuple[str, float], ...],
    settled: bool,
) -> Signal:
    """Return the signal of a crossing.

    Parameters
    ----------
    candles : Candles
        Their times.
    crossing : Crossing
        Rows and direction.
    said : tuple of two str
        Rule and event.
    values : tuple of (str, float)
        Figures at its row.
    settled : bool
        Whether they are.

    Returns
    -------
    Signal
        With the times of its rows.

    Examples
    --------
    >>> from quantdeck.analytics.signals.crossing import Crossing
    >>> from quantdeck.analytics.technical import Candles
    >>> candles = Candles.of_closes([1, 2, 3])
    >>> found = signal_at(candles, Crossing(1, 2, True), ("r", "e"), values=(), settled=True)
    >>> found.direction.value, found.row, found.confirmed_row, found.bar_ns
    ('up', 1, 2, None)
    """
    rule, event = said
    return Signal(
        rule=rule,
        event=event,
        direction=Direction.UP if crossing.is_up else Direction.DOWN,
        row=crossing.row,
        bar_ns=None if candles.start_ns is None else int(candles.start_ns[crossing.row]),
        confirmed_row=crossing.confirmed_row,
        confirmed_ns=candles.known_ns(crossing.confirmed_row),
        values=values,
        settled=settled,
    )


def crossed(
    candles: Candles,
    line: FloatArray,
    said: tuple[str, str, str],
    *,
    lines: tuple[tuple[str, FloatArray], ...],
    settled: BoolArray,
    confirm: int,
) -> tuple[Signal, ...]:
    """Return the signals of a line that changes its side of zero.

    Parameters
    ----------
    candles : Candles
        Their times.
    line : array of shape (n,)
        As `crossings` takes it.
    said : tuple of three str
        Rule, event of a crossing upwards, event of one downwards.
    lines : tuple of (str, array of shape (n,))
        Figures to tell of, by name.
    settled : array of bool of shape (n,)
        Rows at which they are settled.
    confirm : int
        Further rows that must stay on the new side.

    Returns
    -------
    tuple of Signal
        By row.

    Raises
    ------
    BadInput
        If `confirm` is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.analytics.technical import Candles
    >>> close = np.array([1.0, 3.0])
    >>> found = crossed(
    ...     Candles.of_closes(close), close - 2.0, ("above_two", "rises above 2", "falls below 2"),
    ...     lines=(("close", close),), settled=np.ones(2, bool), confirm=0,
    ... )
    >>> [(s.row, s.event, s.values) for s in found]
    [(1, 'rises above 2', (('close', 3.0),))]
    """
    rule, rises, falls = said
    if confirm < 0:
        raise BadInput(f"confirm must not be negative, was {confirm}", field="confirm")
    return tuple(
        signal_at(
            candles,
            crossing,
            (rule, rises if crossing.is_up else falls),
            values=tuple((name, float(values[crossing.row])) for name, values in lines),
            settled=bool(settled[crossing.row]),
        )
        for crossing in crossings(line, confirm=confirm)
    )
