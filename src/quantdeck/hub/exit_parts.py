"""The exits of the paper account of a machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.hub.exit_watch import ExitParts, ExitWatch
from quantdeck.hub.trade_alerts import AlertWays
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import OPTION_VENUE
from quantdeck.trading.exits import ExitRules
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.hub.machine import Machine
    from quantdeck.ports.exits import ExitStore
    from quantdeck.ports.paper import AccountStore


@dataclass(frozen=True, slots=True)
class ExitSetup:
    """Where exits are kept, and what is brought into step after trades.

    Parameters
    ----------
    events : AccountStore
        Events of the account.
    store : ExitStore
        Rules, and what is remembered.
    defaults : ExitRules
        Where neither position, strategy nor account has rules of its own.
    write_files : callable or None
        Brings the lists of the account into step; blocks.
    """

    events: AccountStore
    store: ExitStore
    defaults: ExitRules = field(default_factory=ExitRules)
    write_files: Callable[[], None] | None = None


def new_exit_watch(machine: Machine) -> ExitWatch | None:
    """Return what watches the exits of a machine's paper account; None where it keeps none."""
    parts, desk, setup = machine.parts, machine.paper, machine.parts.exits
    if desk is None or setup is None or parts.alerts is None:
        return None
    rules = desk.parts.rules

    def fresh_s(symbol: str) -> float:
        return rules.fresh_option_s if venue_of(symbol) == OPTION_VENUE else rules.fresh_s

    return ExitWatch(
        ExitParts(
            account=desk.name,
            events=setup.events,
            count=lambda: desk.account.count,
            store=setup.store,
            defaults=setup.defaults,
            commit=desk.commit,
            top=desk.tops,
            fresh_s=fresh_s,
            ways=AlertWays(
                parts.alerts.store,
                parts.alerts.channels,
                parts.clock,
                simulated=parts.mode is not Mode.LIVE,
                tell=machine.journal.write,
                wake=None if machine.alerts is None else machine.alerts.wake,
            ),
            clock=parts.clock,
            write_files=setup.write_files,
        )
    )
