"""Names of runs, and of who runs them."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quantdeck.model.feed import RunId

if TYPE_CHECKING:
    from quantdeck.ports.clock import Clock


def new_run_id(clock: Clock) -> RunId:
    """Return a name for a run that sorts by its start."""
    began = datetime.fromtimestamp(clock.now_ns() / 1e9, UTC)
    return RunId(f"{began:%Y%m%dT%H%M%S.%f}Z-{secrets.token_hex(3)}")


def holder_name() -> str:
    """Return a name for this process that no other has, on this machine or elsewhere."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
