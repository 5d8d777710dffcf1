"""One reading of a metric, and how it is taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.analytics.metrics import metric
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.analytics.metrics import Metric

Parameters = tuple[tuple[str, float], ...]
"""What a reading was taken with, by name."""

Part = tuple[str, str]
"""One of several figures of a metric: its key, and its name in a title."""
WHOLE: Part = ("", "")
"""The only figure of a metric."""


@dataclass(frozen=True, slots=True)
class MetricReading:
    """What a metric reads.

    Parameters
    ----------
    metric : Metric
        Its entry in the registry: title, formula, convention, unit, source.
    value : float or None
        In the metric's unit; None where the data cannot tell.
    part : str
        Which of the figures of the metric, such as ``upper``; empty where there is one.
    title : str
        The metric's title and the part, in words.
    parameters : tuple of (str, float)
        What it was taken with, such as the window.
    text : str
        The reading in words where it is no number; else empty.
    reason : str
        Why there is no value, with how much is needed and how much there is; else empty.
    """

    metric: Metric
    value: float | None
    part: str
    title: str
    parameters: Parameters
    text: str
    reason: str

    @property
    def id(self) -> str:
        """Name of the metric and, where it has several figures, the part."""
        return f"{self.metric.name}.{self.part}" if self.part else self.metric.name


def reading(
    name: str,
    value: float | None,
    *,
    part: Part = WHOLE,
    parameters: Parameters = (),
    text: str = "",
    reason: str = "",
) -> MetricReading:
    """Return a reading of a metric.

    Parameters
    ----------
    name : str
        Key of `quantdeck.analytics.metrics.METRICS`.
    value : float or None
        What it reads; None, or not finite, where the data cannot tell.
    part : (str, str)
        Which of its figures: key, and as a title says it.
    parameters : tuple of (str, float)
        What it was taken with.
    text : str
        The reading in words.
    reason : str
        Why there may be no value.

    Returns
    -------
    MetricReading
        Without a reason where it has a value.

    Examples
    --------
    >>> found = reading("macd", 1.5, part=("signal", "signal line"))
    >>> found.id, found.title
    ('macd.signal', 'MACD, signal line')
    """
    entry = metric(name)
    known = value is not None and math.isfinite(value)
    return MetricReading(
        metric=entry,
        value=value if known else None,
        part=part[0],
        title=f"{entry.title}, {part[1]}" if part[1] else entry.title,
        parameters=parameters,
        text=text,
        reason="" if known or text else reason or "there is no reading",
    )


def taken(
    name: str,
    take: Callable[[], float | None],
    *,
    part: Part = WHOLE,
    parameters: Parameters = (),
    reason: str = "",
) -> MetricReading:
    """Return a reading, absent with the reason where the data do not suffice.

    Parameters
    ----------
    name, part, parameters, reason
        As `reading` takes them.
    take : callable
        Gives the value, or raises `NoData`.

    Returns
    -------
    MetricReading
        With the message of the error as its reason.

    Examples
    --------
    >>> def none() -> float:
    ...     raise NoData("1 return; 2 are needed")
    >>> taken("sharpe_ratio", none).reason
    '1 return; 2 are needed'
    """
    try:
        value, said = take(), reason
    except NoData as error:
        value, said = None, str(error)
    return reading(name, value, part=part, parameters=parameters, reason=said)
