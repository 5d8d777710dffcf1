"""Alert rules: kept, changed, checked, tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from quantdeck.api.alert_bodies import (
    MetricsReply,
    MuteRequest,
    RuleReply,
    RuleRequest,
    RulesReply,
    SaidReply,
    TextRequest,
    TrialReply,
    TrialRequest,
    metrics_reply,
    rule_body,
    trial_reply,
)
from quantdeck.api.openapi import answers
from quantdeck.api.parameters import moment_ns, span_ns
from quantdeck.api.replies import json_reply
from quantdeck.model.errors import BadInput
from quantdeck.views.alert_forms import RuleCheck

if TYPE_CHECKING:
    from quantdeck.api.deck import Deck

RuleId = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9._-]+$")]
_CHANGES = (404, 409, 413, 415, 503)


def alert_rule_routes(deck: Deck) -> APIRouter:
    """Return the routes of alert rules.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/alerts", tags=["alerts"])

    @router.get("/rules", responses=answers(RulesReply, also=(409, 503)))
    async def rules(request: Request) -> Response:
        """List every rule and how it stands."""
        found = [rule_body(each) for each in deck.alerts.rules()]
        return await json_reply(request, RulesReply(found))

    @router.post("/rules", responses=answers(RuleReply, also=_CHANGES))
    async def add(request: Request, body: RuleRequest) -> Response:
        """Add a rule; it is watched at once."""
        return await _put(request, None, body)

    @router.put("/rules/{rule_id}", responses=answers(RuleReply, also=_CHANGES))
    async def change(request: Request, rule_id: RuleId, body: RuleRequest) -> Response:
        """Change a rule; what it fired stays."""
        return await _put(request, rule_id, body)

    @router.delete("/rules/{rule_id}", responses=answers(SaidReply, also=_CHANGES))
    async def delete(request: Request, rule_id: RuleId) -> Response:
        """Remove a rule; what it fired stays."""
        await deck.alerts.delete_rule(rule_id)
        return await json_reply(request, SaidReply("The rule is deleted.", 1))

    @router.post("/rules/{rule_id}/mute", responses=answers(RuleReply, also=_CHANGES))
    async def mute(request: Request, rule_id: RuleId, body: MuteRequest | None = None) -> Response:
        """Keep a rule silent for a time or until a moment; with neither, no longer."""
        until_ns = _until(body or MuteRequest(), deck.clock.now_ns())
        now = await deck.alerts.mute(rule_id, until_ns)
        said = f"Muted until {_words(until_ns)}." if until_ns is not None else "No longer muted."
        return await json_reply(request, RuleReply(rule_body(now), said))

    async def _put(request: Request, rule_id: str | None, body: RuleRequest) -> Response:
        now = await deck.alerts.put_rule(
            rule_id,
            name=body.name,
            text=body.text,
            channels=body.channels,
            enabled=body.enabled,
        )
        return await json_reply(request, RuleReply(rule_body(now), "The rule is saved."))

    return router


def alert_text_routes(deck: Deck) -> APIRouter:
    """Return the routes about texts that may be rules.

    Parameters
    ----------
    deck : Deck
        The machine.

    Returns
    -------
    APIRouter
        To be included under the API's prefix.
    """
    router = APIRouter(prefix="/alerts", tags=["alerts"])

    @router.get("/metrics", responses=answers(MetricsReply))
    async def metrics(request: Request) -> Response:
        """List the figures that rules can look at, with their arguments."""
        return await json_reply(request, metrics_reply())

    @router.post("/check", responses=answers(RuleCheck, also=(413, 415)))
    async def check(request: Request, body: TextRequest) -> Response:
        """Say whether a text is a rule, where not, and which fields of a form it fills."""
        return await json_reply(request, deck.check_rule(body.text))

    @router.post("/test", responses=answers(TrialReply, also=(404, 409, 413, 415, 503)))
    async def test(request: Request, body: TrialRequest) -> Response:
        """Try a rule on the tape: when it would have fired."""
        end_ns = moment_ns(body.until, "until")
        trial = await deck.try_rule(body.text, since=_since(body.since), end_ns=end_ns)
        return await json_reply(request, trial_reply(trial))

    return router


def _until(body: MuteRequest, now_ns: int) -> int | None:
    if body.for_ is not None and body.until is not None:
        raise BadInput("give either for or until, not both")
    if body.for_ is not None:
        return now_ns + span_ns(body.for_, "for")
    until_ns = moment_ns(body.until, "until")
    if until_ns is not None and until_ns <= now_ns:
        raise BadInput(f"until={body.until!r} is over; give a moment to come", field="until")
    return until_ns


def _since(text: str) -> timedelta | datetime:
    # How long ago, or from which moment on
    if text.strip()[-1:] in {"s", "m", "h", "d"}:
        return timedelta(microseconds=span_ns(text, "since") / 1000)
    start_ns = moment_ns(text, "since") or 0
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=start_ns // 1000)


def _words(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns / 1e9, UTC):%Y-%m-%d %H:%M} UTC"
