"""What can be set of a tape's writer."""

from __future__ import annotations

import msgspec

from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind


class RetentionRule(msgspec.Struct, frozen=True, kw_only=True):
    """How long events of one kind stay; nothing set keeps them for ever.

    Parameters
    ----------
    max_age_days : int, optional
        Files whose last event is older are removed. [days]
    max_bytes : int, optional
        Beyond this size of the kind, the oldest files are removed. [B]
    """

    max_age_days: int | None = None
    max_bytes: int | None = None


class TapeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of a tape's writer.

    Parameters
    ----------
    sync_interval_ms : int
        Longest time from taking an event off the queue to having it on the disk. [ms]
    drain_interval_ms : int
        How long the writer gathers events before it writes them. [ms]
    roll_rows, roll_seconds : int
        Size and age at which a segment is sealed.
    queue_rows : int
        Events that may wait for the writer; further ones are refused.
    probe_seconds : float
        While stopped, how often to try whether the disk can be written again. [s]
    maintain_seconds : float
        How often retention and compaction run. [s]
    grace_seconds : float
        How long a file stays on disk after it has left the manifest, for readers that work with an
        older snapshot. [s]
    seal_on_close : bool
        Whether `close` seals what is in segments; if not, the next writer does.
    retention : dict of Kind to RetentionRule
        Rules by kind.
    """

    sync_interval_ms: int = 200
    drain_interval_ms: int = 20
    roll_rows: int = 500_000
    roll_seconds: float = 900
    queue_rows: int = 2_000_000
    probe_seconds: float = 2.0
    maintain_seconds: float = 600
    grace_seconds: float = 120
    seal_on_close: bool = True
    retention: dict[Kind, RetentionRule] = {}

    def __post_init__(self) -> None:
        for name in ("sync_interval_ms", "roll_rows", "roll_seconds", "queue_rows"):
            if getattr(self, name) <= 0:
                raise BadInput(f"{name} is {getattr(self, name)}; it must be greater than 0")
