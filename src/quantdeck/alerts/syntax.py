"""An alert rule as data: what a text says, without a trace of how it was typed."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

UNITS: dict[str, float] = {
    "": 1.0,
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "%": 0.01,
    "bp": 0.0001,
}
"""What a number is multiplied with: times become seconds, shares decimals."""

TIMES = ("ms", "s", "m", "h", "d")
"""Units of time."""


class Number(msgspec.Struct, frozen=True, tag="number"):
    """A number as it was written.

    Parameters
    ----------
    value : float
        The digits, >= 0.
    unit : str
        One of `UNITS`.
    """

    value: float
    unit: str = ""

    @property
    def amount(self) -> float:
        """The number with its unit worked in: seconds for times, decimals for shares."""
        return self.value * UNITS[self.unit]

    @property
    def ns(self) -> int:
        """A time in whole nanoseconds."""
        return round(self.value * UNITS[self.unit] * 1e9)


class Call(msgspec.Struct, frozen=True, tag="call"):
    """One figure of the catalogue, such as ``zscore(ETHUSDT, BTCUSDT, 1m)``.

    Parameters
    ----------
    metric : str
        Its name in the catalogue.
    arguments : tuple of str, int or Number
        One for each that the metric takes, in their order, those not written at their defaults.
    """

    metric: str
    arguments: tuple[str | int | Number, ...] = ()


class Negative(msgspec.Struct, frozen=True, tag="negative"):
    """Minus something."""

    operand: Expression


class Arithmetic(msgspec.Struct, frozen=True, tag="arithmetic"):
    """Two figures put together by ``+``, ``-``, ``*`` or ``/``."""

    operator: str
    left: Expression
    right: Expression


class Function(msgspec.Struct, frozen=True, tag="function"):
    """``abs`` of one figure, ``min`` or ``max`` of several."""

    name: str
    operands: tuple[Expression, ...]


Expression: TypeAlias = Number | Call | Negative | Arithmetic | Function
"""What has a number for its value, or none while it is unknown."""


class Compare(msgspec.Struct, frozen=True, tag="compare"):
    """Two figures compared by ``>``, ``>=``, ``<``, ``<=``, ``==`` or ``!=``.

    Parameters
    ----------
    left, right : Expression
        What is compared.
    operator : str
        How.
    hysteresis : Number or None
        Once true, it stays so until `left` has gone back by this beyond `right`.
    """

    left: Expression
    operator: str
    right: Expression
    hysteresis: Number | None = None


class Crossing(msgspec.Struct, frozen=True, tag="crossing"):
    """The moment in which one figure passes another.

    Parameters
    ----------
    left, right : Expression
        What passes what.
    direction : str
        ``above``, ``below`` or ``either``.
    hysteresis : Number or None
        It passes again only after it has gone back by this beyond `right`.
    """

    left: Expression
    direction: str
    right: Expression
    hysteresis: Number | None = None


class Not(msgspec.Struct, frozen=True, tag="not"):
    """True where the condition is false."""

    operand: Condition


class All(msgspec.Struct, frozen=True, tag="all"):
    """Conditions joined by ``and``, at least two."""

    operands: tuple[Condition, ...]


class Either(msgspec.Struct, frozen=True, tag="either"):
    """Conditions joined by ``or``, at least two."""

    operands: tuple[Condition, ...]


Condition: TypeAlias = Compare | Crossing | Not | All | Either
"""What is true, false or unknown."""


class Expiry(msgspec.Struct, frozen=True):
    """The end of a rule.

    Parameters
    ----------
    text : str
        ``2026-12-31`` (through that day) or ``2026-12-31T12:00`` (until then).
    zone : str
        IANA name of the time zone.
    """

    text: str
    zone: str = "UTC"


class Quiet(msgspec.Struct, frozen=True):
    """Hours of every day in which nothing fires.

    Parameters
    ----------
    start, end : str
        ``HH:MM`` on the clocks of the zone; from the first until just before the second, over
        midnight where that is earlier.
    zone : str
        IANA name of the time zone.
    """

    start: str
    end: str
    zone: str = "UTC"


class Rule(msgspec.Struct, frozen=True):
    """One alert rule.

    Parameters
    ----------
    condition : Condition
        When it is true.
    hold : Number or None
        It must have been true for so long without a break.
    cooldown : Number or None
        After it has fired, it does not fire again for so long.
    expires : Expiry or None
        When it ends.
    quiet : Quiet or None
        When it says nothing.
    """

    condition: Condition
    hold: Number | None = None
    cooldown: Number | None = None
    expires: Expiry | None = None
    quiet: Quiet | None = None
