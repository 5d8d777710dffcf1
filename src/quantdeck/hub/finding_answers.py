"""What the panel of findings shows, read from the records every other second."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.hub.market_now import word_of
from quantdeck.hub.shared_work import SharedWork
from quantdeck.model.errors import Conflict
from quantdeck.views.findings import SHOWN, findings_payload
from quantdeck.views.findings_panels import PANELS
from quantdeck.views.nothing import nothing_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from quantdeck.hub.machine import Machine
    from quantdeck.model.findings import FindingKind
    from quantdeck.ports.findings import DetectionRun, FindingStore, KeptFinding
    from quantdeck.views.payloads import Payload

    Params = Mapping[str, str]

FRESH_NS = 2_000_000_000
"""So long what was read stands. [ns]"""
NOTHING_KEPT = "this deck keeps no findings: it plays recorded data"

_SHOWN_NS = 600_000_000_000
_KINDS = {panel.id: panel.kind for panel in PANELS}


@dataclass(frozen=True, slots=True)
class FoundNow:
    """Findings as the records have them.

    Parameters
    ----------
    newest : tuple of KeptFinding
        Newest first.
    run : DetectionRun or None
        The last look at everything.
    """

    newest: tuple[KeptFinding, ...]
    run: DetectionRun | None


class FindingAnswers:
    """Answers the topic of findings. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose findings these are.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._work = SharedWork[int, FoundNow](machine.clock.monotonic_ns, fresh_ns=FRESH_NS)

    def quick(self, name: str, params: Params) -> Payload | None:  # noqa: ARG002 - takes none
        """Return the payload from memory, or None where the records must be read."""
        if self._machine.parts.findings is None:
            return nothing_of(_KINDS[name], f"{NOTHING_KEPT[:1].upper()}{NOTHING_KEPT[1:]}.")
        found = self._work.known(0, within_ns=_SHOWN_NS)
        if found is None:
            return None
        self._work.begin(0, self._read)
        return self._payload(found)

    async def slow(self, name: str, params: Params) -> Payload:  # noqa: ARG002 - as above
        """Read the records, and return the payload."""
        return self._payload(await self._work.get(0, self._read))

    def revision(self, name: str) -> Hashable:  # noqa: ARG002 - as above
        """Return something that changes whenever the payload may have."""
        return self._work.made, self._machine.clock.monotonic_ns() // FRESH_NS

    async def recent(
        self,
        *,
        limit: int,
        kind: FindingKind | None,
        symbol: str | None,
        since_ns: int | None,
    ) -> list[KeptFinding]:
        """Return findings, newest first.

        Raises
        ------
        Conflict
            If nothing is kept.
        StoreError
            If the records cannot be read.
        """
        store = self._store()
        return await asyncio.to_thread(
            lambda: store.recent(limit=limit, kind=kind, symbol=symbol, since_ns=since_ns)
        )

    async def last_run(self) -> DetectionRun | None:
        """Return the last look at everything.

        Raises
        ------
        Conflict
            If nothing is kept.
        StoreError
            If the records cannot be read.
        """
        return await asyncio.to_thread(self._store().last_run)

    def _store(self) -> FindingStore:
        store = self._machine.parts.findings
        if store is None:
            raise Conflict(NOTHING_KEPT)
        return store

    def _payload(self, found: FoundNow) -> Payload:
        word = word_of(self._machine.mode)
        now_ns = self._machine.clock.now_ns()
        return findings_payload(found.newest, found.run, word=word, now_ns=now_ns)

    async def _read(self) -> FoundNow:
        store = self._store()
        return await asyncio.to_thread(
            lambda: FoundNow(tuple(store.recent(limit=SHOWN)), store.last_run())
        )
