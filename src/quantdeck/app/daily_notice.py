"""The last steps of a daily run: what was detected, and one message about all of it."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quantdeck.app.alert_parts import channels
from quantdeck.app.credentials import surroundings
from quantdeck.app.daily_inputs import newest_session, playbook_of
from quantdeck.app.daily_research import outcomes_in
from quantdeck.app.detect import detected
from quantdeck.app.words import counted
from quantdeck.hub.notices import tell_once, tell_waiting
from quantdeck.jobs.daily_steps import StepDone
from quantdeck.model.alerts import DeliveryState, FiredAlert
from quantdeck.model.findings import counts_text, lines_of
from quantdeck.views.daily_message import DailyNews, daily_details, daily_headline
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.daily_inputs import DailyPlace
    from quantdeck.jobs.daily_steps import StepContext
    from quantdeck.model.alerts import Delivery
    from quantdeck.ports.findings import Untold
    from quantdeck.ports.notifier import Notifier

RULE = "daily"
"""Id of the rule that its messages stand under in the list of alerts."""

_NAME = "Daily run"
_TEXT = "quantdeck daily"
_TOLD_LATE_NS = 24 * 3_600_000_000_000
_MOST_ALERTS = 500


async def detect(place: DailyPlace, at: StepContext) -> StepDone:
    """Look for large trades, fresh news and unusual option activity; they are told by `notify`.

    Raises
    ------
    StoreError
        If what is recorded cannot be read.
    """
    found = await detected(
        place.settings,
        place.folder,
        place.records,
        at.symbols,
        demo=place.demo,
        clock=place.clock,
    )
    for note in found.notes:
        at.tell.line(note)
    said = counts_text(found.new) or "nothing out of the ordinary"
    if found.notes:
        said = f"{said}; {counted(len(found.notes), 'time')} too little data to judge by"
    return StepDone(said=said)


async def notify(place: DailyPlace, at: StepContext, *, has_console: bool) -> StepDone:
    """Tell of the run in one message; the same is not told again.

    Parameters
    ----------
    place : DailyPlace
        Where the run works.
    at : StepContext
        How its steps ended.
    has_console : bool
        Whether the channel ``console`` is told as well: a command prints the message itself.

    Raises
    ------
    StoreError
        If the message cannot be kept.
    """
    now_ns = place.clock.now_ns()
    message = await asyncio.to_thread(_composed, place, at, now_ns)
    result = {"headline": message.headline, "details": message.details}
    if not (at.has_notice and place.settings.daily.notify):
        return StepDone(said="nobody was told, as asked", result=result)
    if message.alert is None:
        return StepDone(said="told before, and nothing new", result=result)
    used = _channels(place, has_console=has_console)
    try:
        # What an earlier run could not get through goes first.
        await tell_waiting(
            place.records.alerts, used, RULE, simulated=place.demo, clock=place.clock
        )
        told = await tell_once(place.records.alerts, used, message.alert, clock=place.clock)
    finally:
        for channel in used:
            await channel.close()
    if message.untold is not None:
        await asyncio.to_thread(place.records.findings.told, message.untold.message)
    return _said(told, result)


@dataclass(frozen=True, slots=True)
class _Message:
    headline: str
    details: str
    alert: FiredAlert | None
    untold: Untold | None


# The findings are no part of what makes a message another: a run that is repeated tells what was found
# since, and not the whole once more.
def _composed(place: DailyPlace, at: StepContext, now_ns: int) -> _Message:
    untold = place.records.findings.take_untold(now_ns=now_ns, since_ns=now_ns - _TOLD_LATE_NS)
    findings = [] if untold is None else lines_of(untold.findings)
    news = _news(place, at)
    top = place.settings.daily.top
    headline, plain = daily_headline(news), daily_details(news, top)
    digest = hashlib.sha256(f"{headline}\n{plain}".encode()).hexdigest()[:16]
    stem = f"daily:{newest_session(now_ns)}:{digest}"
    known = [
        alert.id
        for alert in place.records.alerts.fired(limit=_MOST_ALERTS)
        if alert.id.startswith(stem)
    ]
    alert_id = stem if untold is None else f"{stem}:{untold.message}"
    whole = daily_details(replace(news, findings=findings), top)
    if known and untold is None:
        return _Message(headline, whole, None, None)
    is_further = bool(known) and alert_id not in known
    alert = FiredAlert(
        id=alert_id,
        rule_id=RULE,
        rule_name=_NAME,
        text=_TEXT,
        fired_ns=now_ns,
        message=f"since then: {counts_text(untold.findings)}"
        if is_further and untold is not None
        else headline,
        simulated=place.demo,
        details="\n".join(findings) if is_further else whole,
    )
    return _Message(headline, whole, alert, untold)


def _news(place: DailyPlace, at: StepContext) -> DailyNews:
    steps = at.steps.values()
    is_made = "playbook" in at.steps and at.steps["playbook"].state in ("done", "unchanged")
    evaluated = at.results.get("evaluate", {})
    return DailyNews(
        playbook=playbook_of(place) if is_made else None,
        outcomes=tuple(outcomes_in(dict(evaluated))),
        before=str(evaluated.get("before", "")),
        failures=tuple(f"{each.name}: {each.said}" for each in steps if each.state == "failed"),
        notes=tuple(f"{each.name}: {note}" for each in steps for note in each.notes),
    )


def _channels(place: DailyPlace, *, has_console: bool) -> list[Notifier]:
    mode = Mode.DEMO if place.demo else Mode.LIVE
    found = channels(place.settings, surroundings(), mode=mode, clock=place.clock, write=_print)
    return [each for each in found.used if has_console or each.kind != "console"]


def _said(told: Sequence[Delivery], result: dict[str, str]) -> StepDone:
    if not told:
        return StepDone(said="kept among the alerts; no channel is set up", result=dict(result))
    words = {
        DeliveryState.SENT: "told",
        DeliveryState.WAITING: "not reached",
        DeliveryState.FAILED: "refused",
    }
    said = ", ".join(f"{each.channel} {words[each.state]}" for each in told)
    notes = tuple(
        f"{each.channel} was not reached ({each.detail}): the message is kept, and goes out with a "
        "deck or the next run"
        if each.state is DeliveryState.WAITING
        else f"{each.channel} refused the message: {each.detail}"
        for each in told
        if each.state is not DeliveryState.SENT
    )
    return StepDone(said=said, result=dict(result), notes=notes)


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201
