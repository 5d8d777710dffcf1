"""Where stories, statements, readings and quotes that were asked for are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from quantdeck.model.collected import HeldRecords, KeptRecords, Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.feed import Provenance

R = TypeVar("R", bound=Record)


class CollectedStore(Protocol):
    """Keeps records; several processes may at the same time."""

    def keep(
        self, records: Sequence[Record], provenance: Provenance, *, fetched_ns: int
    ) -> KeptRecords:
        """Keep records of one source, all of them or none.

        One that is known as it is stays with the run that brought it; one with other figures takes the
        place of that known.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        ...

    def read(
        self,
        kind: type[R],
        *,
        symbol: str | None = None,
        source: str | None = None,
        since_ns: int | None = None,
        limit: int | None = None,
    ) -> list[R]:
        """Return records, oldest first; of a limit the newest.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        ...

    def held(self, kind: type[Record]) -> list[HeldRecords]:
        """Return what is kept of a kind of record, by source.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        ...
