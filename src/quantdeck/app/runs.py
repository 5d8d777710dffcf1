"""Names of runs."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quantdeck.model.feed import RunId

if TYPE_CHECKING:
    from quantdeck.ports.clock import Clock


def new_run_id(clock: Clock) -> RunId:
    """Return a name for a run that sorts by its start."""
    began = datetime.fromtimestamp(clock.now_ns() / 1e9, UTC)
    return RunId(f"{began:%Y%m%dT%H%M%S.%f}Z-{secrets.token_hex(3)}")
