"""Bodies of requests and answers about alerts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.parse import LONGEST
from quantdeck.alerts.values import signature, value_text
from quantdeck.api.parameters import iso
from quantdeck.hub.alert_outbox import ChannelStatus
from quantdeck.views.alert_forms import COMPARISONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.hub.alert_parts import RuleNow
    from quantdeck.hub.alert_trial import Trial
    from quantdeck.model.alerts import Delivery, FiredAlert

_Text = Annotated[str, Field(min_length=1, max_length=LONGEST, description="The rule.")]
_Id = Annotated[str, Field(min_length=1, max_length=100)]


class RuleRequest(BaseModel):
    """A rule to be added, or what an existing one becomes."""

    model_config = ConfigDict(extra="forbid")

    text: _Text
    name: str = Field(default="", max_length=100, description="The rule itself where empty.")
    channels: list[_Id] = Field(default=[], max_length=20, description="Who is told.")
    enabled: bool | None = Field(
        default=None, description="Whether it is watched; by default as before, or yes."
    )


class MuteRequest(BaseModel):
    """How long a rule is kept silent; without either of them it is so no longer."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    for_: str | None = Field(
        default=None, alias="for", max_length=20, description="A time, such as 30m, 1h or 2d."
    )
    until: str | None = Field(
        default=None, max_length=40, description="ISO 8601 with a zone, or a date."
    )


class TextRequest(BaseModel):
    """A text that may be a rule."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=2 * LONGEST, description="As it is being typed.")


class TrialRequest(BaseModel):
    """A rule, and the part of the tape that it is tried on."""

    model_config = ConfigDict(extra="forbid")

    text: _Text
    since: str = Field(
        default="1h", max_length=40, description="How long ago, such as 2h, or a moment (ISO 8601)."
    )
    until: str | None = Field(
        default=None, max_length=40, description="A moment; now where absent."
    )


class ReadRequest(BaseModel):
    """Alerts that have been seen: one, some, or, with neither, all."""

    model_config = ConfigDict(extra="forbid")

    id: _Id | None = None
    ids: list[_Id] | None = Field(default=None, max_length=10_000)


class SaidReply(msgspec.Struct, frozen=True):
    """What was done, in a sentence, and to how many."""

    message: str
    count: int


class RuleBody(msgspec.Struct, frozen=True):
    """A rule and how it stands.

    Parameters
    ----------
    id, name, text : str
        As they are kept.
    channels : tuple of str
        Who is told beside the page.
    enabled : bool
        Whether it is watched.
    created_ns, changed_ns : int
        UTC. [ns]
    muted_until_ns : int or None
        It tells nobody until then. [ns]
    state : str
        ``ok``, ``holding``, ``true``, ``waiting``, ``unknown``, ``ended``, ``off`` or ``error``.
    why : str
        Why it is unknown or an error, or what it waits for.
    since_ns : int or None
        Since when, in the deck's time. [ns]
    values : dict of str to float
        Figures that are known, by their words.
    fired : int
        How often it has fired, ever.
    last_fired_ns : int or None
        When last. [ns]
    """

    id: str
    name: str
    text: str
    channels: tuple[str, ...]
    enabled: bool
    created_ns: int
    changed_ns: int
    muted_until_ns: int | None
    state: str
    why: str
    since_ns: int | None
    values: dict[str, float | None]
    fired: int
    last_fired_ns: int | None


class RuleReply(msgspec.Struct, frozen=True):
    """A rule after it was changed, and what was done in a sentence."""

    rule: RuleBody
    message: str


class RulesReply(msgspec.Struct, frozen=True):
    """Every rule, oldest first."""

    rules: list[RuleBody]


class DeliveryBody(msgspec.Struct, frozen=True):
    """What became of one message."""

    channel: str
    state: str
    attempts: int
    detail: str


class FiredBody(msgspec.Struct, frozen=True):
    """One time that a rule fired.

    Parameters
    ----------
    id : str
        The idempotency key of everything sent about it.
    rule_id, rule_name, text : str
        Which rule, as it read then.
    time : str
        ISO 8601 in UTC.
    fired_ns : int
        The same. [ns]
    message : str
        What happened.
    values : dict of str to float or None
        What the rule looked at.
    simulated, muted, read : bool
        Whether the market was simulated or played, nobody was told, and somebody has seen it.
    deliveries : list of DeliveryBody
        What became of the messages.
    """

    id: str
    rule_id: str
    rule_name: str
    text: str
    time: str
    fired_ns: int
    message: str
    values: dict[str, float | None]
    simulated: bool
    muted: bool
    read: bool
    deliveries: list[DeliveryBody]


class FiredReply(msgspec.Struct, frozen=True):
    """Alerts, newest first.

    Parameters
    ----------
    alerts : list of FiredBody
        At most as many as asked for.
    unread : int
        How many nobody has seen, of all.
    next : str or None
        Pass it as `before` for the alerts that follow; null where these are the last.
    """

    alerts: list[FiredBody]
    unread: int
    next: str | None = None


class ArgumentBody(msgspec.Struct, frozen=True):
    """One argument of a figure; see `quantdeck.alerts.metric.Argument`."""

    name: str
    type: str
    help: str
    default: str | None
    options: tuple[str, ...]
    minimum: float | None
    maximum: float | None


class MetricBody(msgspec.Struct, frozen=True):
    """One figure that rules can look at; see `quantdeck.alerts.metric.Metric`."""

    name: str
    group: str
    meaning: str
    signature: str
    arguments: tuple[ArgumentBody, ...]
    dimension: str
    unit: str
    unknown: str
    example: str


class MetricsReply(msgspec.Struct, frozen=True):
    """The catalogue of figures, and how a form compares them."""

    metrics: list[MetricBody]
    comparisons: tuple[str, ...]


class ChannelsReply(msgspec.Struct, frozen=True):
    """Channels that rules can name, and how they do."""

    channels: list[ChannelStatus]


class TrialTime(msgspec.Struct, frozen=True):
    """One time that a rule would have fired: ms UTC, what happened, and the figures."""

    ts: int
    message: str
    values: dict[str, float | None]


class TrialReply(msgspec.Struct, frozen=True):
    """When a rule would have fired.

    Parameters
    ----------
    message : str
        In a sentence.
    count : int
        How often.
    times : list of TrialTime
        The first thousand.
    unknown_s : dict of str to float
        How long each figure was unknown. [s]
    start_ns, end_ns : int
        The time that was looked at, UTC. [ns]
    events : int
        Events that were played.
    """

    message: str
    count: int
    times: list[TrialTime]
    unknown_s: dict[str, float]
    start_ns: int
    end_ns: int
    events: int


def rule_body(now: RuleNow) -> RuleBody:
    """Return a rule as it is sent."""
    rule, standing = now.rule, now.standing
    state, why = ("error", now.problem) if now.problem else ("off", "")
    if standing is not None:
        state, why = standing.state.value, standing.why
    elif rule.enabled and not now.problem:
        state, why = "unknown", "it is watched within seconds"
    return RuleBody(
        id=rule.id,
        name=rule.name,
        text=rule.text,
        channels=rule.channels,
        enabled=rule.enabled,
        created_ns=rule.created_ns,
        changed_ns=rule.changed_ns,
        muted_until_ns=rule.muted_until_ns,
        state=state,
        why=why,
        since_ns=None if standing is None else standing.since_ns,
        values=_known({} if standing is None else standing.values),
        fired=now.fired,
        last_fired_ns=now.last_fired_ns,
    )


def fired_body(alert: FiredAlert, deliveries: Sequence[Delivery]) -> FiredBody:
    """Return an alert as it is sent."""
    return FiredBody(
        id=alert.id,
        rule_id=alert.rule_id,
        rule_name=alert.rule_name,
        text=alert.text,
        time=iso(alert.fired_ns),
        fired_ns=alert.fired_ns,
        message=alert.message,
        values=_known(alert.values),
        simulated=alert.simulated,
        muted=alert.muted,
        read=alert.read,
        deliveries=[
            DeliveryBody(each.channel, each.state.value, each.attempts, each.detail)
            for each in deliveries
        ],
    )


def trial_reply(trial: Trial) -> TrialReply:
    """Return a trial as it is sent."""
    times = [
        TrialTime(each.at_ns // 1_000_000, each.message, _known(each.values))
        for each in trial.firings
    ]
    often = "once" if trial.fired == 1 else f"{trial.fired:,} times"
    return TrialReply(
        message=f"Would have fired {often}" if trial.fired else "Would not have fired",
        count=trial.fired,
        times=times,
        unknown_s=trial.unknown_s,
        start_ns=trial.start_ns,
        end_ns=trial.end_ns,
        events=trial.events,
    )


def metrics_reply() -> MetricsReply:
    """Return the catalogue as it is sent."""
    metrics = [
        MetricBody(
            name=metric.name,
            group=metric.group.value,
            meaning=metric.meaning,
            signature=signature(metric),
            arguments=tuple(
                ArgumentBody(
                    each.name,
                    each.type.value,
                    each.help,
                    None if each.default is None else value_text(each.default),
                    each.options,
                    each.minimum,
                    each.maximum,
                )
                for each in metric.arguments
            ),
            dimension=metric.dimension.value,
            unit=metric.unit,
            unknown=metric.unknown,
            example=metric.example,
        )
        for metric in METRICS.values()
    ]
    return MetricsReply(metrics, COMPARISONS)


def _known(values: dict[str, float]) -> dict[str, float | None]:
    return {words: value if math.isfinite(value) else None for words, value in values.items()}
