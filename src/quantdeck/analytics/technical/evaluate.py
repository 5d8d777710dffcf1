"""Indicators over a table of candles, segment by segment: no gap is read across."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from quantdeck.analytics.technical.columns import COLUMNS, usable_rows
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.technical.candles import Candles
    from quantdeck.analytics.technical.indicator import Call, Column, Indicator
    from quantdeck.analytics.types import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class IndicatorValues:
    """An indicator over candles.

    Parameters
    ----------
    indicator : Indicator
        What was computed.
    parameters : mapping of str to int or float
        All of them.
    values : tuple of arrays of shape (n,)
        One per output; NaN where there is no reading.
    settled : array of bool of shape (n,)
        Rows far enough from the start of their segment that it no longer matters.
    lookback, warm_up : int
        Rows of a segment before the first reading, and before a settled one.
    segments : int
        Runs of usable rows.
    missing : int
        Rows that could not be read.
    """

    indicator: Indicator
    parameters: Mapping[str, Any]
    values: tuple[FloatArray, ...]
    settled: BoolArray
    lookback: int
    warm_up: int
    segments: int
    missing: int

    def __getitem__(self, output: str) -> FloatArray:
        """Return one output by its name.

        Parameters
        ----------
        output : str
            Such as ``upper``.

        Returns
        -------
        array of shape (n,)
            NaN where there is no reading.

        Raises
        ------
        BadInput
            If there is none of that name.
        """
        names = [known.name for known in self.indicator.outputs]
        if output not in names:
            raise BadInput(
                f"{self.indicator.name} has no output {output!r}; it has {', '.join(names)}",
                field="output",
            )
        return self.values[names.index(output)]

    @property
    def first(self) -> FloatArray:
        """The first output."""
        return self.values[0]


def evaluate(
    indicator: Indicator, candles: Candles, parameters: Mapping[str, float]
) -> IndicatorValues:
    """Return an indicator over candles.

    Parameters
    ----------
    indicator : Indicator
        Which.
    candles : Candles
        Oldest first.
    parameters : mapping of str to float
        Some or all; the others at their defaults.

    Returns
    -------
    IndicatorValues
        As long as the candles.

    Raises
    ------
    BadInput
        If a parameter is wrong, or the candles lack a volume it needs.

    Notes
    -----
    TA-Lib carries a NaN to the end of a series, or answers 0 from there on; so each run of rows that
    can be read is computed by itself and the rest is NaN.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candles, indicator
    >>> values = evaluate(indicator("sma"), Candles.of_closes([1, 2, 3, np.nan, 5, 7]), {"window": 2})
    >>> values.first, values.segments
    (array([nan, 1.5, 2.5, nan, nan, 6. ]), 2)
    """
    checked = indicator.checked(parameters)
    usable = usable_rows(indicator, candles)
    lookback, warm_up = indicator.lookback(checked), indicator.warm_up(checked)
    values = tuple(np.full(len(candles), np.nan) for _ in indicator.outputs)
    settled = np.zeros(len(candles), bool)
    runs = _runs(usable, candles.opens_session if indicator.anchored else None)
    is_moving = indicator.can_stand_still is not None and not indicator.can_stand_still(candles)
    calls = [call for call in indicator.calls if not (is_moving and call.is_witness)]
    with np.errstate(all="ignore"):  # rows that cannot be read are left out below
        names: set[Column] = {column for call in calls for column in call.columns}
        figures = {name: np.asarray(COLUMNS[name](candles), np.float64) for name in names}
    for begin, end in runs:
        slots: list[FloatArray] = []
        for call in calls:
            slots += _call(call, [figures[name][begin:end] for name in call.columns], checked)
        outputs = slots if is_moving else outputs_of(indicator, slots, checked)
        for column, found in zip(values, outputs, strict=True):
            column[begin:end] = found
        settled[begin + warm_up : end] = True
    return IndicatorValues(
        indicator,
        checked,
        values,
        settled,
        lookback,
        warm_up,
        len(runs),
        len(usable) - int(usable.sum()),
    )


def outputs_of(
    indicator: Indicator, slots: Sequence[Any], parameters: Mapping[str, Any]
) -> tuple[Any, ...]:
    """Return the outputs from the figures of the calls, NaN where there is no reading.

    Parameters
    ----------
    indicator : Indicator
        Which.
    slots : sequence of arrays or of floats
        Outputs of its calls, one after the other.
    parameters : mapping
        As `Indicator.checked` returns them.

    Returns
    -------
    tuple of arrays or of floats
        One per output.

    Examples
    --------
    >>> from quantdeck.analytics.technical import indicator
    >>> outputs_of(indicator("rsi"), (0.0, 0.0), {"window": 14})
    (nan,)
    """
    if indicator.combine is not None:
        found = indicator.combine(slots, parameters)
    else:
        found = tuple(slots[: len(indicator.outputs)])
    if indicator.undefined is None:
        return found
    blank = indicator.undefined(slots)
    if not isinstance(blank, bool):
        return tuple(np.where(cast("BoolArray", blank), np.nan, output) for output in found)
    return (np.nan,) * len(found) if blank else found


def _call(call: Call, columns: list[FloatArray], parameters: Mapping[str, Any]) -> list[FloatArray]:
    import talib  # it loads the data-frame libraries that are installed: half a second

    function = cast("Callable[..., Any]", getattr(talib, call.function))
    arrays = [np.ascontiguousarray(column) for column in columns]
    found = function(*arrays, *arguments_of(call, parameters))
    parts = cast("tuple[Any, ...]", found if isinstance(found, tuple) else (found,))
    return [np.asarray(part, np.float64) for part in parts]


def arguments_of(call: Call, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the arguments of a call.

    Parameters
    ----------
    call : Call
        Which.
    parameters : mapping
        As `Indicator.checked` returns them.

    Returns
    -------
    tuple of int or float
        In the order of TA-Lib.

    Examples
    --------
    >>> from quantdeck.analytics.technical.indicator import Call
    >>> arguments_of(Call("PPO", ("close",), ("fast", "slow", 1)), {"fast": 12, "slow": 26})
    (12, 26, 1)
    """
    return tuple(
        parameters[argument] if isinstance(argument, str) else argument
        for argument in call.arguments
    )


def _runs(usable: BoolArray, opens: BoolArray | None) -> list[tuple[int, int]]:
    padded = np.concatenate(([False], usable, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    runs = [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
    if opens is None:
        return runs
    cut: list[tuple[int, int]] = []
    for begin, end in runs:
        inner = [begin + 1 + int(row) for row in np.flatnonzero(opens[begin + 1 : end])]
        points = [begin, *inner, end]
        cut += list(itertools.pairwise(points))
    return cut
