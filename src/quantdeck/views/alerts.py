"""Payloads of the Alerts page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quantdeck.alerts.message import figure_text
from quantdeck.alerts.watch import RuleState
from quantdeck.model.alerts import DeliveryState
from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import LogPayload, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.alerts.watch import Standing
    from quantdeck.model.alerts import AlertRule, Delivery, FiredAlert
    from quantdeck.views.payloads import PanelState, Row


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What is known of a rule.

    Parameters
    ----------
    rule : AlertRule
        As it is kept.
    standing : Standing or None
        How it stands; None where it is not watched.
    problem : str
        Why it cannot be watched.
    fired : int
        How often it has fired, ever.
    last_fired_ns : int or None
        When last, UTC. [ns]
    """

    rule: AlertRule
    standing: Standing | None
    problem: str
    fired: int
    last_fired_ns: int | None


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """What is known of a channel.

    Parameters
    ----------
    name, state, detail : str
        Its name, how it does in a word, and why.
    sent, waiting, failed : int
        Messages.
    last_ns : int or None
        When something was tried last, UTC. [ns]
    """

    name: str
    state: str
    detail: str
    sent: int
    waiting: int
    failed: int
    last_ns: int | None


def rules_payload(lines: Sequence[RuleLine], state: PanelState, *, now_ns: int) -> RowsPayload:
    """Return the table of rules.

    Parameters
    ----------
    lines : sequence of RuleLine
        In the order of the table.
    state : PanelState
        Of the panel.
    now_ns : int
        The wall time, UTC. [ns]

    Returns
    -------
    RowsPayload
        One row per rule.
    """
    rows = [_rule_row(line, now_ns) for line in lines]
    return RowsPayload(state if rows else empty_state(state, "There is no rule yet"), rows)


def fired_payload(alerts: Sequence[FiredAlert], state: PanelState) -> LogPayload:
    """Return what fired, for the shell of the page, which tells of every new row once.

    Parameters
    ----------
    alerts : sequence of FiredAlert
        Newest first.
    state : PanelState
        Of the payload.

    Returns
    -------
    LogPayload
        Rows of a ``log`` that also have `rule`, `read`, `muted` and `simulated`.
    """
    rows: list[Row] = [
        {
            "id": alert.id,
            "ts": ms_of(alert.fired_ns),
            "tone": "plain" if alert.muted else "warn",
            "text": f"{alert.rule_name}: {alert.message}",
            "rule": alert.rule_name,
            "read": alert.read,
            "muted": alert.muted,
            "simulated": alert.simulated,
        }
        for alert in reversed(alerts)
    ]
    # Within a millisecond in the order in which they fired, as a log wants it
    rows.sort(key=lambda row: -row["ts"])
    return LogPayload(state if rows else empty_state(state, "Nothing has fired yet"), rows)


def history_payload(
    alerts: Sequence[FiredAlert],
    deliveries: Mapping[str, Sequence[Delivery]],
    state: PanelState,
) -> RowsPayload:
    """Return the table of what fired, with what became of the messages.

    Parameters
    ----------
    alerts : sequence of FiredAlert
        Newest first.
    deliveries : mapping of str to sequence of Delivery
        By id of the alert.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        One row per alert.
    """
    rows: list[Row] = [
        {
            "id": alert.id,
            "fired": ms_of(alert.fired_ns),
            "rule": alert.rule_name,
            "message": alert.message,
            "state": _seen(alert),
            "deliveries": deliveries_text(deliveries.get(alert.id, ())),
            "data": "simulated" if alert.simulated else "live",
        }
        for alert in alerts
    ]
    return RowsPayload(state if rows else empty_state(state, "Nothing has fired yet"), rows)


def channels_payload(lines: Sequence[ChannelLine], state: PanelState) -> RowsPayload:
    """Return the table of channels.

    Parameters
    ----------
    lines : sequence of ChannelLine
        In the order of the table.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        One row per channel.
    """
    rows: list[Row] = [
        {
            "id": line.name,
            "name": line.name,
            "state": line.state,
            "detail": line.detail,
            "sent": line.sent,
            "waiting": line.waiting,
            "failed": line.failed,
            "last": None if line.last_ns is None else ms_of(line.last_ns),
        }
        for line in lines
    ]
    return RowsPayload(state if rows else empty_state(state, "No channel is set up"), rows)


def deliveries_text(deliveries: Sequence[Delivery]) -> str:
    """Return in words what became of the messages about an alert.

    Parameters
    ----------
    deliveries : sequence of Delivery
        One per channel.

    Examples
    --------
    >>> from quantdeck.model.alerts import Delivery, DeliveryState
    >>> waiting = Delivery("a", "slack", attempts=2, detail="HTTP 500")
    >>> deliveries_text([Delivery("a", "email", DeliveryState.SENT, 1), waiting])
    'email sent, slack waiting (HTTP 500)'
    """
    return ", ".join(
        f"{each.channel} {each.state}"
        + (f" ({each.detail})" if each.detail and each.state is not DeliveryState.SENT else "")
        for each in deliveries
    )


def _rule_row(line: RuleLine, now_ns: int) -> Row:
    rule, standing = line.rule, line.standing
    until_ns = rule.muted_until_ns
    is_muted = until_ns is not None and until_ns > now_ns
    state, why = _state(line)
    figures = {} if standing is None else standing.values
    known = ", ".join(
        f"{words} = {figure_text(value)}"
        for words, value in figures.items()
        if math.isfinite(value)
    )
    return {
        "id": rule.id,
        "name": rule.name,
        "text": rule.text,
        "state": state,
        "now": "; ".join(filter(None, [why, known])),
        "since": None if standing is None else ms_of(standing.since_ns),
        "fired": line.fired,
        "last": None if line.last_fired_ns is None else ms_of(line.last_fired_ns),
        "told": f"muted until {_minute(until_ns or 0)}" if is_muted else ", ".join(rule.channels),
    }


def _state(line: RuleLine) -> tuple[str, str]:
    if line.problem:
        return "error", line.problem
    if not line.rule.enabled:
        return "off", ""
    if line.standing is None:
        return RuleState.UNKNOWN.value, "it is watched within seconds"
    return line.standing.state.value, line.standing.why


def _minute(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns / 1e9, UTC):%Y-%m-%d %H:%M} UTC"


def _seen(alert: FiredAlert) -> str:
    if alert.muted:
        return "muted"
    return "read" if alert.read else "new"
