"""What `quantdeck doctor` asks of the bus that the settings name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.app.bus_parts import describe_bus
from quantdeck.app.doctor_folder import Finding
from quantdeck.model.errors import QuantdeckError

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings

_REMEDY = "see docs: capture on one machine, look from others"


def bus(settings: Settings) -> Finding:
    """Find whether the bus answers, what it holds, and whether anybody publishes on it.

    Parameters
    ----------
    settings : Settings
        The section ``bus``, whose url is not empty.
    """
    try:
        found, trouble = asyncio.run(describe_bus(settings, demo=False))
    except QuantdeckError as error:
        return Finding("bus", "fail", str(error), _REMEDY)
    if trouble:
        return Finding("bus", "warn", f"{settings.bus.url}: {found}; {trouble}", _REMEDY)
    return Finding("bus", "ok", f"{settings.bus.url}: {found}")
