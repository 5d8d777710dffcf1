"""Where what was detected is kept: each finding once, and told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from quantdeck.model.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.findings import FindingKind


class KeptFinding(msgspec.Struct, frozen=True):
    """A finding as it is kept.

    Parameters
    ----------
    finding : Finding
        What was found.
    found_ns : int
        When, UTC. [ns]
    message : str
        Id of the message that tells of it; empty while none does.
    """

    finding: Finding
    found_ns: int
    message: str = ""


class DetectionRun(msgspec.Struct, frozen=True, kw_only=True):
    """One look at everything.

    Parameters
    ----------
    until_ns : int
        Up to when, UTC: the next run goes on from there. [ns]
    notes : tuple of str
        What could not be judged, and why.
    looked : dict of str to int
        What was looked at, by kind.
    """

    until_ns: int
    notes: tuple[str, ...] = ()
    looked: dict[str, int] = {}


class Untold(msgspec.Struct, frozen=True):
    """A message that is to be told.

    Parameters
    ----------
    message : str
        Its id: the same until `FindingStore.told` was called with it.
    findings : tuple of Finding
        What it is about.
    """

    message: str
    findings: tuple[Finding, ...]


class FindingStore(Protocol):
    """Keeps findings; several processes may at the same time.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def add(
        self, findings: Sequence[Finding], *, now_ns: int, run: DetectionRun | None = None
    ) -> tuple[Finding, ...]:
        """Keep findings, and return those that nobody had found before.

        Parameters
        ----------
        findings : sequence of Finding
            What a run found.
        now_ns : int
            UTC. [ns]
        run : DetectionRun or None
            Noted where everything was looked at; None where it was a part.
        """
        ...

    def last_run(self) -> DetectionRun | None:
        """Return the newest look at everything, or None where there never was one."""
        ...

    def recent(
        self,
        *,
        limit: int,
        kind: FindingKind | None = None,
        symbol: str | None = None,
        since_ns: int | None = None,
    ) -> list[KeptFinding]:
        """Return findings by the time that they happened, newest first."""
        ...

    def take_untold(self, *, now_ns: int, since_ns: int, pause_ns: int = 0) -> Untold | None:
        """Return the message to be told next, or None where there is none.

        A message that was taken and not said to be told is returned again, with the same id and the same
        findings. Otherwise it is all findings since a moment that no message tells of.

        Parameters
        ----------
        now_ns : int
            UTC. [ns]
        since_ns : int
            Older findings are not told any more. [ns]
        pause_ns : int
            So long after a message there is no other. [ns]
        """
        ...

    def told(self, message: str) -> None:
        """Note that a message lies where it will not be lost. Idempotent."""
        ...
