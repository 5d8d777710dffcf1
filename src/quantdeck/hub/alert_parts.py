"""What an alert desk is put together from, and what it says of a rule."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from quantdeck.alerts.figures import FigureSource
from quantdeck.alerts.watch import Standing
from quantdeck.model.alerts import AlertRule

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from random import Random

    from quantdeck.hub.alert_outbox import ChannelStatus
    from quantdeck.model.events import Kind, Rows
    from quantdeck.ports.duties import DutyStore
    from quantdeck.ports.notifier import Notifier
    from quantdeck.ports.records import AlertStore


class LiveFigures(FigureSource, Protocol):
    """Figures of the running deck."""

    def keys(self, kind: Kind, rows: Rows) -> list[Hashable]:
        """Return what a batch changes, for `Engine.take`."""
        ...

    def refresh(self, now_ns: int) -> None:
        """Bring up to date what is costly to compute."""
        ...


@dataclass(frozen=True, slots=True)
class AlertParts:
    """What a desk is put together from.

    Parameters
    ----------
    store : AlertStore
        Where everything is kept.
    channels : sequence of Notifier
        Those that are told.
    rng : Random
        Jitter of the waits.
    unused : sequence of ChannelStatus
        Those that are set up but not used in this deck, and why.
    duties : DutyStore or None
        Where decks with the same records agree on who tells; None where there is no other.
    holder : str
        Name of this process in there.
    """

    store: AlertStore
    channels: Sequence[Notifier]
    rng: Random
    unused: Sequence[ChannelStatus] = ()
    duties: DutyStore | None = None
    holder: str = ""


class RuleNow(msgspec.Struct, frozen=True):
    """A rule and how it stands.

    Parameters
    ----------
    rule : AlertRule
        As it is kept.
    standing : Standing or None
        How it stands; None where it is not watched.
    problem : str
        Why it cannot be; empty where it is only switched off.
    fired : int
        How often it has fired, ever.
    last_fired_ns : int or None
        When last, UTC. [ns]
    """

    rule: AlertRule
    standing: Standing | None
    problem: str = ""
    fired: int = 0
    last_fired_ns: int | None = None


def new_rule_id() -> str:
    """Return an id that no other rule has: letters and digits, safe in a header and an address."""
    return f"r{secrets.token_hex(6)}"
