"""An indicator that follows the candles of a stream: constant time a candle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from quantdeck.analytics.technical.columns import COLUMNS, inputs, is_usable
from quantdeck.analytics.technical.evaluate import arguments_of, outputs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.technical.candles import Candle, Candles
    from quantdeck.analytics.technical.indicator import Call, Indicator


class IndicatorState:
    """An indicator as of the last closed candle, owned by whoever keeps the candles.

    Equal, bit by bit, to the same indicator over all candles of the segment. It cannot be pickled:
    build it again from the candles with `of_candles`.

    Parameters
    ----------
    indicator : Indicator
        Which.
    parameters : mapping of str to float
        Some or all; the others at their defaults.

    Raises
    ------
    BadInput
        If a parameter is wrong.

    Examples
    --------
    >>> from quantdeck.analytics.technical import Candle, indicator
    >>> state = IndicatorState(indicator("sma"), {"window": 2})
    >>> [state.update(Candle(c, c, c)) for c in (1.0, 2.0, 4.0)]
    [(nan,), (1.5,), (3.0,)]
    >>> state.peek(Candle(6.0, 6.0, 6.0)), state.values
    ((5.0,), (3.0,))
    """

    def __init__(self, indicator: Indicator, parameters: Mapping[str, float]) -> None:
        self.indicator = indicator
        self.parameters = indicator.checked(parameters)
        self.lookback = indicator.lookback(self.parameters)
        self.warm_up = indicator.warm_up(self.parameters)
        self._needed = inputs(indicator)
        self._absent = (math.nan,) * len(indicator.outputs)
        self._rows = 0
        self._values = self._absent
        self._calls = [_Follower(call, self.parameters) for call in indicator.calls]

    @classmethod
    def of_candles(
        cls, indicator: Indicator, parameters: Mapping[str, float], candles: Candles
    ) -> IndicatorState:
        """Return the state after candles, such as those of the tape at a start.

        Parameters
        ----------
        indicator : Indicator
            Which.
        parameters : mapping of str to float
            Some or all; the others at their defaults.
        candles : Candles
            Closed ones, oldest first; at least `warm_up` of them for settled values.

        Returns
        -------
        IndicatorState
            As if every one had been handed to `update`.

        Raises
        ------
        BadInput
            If a parameter is wrong.
        """
        state = cls(indicator, parameters)
        for row in range(len(candles)):
            state.update(candles.row(row))
        return state

    @property
    def values(self) -> tuple[float, ...]:
        """Outputs at the last closed candle; NaN where there is no reading."""
        return self._values

    @property
    def rows(self) -> int:
        """Candles of the segment so far."""
        return self._rows

    @property
    def is_settled(self) -> bool:
        """Whether the start of the segment no longer matters."""
        return self._rows > self.warm_up

    def update(self, candle: Candle) -> tuple[float, ...]:
        """Take a closed candle; one that cannot be read ends the segment.

        Parameters
        ----------
        candle : Candle
            The next one.

        Returns
        -------
        tuple of float
            One per output; NaN where there is no reading.
        """
        if not is_usable(self._needed, candle, positive=self.indicator.positive):
            self._restart()
            return self._values
        if candle.opens_session and self.indicator.anchored:
            self._restart()
        self._rows += 1
        slots: list[float] = []
        for call in self._calls:
            slots += call.update(candle)
        self._values = self._outputs(slots)
        return self._values

    def peek(self, candle: Candle) -> tuple[float, ...]:
        """Return what `update` would, and keep the state: for the candle that still forms.

        Parameters
        ----------
        candle : Candle
            As it stands.

        Returns
        -------
        tuple of float
            One per output; NaN where there is no reading.
        """
        if not is_usable(self._needed, candle, positive=self.indicator.positive):
            return self._absent
        if candle.opens_session and self.indicator.anchored:
            return IndicatorState(self.indicator, self.parameters).update(candle)
        slots: list[float] = []
        for call in self._calls:
            slots += call.peek(candle)
        return self._outputs(slots)

    def _outputs(self, slots: Sequence[float]) -> tuple[float, ...]:
        return outputs_of(self.indicator, slots, self.parameters)

    def _restart(self) -> None:
        self._rows = 0
        self._values = self._absent
        self._calls = [_Follower(call, self.parameters) for call in self.indicator.calls]


class _Follower:
    # One call of TA-Lib; rows are kept until its handle can be opened, which needs a whole lookback.

    def __init__(self, call: Call, parameters: Mapping[str, Any]) -> None:
        self._call = call
        self._arguments = arguments_of(call, parameters)
        self._columns = [COLUMNS[name] for name in call.columns]
        self._history: list[list[float]] = [[] for _ in call.columns]
        self._handle: Any = None

    def update(self, candle: Candle) -> tuple[float, ...]:
        figures = [column(candle) for column in self._columns]
        if self._handle is not None:
            return _floats(self._handle.update(*figures))
        for kept, figure in zip(self._history, figures, strict=True):
            kept.append(figure)
        self._handle = self._opened(self._history)
        if self._handle is None:
            return (math.nan,) * self._call.outputs
        self._history = []
        return _floats(self._handle.value)

    def peek(self, candle: Candle) -> tuple[float, ...]:
        figures = [column(candle) for column in self._columns]
        if self._handle is not None:
            return _floats(self._handle.peek(*figures))
        tried = [[*kept, figure] for kept, figure in zip(self._history, figures, strict=True)]
        handle = self._opened(tried)
        return (math.nan,) * self._call.outputs if handle is None else _floats(handle.value)

    def _opened(self, history: list[list[float]]) -> Any:
        import talib  # it loads the data-frame libraries that are installed: half a second

        stream = cast("Callable[..., Any]", getattr(talib.stream, self._call.function))
        try:
            return stream(*(np.array(column) for column in history), *self._arguments)
        except talib.InsufficientHistory:  # pyright: ignore[reportUnknownMemberType]
            return None


def _floats(value: Any) -> tuple[float, ...]:
    parts = cast("tuple[Any, ...]", value if isinstance(value, tuple) else (value,))
    return tuple(map(float, parts))
