"""Rules, what they fired, and messages to be sent, in SQL."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.model.alerts import AlertRule, Delivery, DeliveryState, FiredAlert
from quantdeck.ports.records import Firings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.database import Database

MOST_ALERTS = 10_000
"""Older ones are forgotten."""

_ALERT = "alerts.id, rule_id, rule_name, text, fired_ns, message, figures, simulated, muted, read, details"
_COLUMNS = 11
_DELIVERY = "alert_id, channel, state, attempts, next_ns, detail"


class SqlAlerts:
    """Fulfils `quantdeck.ports.records.AlertStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def rules(self) -> list[AlertRule]:
        """Return every rule, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, name, text, channels, created_ns, changed_ns, enabled, muted_until_ns "
                "FROM rules ORDER BY created_ns, rowid"
            ).fetchall()
        return [
            AlertRule(
                id=row[0],
                name=row[1],
                text=row[2],
                channels=msgspec.json.decode(row[3], type=tuple[str, ...]),
                created_ns=row[4],
                changed_ns=row[5],
                enabled=bool(row[6]),
                muted_until_ns=row[7],
            )
            for row in rows
        ]

    def put_rule(self, rule: AlertRule) -> None:
        """Add a rule, or replace the one with its id."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "name = excluded.name, text = excluded.text, channels = excluded.channels, "
                "created_ns = excluded.created_ns, changed_ns = excluded.changed_ns, "
                "enabled = excluded.enabled, muted_until_ns = excluded.muted_until_ns",
                (
                    rule.id,
                    rule.name,
                    rule.text,
                    msgspec.json.encode(rule.channels).decode(),
                    rule.created_ns,
                    rule.changed_ns,
                    rule.enabled,
                    rule.muted_until_ns,
                ),
            )

    def delete_rule(self, rule_id: str) -> bool:
        """Remove a rule; what it fired stays. False where there was none."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM firings WHERE rule_id = ?", (rule_id,))
            gone = connection.execute("DELETE FROM rules WHERE id = ?", (rule_id,))
            return gone.rowcount > 0

    def add_fired(self, alert: FiredAlert, channels: Sequence[str]) -> bool:
        """Keep an alert and one waiting delivery per channel; False where its id is known."""
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT INTO alerts (id, rule_id, rule_name, text, fired_ns, message, figures, "
                "simulated, muted, read, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO NOTHING",
                (
                    alert.id,
                    alert.rule_id,
                    alert.rule_name,
                    alert.text,
                    alert.fired_ns,
                    alert.message,
                    # A figure that is not known is null, for which JSON has a word.
                    msgspec.json.encode(alert.values).decode(),
                    alert.simulated,
                    alert.muted,
                    alert.read,
                    alert.details,
                ),
            )
            if not added.rowcount:
                return False
            connection.execute(
                "INSERT INTO firings AS kept VALUES (?, ?, 1, ?) "
                "ON CONFLICT (rule_id, simulated) DO UPDATE SET count = kept.count + 1, last_ns = "
                "CASE WHEN excluded.last_ns > kept.last_ns THEN excluded.last_ns ELSE kept.last_ns END",
                (alert.rule_id, alert.simulated, alert.fired_ns),
            )
            connection.executemany(
                "INSERT INTO deliveries VALUES (?, ?, ?, 0, ?, '')",
                [(alert.id, name, DeliveryState.WAITING, alert.fired_ns) for name in channels],
            )
            connection.execute(
                "DELETE FROM alerts WHERE number IN (SELECT number FROM alerts "
                "ORDER BY fired_ns DESC, number DESC LIMIT -1 OFFSET ?)",
                (MOST_ALERTS,),
            )
            return True

    def fired(
        self, *, limit: int, before_ns: int | None = None, unread: bool = False
    ) -> list[FiredAlert]:
        """Return alerts, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_ALERT} FROM alerts "  # noqa: S608 - names of columns
                "WHERE (:before IS NULL OR fired_ns < :before) AND (NOT :unread OR NOT read) "
                "ORDER BY fired_ns DESC, number DESC LIMIT :limit",
                {"before": before_ns, "unread": unread, "limit": limit},
            ).fetchall()
        return [_alert(row) for row in rows]

    def firings(self, *, simulated: bool) -> dict[str, Firings]:
        """Return how often each rule has fired on simulated or on real figures, by its id."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT rule_id, count, last_ns FROM firings WHERE simulated = ?", (simulated,)
            ).fetchall()
        return {rule_id: Firings(count, last_ns) for rule_id, count, last_ns in rows}

    def unread(self) -> int:
        """Return how many alerts nobody has seen."""
        with self._database.reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM alerts WHERE NOT read").fetchall()[
                0
            ]
        return int(count)

    def mark_read(self, ids: Sequence[str] | None = None) -> int:
        """Mark these alerts as seen, or all; return how many changed."""
        return self._change(
            "UPDATE alerts SET read = TRUE WHERE NOT read",
            "UPDATE alerts SET read = TRUE WHERE NOT read AND id IN (SELECT value FROM json_each(?))",
            ids,
        )

    def clear(self, ids: Sequence[str] | None = None) -> int:
        """Remove these alerts, or all, with their deliveries; return how many."""
        return self._change(
            "DELETE FROM alerts",
            "DELETE FROM alerts WHERE id IN (SELECT value FROM json_each(?))",
            ids,
        )

    def deliveries(self, *, alert_ids: Sequence[str]) -> list[Delivery]:
        """Return what became of the messages about these alerts."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_DELIVERY} FROM deliveries "  # noqa: S608 - names of columns
                "WHERE alert_id IN (SELECT value FROM json_each(?)) ORDER BY alert_id, channel",
                (_json(alert_ids),),
            ).fetchall()
        return [_delivery(row) for row in rows]

    def due(
        self,
        now_ns: int,
        *,
        limit: int,
        channel: str | None = None,
        simulated: bool | None = None,
    ) -> list[tuple[FiredAlert, Delivery]]:
        """Return messages that wait and are due, the soonest due first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_ALERT}, {_DELIVERY} FROM deliveries "  # noqa: S608 - names of columns
                "JOIN alerts ON alerts.id = alert_id WHERE state = 'waiting' AND next_ns <= :now "
                "AND (:channel IS NULL OR channel = :channel) "
                "AND (:simulated IS NULL OR simulated = :simulated) "
                "ORDER BY next_ns, number, channel LIMIT :limit",
                {"now": now_ns, "channel": channel, "simulated": simulated, "limit": limit},
            ).fetchall()
        return [(_alert(row[:_COLUMNS]), _delivery(row[_COLUMNS:])) for row in rows]

    def put_delivery(self, delivery: Delivery) -> None:
        """Note what became of a message; that of a removed alert is forgotten."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE deliveries SET state = ?, attempts = ?, next_ns = ?, detail = ? "
                "WHERE alert_id = ? AND channel = ?",
                (
                    delivery.state,
                    delivery.attempts,
                    delivery.next_ns,
                    delivery.detail,
                    delivery.alert_id,
                    delivery.channel,
                ),
            )

    def _change(self, to_all: str, to_some: str, ids: Sequence[str] | None) -> int:
        with self._database.writing() as connection:
            if ids is None:
                return connection.execute(to_all).rowcount
            return connection.execute(to_some, (_json(ids),)).rowcount


def _json(ids: Sequence[str]) -> str:
    return msgspec.json.encode(list(ids)).decode()


def _alert(row: tuple[Any, ...]) -> FiredAlert:
    figures = msgspec.json.decode(row[6], type=dict[str, float | None])
    return FiredAlert(
        *row[:6],
        values={name: math.nan if value is None else value for name, value in figures.items()},
        simulated=bool(row[7]),
        muted=bool(row[8]),
        read=bool(row[9]),
        details=row[10],
    )


def _delivery(row: tuple[Any, ...]) -> Delivery:
    alert_id, channel, state, attempts, next_ns, detail = row
    return Delivery(alert_id, channel, DeliveryState(state), attempts, next_ns, detail)
