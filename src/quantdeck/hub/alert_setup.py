"""The alert desk of a machine, and rules tried on its tape."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from quantdeck.alerts.parse import parse
from quantdeck.hub.alert_desk import AlertDesk
from quantdeck.hub.alert_metrics import machine_figures
from quantdeck.hub.alert_trial import try_rule_aside
from quantdeck.model.errors import BadInput, Conflict
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from quantdeck.hub.alert_trial import Trial
    from quantdeck.hub.machine import Machine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_S = 60.0


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
        replayed=parts.mode is Mode.REPLAY,
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


async def try_in_deck(
    machine: Machine, text: str, *, since: timedelta | datetime, end_ns: int | None
) -> Trial:
    """Return when a rule would have fired on a machine's tape.

    Parameters
    ----------
    machine : Machine
        Whose tape and whose time.
    text : str
        The rule.
    since : timedelta or datetime
        How long before the end, or from when on.
    end_ns : int or None
        Now where None, UTC. [ns]

    Raises
    ------
    BadInput
        If the text is no rule, the time is no time, or it takes too long.
    NoData
        If nothing of the rule's symbols is on the tape in that time.
    """
    rule = parse(text)
    until_ns = machine.now_ns() if end_ns is None else end_ns
    if isinstance(since, timedelta):
        start_ns = until_ns - since // timedelta(microseconds=1) * 1000
    else:
        start_ns = (since - _EPOCH) // timedelta(microseconds=1) * 1000
    try:
        async with asyncio.timeout(_LONGEST_S):
            return await try_rule_aside(
                rule,
                machine.reader,
                start_ns=start_ns,
                end_ns=until_ns,
                benchmark=None if machine.desk is None else machine.desk.parts.benchmark,
            )
    except TimeoutError:
        raise BadInput(
            f"the trial takes longer than {_LONGEST_S:.0f} s; choose less time, or run it with "
            "quantdeck alerts test"
        ) from None
