"""The tape as the settings want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.settings import Retention
from quantdeck.model.events import Kind
from quantdeck.tape.options import RetentionRule, TapeOptions

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings


def tape_options(settings: Settings) -> TapeOptions:
    """Return the writer's settings."""
    tape = settings.tape
    return TapeOptions(
        sync_interval_ms=tape.sync_interval_ms,
        roll_rows=tape.roll_rows,
        roll_seconds=tape.roll_seconds,
        queue_rows=tape.queue_rows,
        # Ending within two seconds matters more than an early seal; the next start seals.
        seal_on_close=False,
        retention={
            kind: RetentionRule(max_age_days=rule.max_age_days, max_bytes=rule.max_bytes)
            for kind in Kind
            if (rule := getattr(tape.retention, kind.value)) != Retention()
        },
    )
