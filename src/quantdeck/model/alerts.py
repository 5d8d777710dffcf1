"""What is kept of alerts: rules, what they fired, and what became of every message.

The rules themselves are texts; `quantdeck.alerts` reads and evaluates them.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class AlertRule(msgspec.Struct, frozen=True):
    """One rule as it is kept.

    Parameters
    ----------
    id : str
        Unique; stays when the text changes.
    name : str
        What a person calls it.
    text : str
        In the rule language, as it was typed.
    channels : tuple of str
        Names of the channels that are told; empty for the page alone.
    created_ns, changed_ns : int
        UTC. [ns]
    enabled : bool
        False where it is not looked at.
    muted_until_ns : int or None
        Until then it fires unheard: kept in the list, no toast and no message. [ns]
    """

    id: str
    name: str
    text: str
    channels: tuple[str, ...] = ()
    created_ns: int = 0
    changed_ns: int = 0
    enabled: bool = True
    muted_until_ns: int | None = None


class FiredAlert(msgspec.Struct, frozen=True):
    """One time that a rule fired.

    Parameters
    ----------
    id : str
        Rule and time; the idempotency key of everything sent about it.
    rule_id, rule_name : str
        Which rule.
    text : str
        The rule as it read then.
    fired_ns : int
        In the deck's time, UTC. [ns]
    message : str
        One sentence for a person: what was compared with what.
    values : dict of str to float
        Each figure the rule looked at, by its words in the rule.
    simulated : bool
        True where the figures came from a simulated or replayed market.
    muted : bool
        True where nobody was told.
    read : bool
        True once a person has seen it.
    details : str
        Further lines, of a message that has more to say than a sentence; empty elsewhere.
    """

    id: str
    rule_id: str
    rule_name: str
    text: str
    fired_ns: int
    message: str
    values: dict[str, float] = {}
    simulated: bool = False
    muted: bool = False
    read: bool = False
    details: str = ""


class DeliveryState(StrEnum):
    """What became of one message to one channel."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    """Given up after the last attempt, or refused for good."""


class Delivery(msgspec.Struct, frozen=True):
    """One message to one channel.

    Parameters
    ----------
    alert_id, channel : str
        Which; together unique.
    state : DeliveryState
        What became of it.
    attempts : int
        How often it was tried.
    next_ns : int
        Not before then it is tried again, UTC. [ns]
    detail : str
        Why it is not sent yet; never holds a secret.
    """

    alert_id: str
    channel: str
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    next_ns: int = 0
    detail: str = ""
