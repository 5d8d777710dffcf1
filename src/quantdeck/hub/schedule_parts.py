"""What the schedule of a machine is put together from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.due import DueStore
    from quantdeck.ports.scheduled import SchedulePlan


@dataclass(frozen=True, slots=True)
class ScheduleParts:
    """What a schedule desk is put together from.

    Parameters
    ----------
    store : DueStore
        The run ledger.
    plans : sequence of SchedulePlan
        Jobs and their due times.
    holder : str
        Names this process among all that run the schedule.
    is_started : bool
        Whether the schedule goes from the start on.
    """

    store: DueStore
    plans: Sequence[SchedulePlan]
    holder: str
    is_started: bool = True
