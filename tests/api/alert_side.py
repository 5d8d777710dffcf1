"""The alerts of the deck without a machine."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from quantdeck.alerts.figures import Bound
from quantdeck.alerts.parse import parse
from quantdeck.alerts.watch import Firing
from quantdeck.hub.alert_desk import AlertDesk
from quantdeck.hub.alert_outbox import ChannelStatus
from quantdeck.hub.alert_parts import AlertParts
from quantdeck.hub.alert_trial import Trial
from quantdeck.views.alert_forms import check_rule
from tests.records.memory import MemoryAlerts

if TYPE_CHECKING:
    from quantdeck.model.events import Kind

START_NS = 1_723_075_200_000_000_000


class Figures:
    """Figures that are all 3."""

    revision = 0

    def bind(self, call: Any) -> Bound:
        return Bound(lambda now_ns: 3.0, lambda now_ns: "")

    def keys(self, kind: Kind, rows: Any) -> list[Any]:
        return []

    def refresh(self, now_ns: int) -> None:
        return


class Channel:
    """Keeps what it is told, or refuses it."""

    name = kind = "slack"

    def __init__(self) -> None:
        self.told: list[str] = []
        self.problem: Exception | None = None

    async def send(self, alert: Any) -> None:
        if self.problem is not None:
            raise self.problem
        self.told.append(alert.message)

    async def close(self) -> None:
        return


class AlertSide:
    clock: Any
    captured: list[str]
    asked: list[tuple[str, dict[str, str]]]

    def _open_alerts(self) -> None:
        self.store = MemoryAlerts()
        self.channel = Channel()
        off = ChannelStatus("email", "email", "off", "not used in the demo")
        self.alerts = AlertDesk(
            AlertParts(self.store, [self.channel], Random(1), [off]),
            figures=Figures(),
            clock=self.clock,
            now_ns=self.clock.now_ns,
            simulated=True,
            tell=lambda _: None,
        )

    def check_rule(self, text: str) -> Any:
        return check_rule(text, symbols=self.captured)

    async def try_rule(self, text: str, *, since: Any, end_ns: int | None) -> Trial:
        parse(text)
        self.asked.append(("try", {"since": str(since), "end_ns": str(end_ns)}))
        firing = Firing("rule", START_NS, "last(BTCUSDT) is 3 (> 2)", {"last(BTCUSDT)": 3.0})
        return Trial(START_NS, START_NS + 1, 1, (firing,), {"last(BTCUSDT)": 0.0}, 10)
