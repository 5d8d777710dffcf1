"""What only one of several processes does at a time, for as long as it shows that it is alive."""

from __future__ import annotations

from typing import Protocol


class DutyStore(Protocol):
    """Says who has a duty, to every process that has it open."""

    def hold(self, duty: str, holder: str, *, now_ns: int, lease_s: float) -> bool:
        """Take a duty that nobody has, or keep one's own; False where another has it.

        Parameters
        ----------
        duty : str
            What is to be done by one.
        holder : str
            Who asks; no two processes have the same name.
        now_ns : int
            UTC. [ns]
        lease_s : float
            For how long it is held without asking again. [s]

        Raises
        ------
        StoreError
            If it cannot be read or written.
        """
        ...

    def leave(self, duty: str, holder: str) -> None:
        """Give a duty up, so that another need not wait. Idempotent."""
        ...
