"""Records in memory, for tests of what keeps things in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.model.alerts import AlertRule, Delivery, DeliveryState, FiredAlert
from quantdeck.ports.records import Firings, Run

if TYPE_CHECKING:
    from collections.abc import Sequence


class MemoryAlerts:
    """Fulfils `AlertStore`."""

    def __init__(self) -> None:
        self._rules: dict[str, AlertRule] = {}
        self._alerts: dict[str, FiredAlert] = {}
        self._deliveries: dict[tuple[str, str], Delivery] = {}
        self._firings: dict[tuple[str, bool], Firings] = {}

    def rules(self) -> list[AlertRule]:
        return sorted(self._rules.values(), key=lambda rule: rule.created_ns)

    def put_rule(self, rule: AlertRule) -> None:
        self._rules[rule.id] = rule

    def delete_rule(self, rule_id: str) -> bool:
        for simulated in (False, True):
            self._firings.pop((rule_id, simulated), None)
        return self._rules.pop(rule_id, None) is not None

    def add_fired(self, alert: FiredAlert, channels: Sequence[str]) -> bool:
        if alert.id in self._alerts:
            return False
        self._alerts[alert.id] = alert
        key = alert.rule_id, alert.simulated
        before = self._firings.get(key, Firings(0, 0))
        last_ns = max(before.last_ns, alert.fired_ns)
        self._firings[key] = Firings(before.count + 1, last_ns)
        for name in channels:
            self._deliveries[alert.id, name] = Delivery(alert.id, name, next_ns=alert.fired_ns)
        return True

    def fired(
        self, *, limit: int, before_ns: int | None = None, unread: bool = False
    ) -> list[FiredAlert]:
        chosen = [
            alert
            for alert in reversed(self._alerts.values())
            if (before_ns is None or alert.fired_ns < before_ns) and not (unread and alert.read)
        ]
        return sorted(chosen, key=lambda alert: -alert.fired_ns)[:limit]

    def firings(self, *, simulated: bool) -> dict[str, Firings]:
        return {rule: each for (rule, kind), each in self._firings.items() if kind is simulated}

    def unread(self) -> int:
        return sum(not alert.read for alert in self._alerts.values())

    def mark_read(self, ids: Sequence[str] | None = None) -> int:
        chosen = [a for a in self._alerts.values() if not a.read and (ids is None or a.id in ids)]
        self._alerts |= {a.id: structs.replace(a, read=True) for a in chosen}
        return len(chosen)

    def clear(self, ids: Sequence[str] | None = None) -> int:
        gone = [id_ for id_ in self._alerts if ids is None or id_ in ids]
        for id_ in gone:
            del self._alerts[id_]
        self._deliveries = {
            key: each for key, each in self._deliveries.items() if key[0] in self._alerts
        }
        return len(gone)

    def deliveries(self, *, alert_ids: Sequence[str]) -> list[Delivery]:
        chosen = [each for each in self._deliveries.values() if each.alert_id in alert_ids]
        return sorted(chosen, key=lambda each: (each.alert_id, each.channel))

    def due(
        self,
        now_ns: int,
        *,
        limit: int,
        channel: str | None = None,
        simulated: bool | None = None,
    ) -> list[tuple[FiredAlert, Delivery]]:
        chosen = [
            each
            for each in self._deliveries.values()
            if each.state is DeliveryState.WAITING
            and each.next_ns <= now_ns
            and channel in (None, each.channel)
            and simulated in (None, self._alerts[each.alert_id].simulated)
        ]
        order = {id_: number for number, id_ in enumerate(self._alerts)}
        chosen.sort(key=lambda each: (each.next_ns, order[each.alert_id], each.channel))
        return [(self._alerts[each.alert_id], each) for each in chosen[:limit]]

    def put_delivery(self, delivery: Delivery) -> None:
        if (delivery.alert_id, delivery.channel) in self._deliveries:
            self._deliveries[delivery.alert_id, delivery.channel] = delivery


class MemoryRuns:
    """Fulfils `RunStore`."""

    def __init__(self) -> None:
        self._runs: dict[str, tuple[Run, bytes]] = {}

    def put_run(self, run: Run, result: bytes) -> None:
        self._runs[run.id] = run, result

    def runs(self, *, kind: str | None = None, limit: int = 100) -> list[Run]:
        chosen = [run for run, _ in self._runs.values() if kind in (None, run.kind)]
        return sorted(chosen, key=lambda run: (run.created_ns, run.id), reverse=True)[:limit]

    def result(self, run_id: str) -> bytes | None:
        found = self._runs.get(run_id)
        return None if found is None else found[1]

    def delete_run(self, run_id: str) -> bool:
        return self._runs.pop(run_id, None) is not None
