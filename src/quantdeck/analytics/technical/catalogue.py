"""The one list of indicators, from which pages, streams and the reference are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.analytics.technical.averages import AVERAGES
from quantdeck.analytics.technical.oscillators import OSCILLATORS
from quantdeck.analytics.technical.ranges import RANGES
from quantdeck.analytics.technical.trends import TRENDS
from quantdeck.analytics.technical.volumes import VOLUMES
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.analytics.technical.indicator import Indicator

INDICATORS: Mapping[str, Indicator] = {
    found.name: found for found in (*AVERAGES, *OSCILLATORS, *RANGES, *TRENDS, *VOLUMES)
}
"""Every indicator by its name."""


def indicator(name: str) -> Indicator:
    """Return an indicator by its name.

    Parameters
    ----------
    name : str
        Such as ``rsi``.

    Returns
    -------
    Indicator
        What a page, a stream and `evaluate` need of it.

    Raises
    ------
    BadInput
        If there is none of that name.

    Examples
    --------
    >>> indicator("rsi").guides[0].value
    70.0
    """
    found = INDICATORS.get(name)
    if found is None:
        raise BadInput(
            f"no indicator is called {name!r}; there are {', '.join(INDICATORS)}",
            field="indicator",
        )
    return found
