"""What is said of a figure that alert rules can look at."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from quantdeck.alerts.syntax import Number
from quantdeck.model.events import Kind

Value = str | int | Number


class ArgumentType(StrEnum):
    """What is written in the place of an argument."""

    SYMBOL = "symbol"
    """``BTCUSDT`` or ``BINANCE-USDM:BTCUSDT``."""
    ROOT = "root"
    """Root of option contracts, such as ``SPX``."""
    CHOICE = "choice"
    """One of a list."""
    INTEGER = "integer"
    """A whole number."""
    TIME = "time"
    """A number with ``s``, ``m``, ``h`` or ``d``."""
    DAYS = "days"
    """A whole number of days, such as ``180d``."""


class Dimension(StrEnum):
    """What a figure measures, so that ``3bp`` is not compared with what counts basis points."""

    PRICE = "price"
    RATIO = "ratio"
    """A decimal: 0.01 is one per cent."""
    BASIS_POINTS = "basis points"
    SECONDS = "seconds"
    COUNT = "count"
    PLAIN = "number"
    """Standard deviations, correlations, slopes."""


class Argument(msgspec.Struct, frozen=True):
    """One argument of a metric.

    Parameters
    ----------
    name : str
        As in ``name=value``.
    type : ArgumentType
        What is written.
    help : str
        What it means.
    default : str, int, Number or None
        Taken where it is not written; None where it must be.
    options : tuple of str
        Of a choice.
    minimum, maximum : float or None
        Of a number. Times in seconds, days in days.
    """

    name: str
    type: ArgumentType
    help: str
    default: Value | None = None
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


class Group(StrEnum):
    """What figures are about; the headings of the reference."""

    PRICES = "Prices"
    WINDOWS = "Over a window"
    INDICATORS = "Technical indicators"
    PAIRS = "Pairs"
    RATES = "Box rates"
    CAPTURE = "Capture"


class Metric(msgspec.Struct, frozen=True):
    """One figure.

    Parameters
    ----------
    name : str
        As in rules.
    group : Group
        What it is about.
    meaning : str
        One sentence.
    arguments : tuple of Argument
        In the order in which they are written.
    dimension : Dimension
        What it measures.
    unit : str
        For a person.
    unknown : str
        When it has no value.
    source : str
        The function that computes it.
    kinds : tuple of Kind
        Events of its symbol that change it at once; empty where it is looked at once a second.
    example : str
        A call of it.
    """

    name: str
    group: Group
    meaning: str
    arguments: tuple[Argument, ...]
    dimension: Dimension
    unit: str
    unknown: str
    source: str
    kinds: tuple[Kind, ...] = ()
    example: str = ""
