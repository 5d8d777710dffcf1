"""What an indicator is: its parameters, its outputs, where it is drawn and what computes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.analytics.technical.candles import Candles

Column = Literal[
    "high",
    "low",
    "close",
    "volume",
    "typical",
    "minus_high",
    "minus_low",
    "minus_close",
    "inverse_typical",
]
"""What a call reads of a candle; `typical` is the mean of high, low and close."""

Drawing = Literal["line", "histogram", "band"]

_SETTLED = math.log(1e-6)
_FEWEST_TO_SETTLE = 200


class Pane(StrEnum):
    """Where an indicator is drawn."""

    PRICE = "price"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number one may choose.

    Parameters
    ----------
    name : str
        As the function calls it.
    title : str
        As a form says it.
    default, low, high : float
        Usual value and inclusive limits.
    whole : bool
        Whether it counts rows.
    """

    name: str
    title: str
    default: float
    low: float
    high: float
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Output:
    """One line of an indicator.

    Parameters
    ----------
    name : str
        Key among the outputs.
    title : str
        As a legend says it.
    drawing : {"line", "histogram", "band"}
        How it is drawn.
    """

    name: str
    title: str
    drawing: Drawing = "line"


@dataclass(frozen=True, slots=True)
class Guide:
    """A level that is drawn across the pane.

    Parameters
    ----------
    value : float
        Where.
    title : str
        What it means.
    """

    value: float
    title: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of TA-Lib.

    Parameters
    ----------
    function : str
        Its name there.
    columns : tuple of str
        Inputs, in its order.
    arguments : tuple of str or float
        Names of parameters, or constants, in its order.
    outputs : int
        Count of its outputs.
    is_witness : bool
        Whether it only tells that a row has no reading; such calls come last.
    """

    function: str
    columns: tuple[Column, ...]
    arguments: tuple[str | float, ...] = ()
    outputs: int = 1
    is_witness: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: all that a page, a stream and a reference need of it.

    Parameters
    ----------
    name : str
        Key, lower case.
    title : str
        As a heading says it.
    pane : Pane
        With the price, or by itself.
    unit : str
        Of its outputs.
    parameters : tuple of Parameter
        In the order in which a form asks.
    outputs : tuple of Output
        In the order of the results.
    calls : tuple of Call
        What TA-Lib is asked, outputs one after the other in one list of figures.
    combine : callable or None
        Outputs from that list and the parameters; None: the first figures are the outputs. It is
        arithmetic that arrays and single numbers share.
    undefined : callable or None
        Whether a row has no reading though TA-Lib gives a number, of the same list.
    can_stand_still : callable or None
        Whether candles hold any row that could make a row undefined; where they do not, witnesses
        are not called. None: always.
    lookback : callable
        Rows before the first with every output.
    decays : callable
        Share of a row's weight that the next row keeps, per smoothing without end, one after the
        other; empty where a window ends.
    guides : tuple of Guide
        Levels drawn across.
    positive : bool
        Whether a price that is not positive counts as absent.
    anchored : bool
        Whether it starts again with every session.
    """

    name: str
    title: str
    pane: Pane
    unit: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    calls: tuple[Call, ...]
    lookback: Callable[[Mapping[str, Any]], int]
    combine: Callable[[Sequence[Any], Mapping[str, Any]], tuple[Any, ...]] | None = None
    undefined: Callable[[Sequence[Any]], Any] | None = None
    can_stand_still: Callable[[Candles], bool] | None = None
    decays: Callable[[Mapping[str, Any]], tuple[float, ...]] | None = None
    guides: tuple[Guide, ...] = ()
    positive: bool = False
    anchored: bool = False

    @property
    def function(self) -> str:
        """Where it is documented, below `quantdeck.analytics`."""
        return f"technical.{self.name}"

    def checked(self, given: Mapping[str, float]) -> dict[str, Any]:
        """Return all parameters, those not given at their defaults.

        Parameters
        ----------
        given : mapping of str to float
            Some or all of them.

        Returns
        -------
        dict of str to int or float
            In the order of `parameters`.

        Raises
        ------
        BadInput
            If a name is unknown, a value outside of its limits or not whole where it counts rows,
            or ``fast`` is not below ``slow``.
        """
        return checked_parameters(self.name, self.parameters, given)

    def warm_up(self, parameters: Mapping[str, Any]) -> int:
        """Return the rows after which the start of the data no longer matters.

        Parameters
        ----------
        parameters : mapping
            As `checked` returns them.

        Returns
        -------
        int
            Lookback, and where a smoothing has no end the rows in which the weight of its start
            falls to a millionth, at least 200.
        """
        rows = self.lookback(parameters)
        decays = self.decays(parameters) if self.decays is not None else ()
        settle = sum(math.ceil(_SETTLED / math.log(decay)) for decay in decays if decay > 0.0)
        return rows + (max(_FEWEST_TO_SETTLE, settle) if decays else 0)


def checked_parameters(
    owner: str, parameters: tuple[Parameter, ...], given: Mapping[str, float]
) -> dict[str, Any]:
    """Return all parameters, those not given at their defaults.

    Parameters
    ----------
    owner : str
        Whose they are, for errors.
    parameters : tuple of Parameter
        All it takes.
    given : mapping of str to float
        Some or all of them.

    Returns
    -------
    dict of str to int or float
        In the order of `parameters`.

    Raises
    ------
    BadInput
        If a name is unknown, a value outside of its limits or not whole where it counts rows, or
        ``fast`` is not below ``slow``.

    Examples
    --------
    >>> checked_parameters("sma", (Parameter("window", "Window", 20, 2, 5000),), {"window": 5.0})
    {'window': 5}
    """
    known = {parameter.name for parameter in parameters}
    for name in given:
        if name not in known:
            raise BadInput(
                f"{owner} has no parameter {name!r}; it takes {', '.join(sorted(known)) or 'none'}",
                field=name,
            )
    values = {p.name: _checked(owner, p, given.get(p.name)) for p in parameters}
    if "slow" in values and "fast" in values and values["fast"] >= values["slow"]:
        raise BadInput(
            f"{owner} needs fast below slow, was {values['fast']} and {values['slow']}",
            field="fast",
        )
    return values


def _checked(owner: str, parameter: Parameter, value: float | None) -> float:
    if value is None:
        value = parameter.default
    if (
        isinstance(value, bool)
        or not parameter.low <= value <= parameter.high
        or (parameter.whole and value != int(value))
    ):
        kind = "a whole number" if parameter.whole else "a number"
        raise BadInput(
            f"{parameter.name} of {owner} must be {kind} from {parameter.low:g} to "
            f"{parameter.high:g}, was {value}",
            field=parameter.name,
        )
    return int(value) if parameter.whole else float(value)


def ema_decay(window: int) -> float:
    """Return the share of weight an exponential average keeps a row: (window - 1) / (window + 1).

    Parameters
    ----------
    window : int
        Span, >= 1. [rows]

    Returns
    -------
    float
        Below 1.

    Examples
    --------
    >>> ema_decay(9)
    0.8
    """
    return (window - 1) / (window + 1)


def wilder_decay(window: int) -> float:
    """Return the share of weight Wilder's average keeps a row: 1 - 1 / window.

    Parameters
    ----------
    window : int
        Rows, >= 1.

    Returns
    -------
    float
        Below 1.

    Examples
    --------
    >>> wilder_decay(4)
    0.75
    """
    return 1.0 - 1.0 / window
