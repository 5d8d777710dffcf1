"""The alert desk of a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.alert_desk import AlertDesk
from quantdeck.hub.alert_metrics import machine_figures
from quantdeck.model.errors import Conflict
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from quantdeck.hub.machine import Machine


def new_alert_desk(machine: Machine) -> AlertDesk | None:
    """Return a desk that watches rules over a machine's figures, or None where there are no records."""
    parts = machine.parts
    if parts.alerts is None:
        return None
    return AlertDesk(
        parts.alerts,
        figures=machine_figures(machine),
        clock=parts.clock,
        now_ns=machine.now_ns,
        simulated=parts.mode is not Mode.LIVE,
        tell=lambda text: machine.journal.write(text, tone="warn"),
    )


def alert_desk_of(machine: Machine) -> AlertDesk:
    """Return the desk of a machine.

    Raises
    ------
    Conflict
        If the machine keeps no records.
    """
    if machine.alerts is None:
        raise Conflict("this deck keeps no records, and so watches no alerts")
    return machine.alerts
