"""The faults that are switched on, for everyone who has to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.sims.faults import Fault


class FaultBoard:
    """Holds the faults of one simulator; one of a name and a stream pattern at a time.

    Parameters
    ----------
    faults : iterable of Fault
        On from the start.
    """

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._on: dict[tuple[str, str], Fault] = {}
        for fault in faults:
            self.put(fault)

    def put(self, fault: Fault) -> None:
        """Switch a fault on, in place of one with the same name and streams."""
        self._on[fault.name, fault.streams] = fault

    def clear(self, name: str | None = None) -> None:
        """Switch off the faults of a name, or all."""
        self._on = {key: fault for key, fault in self._on.items() if name not in (None, key[0])}

    def has(self, name: str) -> bool:
        """Whether a fault is on for any stream."""
        return bool(self._on) and any(key[0] == name for key in self._on)

    def get(self, name: str) -> Fault | None:
        """Return the newest fault of a name, None where there is none."""
        if not self._on:
            return None
        return next((fault for key, fault in reversed(self._on.items()) if key[0] == name), None)

    def all(self) -> list[Fault]:
        """Return the faults that are on, in the order they were switched on."""
        return list(self._on.values())
