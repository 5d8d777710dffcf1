"""What each panel of the Alerts page shows, asked of the alert desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.alert_setup import alert_desk_of
from quantdeck.model.errors import BadInput
from quantdeck.views import alerts
from quantdeck.views.alerts import ChannelLine, RuleLine
from quantdeck.views.alerts_page import FIRED
from quantdeck.views.payloads import TextPayload
from quantdeck.views.state import Standing, steady_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.hub.alert_desk import AlertDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]


class AlertAnswers:
    """Answers topics of the Alerts page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose desk is asked.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._answers: dict[str, Callable[[AlertDesk], Payload]] = {
            FIRED: lambda desk: alerts.fired_payload(desk.book.now.fired, self._state()),
            "alerts.editor": lambda _: TextPayload(self._state(), ""),
            "alerts.rules": self._rules,
            "alerts.history": lambda desk: alerts.history_payload(
                desk.book.now.fired, desk.book.now.deliveries, self._state()
            ),
            "alerts.channels": self._channels,
        }

    def quick(self, name: str, params: Params) -> Payload:  # noqa: ARG002 - no panel has any
        """Return the payload of a topic.

        Raises
        ------
        BadInput
            If there is no such topic.
        Conflict
            If this deck watches no alerts.
        """
        if name not in self._answers:
            raise BadInput(f"there is no topic {name!r}")
        return self._answers[name](alert_desk_of(self._machine))

    async def slow(self, name: str, params: Params) -> Payload:
        """Return the same: everything is in memory."""
        return self.quick(name, params)

    def revision(self, name: str) -> Hashable:  # noqa: ARG002 - all change together
        """Return something that changes whenever the payload of a topic may have."""
        return alert_desk_of(self._machine).book.revision

    def _rules(self, desk: AlertDesk) -> Payload:
        lines = [
            RuleLine(each.rule, each.standing, each.problem, each.fired, each.last_fired_ns)
            for each in desk.rules()
        ]
        now_ns = self._machine.clock.now_ns()
        return alerts.rules_payload(lines, self._state(), now_ns=now_ns)

    def _channels(self, desk: AlertDesk) -> Payload:
        lines = [
            ChannelLine(
                name=each.name,
                state=each.state,
                detail=each.detail,
                sent=each.sent,
                waiting=each.waiting,
                failed=each.failed,
                last_ns=each.last_ns,
            )
            for each in desk.channels()
        ]
        return alerts.channels_payload(lines, self._state())

    def _state(self) -> PanelState:
        machine = self._machine
        return steady_state(Standing(machine.mode, machine.capture.is_on))
